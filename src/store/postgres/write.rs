//! Writing: a batch of commands in one transaction and two round trips. The first carries votes and reports and
//! asks for new ids; the second inserts, tells other processes and commits. So `COMMIT` is sent only after all
//! answers are known, and only a failure behind it leaves the transaction's fate open.

use std::sync::Arc;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::decode::Columns;
use super::failure::Failure;
use super::listen::{Listener, OwnOrigin};
use super::notice::{self, CHANNEL, NOTIFY, Origin};
use super::plan::{Carried, Found, Plan};
use super::server::Server;
use super::session::{Prepared, Session};
use super::statement::{Naming, Statement};
use crate::domain::Id;
use crate::store::{Change, ChangeSink, Command, Outcome, ProductChange, StoreError, Target, Writer};

/// How often a transaction is carried out before its failure is reported: others may have been faster.
const MAX_ATTEMPTS: u32 = 5;

// The sub-select's order is the order in which rows are locked, as long as it drives the join: see `SETTINGS`.
const VOTE_QUESTIONS: &str = "
    UPDATE questions q SET helpful = least(q.helpful + v.votes, 4294967295)
    FROM (SELECT id, votes FROM unnest($1::bigint[], $2::bigint[]) AS v (id, votes) ORDER BY id) v
    WHERE q.question_id = v.id
    RETURNING q.question_id, q.product_id, q.helpful";
const VOTE_ANSWERS: &str = "
    UPDATE answers a SET helpful = least(a.helpful + v.votes, 4294967295)
    FROM (SELECT id, votes FROM unnest($1::bigint[], $2::bigint[]) AS v (id, votes) ORDER BY id) v
    WHERE a.answer_id = v.id
    RETURNING a.answer_id, a.product_id, a.helpful";
const REPORT_QUESTIONS: &str = "
    UPDATE questions q SET reported = true
    FROM (SELECT id FROM unnest($1::bigint[]) AS r (id) ORDER BY id) r
    WHERE q.question_id = r.id
    RETURNING q.question_id, q.product_id";
const REPORT_ANSWERS: &str = "
    UPDATE answers a SET reported = true
    FROM (SELECT id FROM unnest($1::bigint[]) AS r (id) ORDER BY id) r
    WHERE a.answer_id = r.id
    RETURNING a.answer_id, a.product_id";
const ANSWERED: &str = "SELECT question_id, product_id FROM questions WHERE question_id = ANY ($1::bigint[])";
const NEW_QUESTION_IDS: &str = "SELECT nextval('question_ids') FROM generate_series(1, $1::bigint)";
const NEW_ANSWER_IDS: &str = "SELECT nextval('answer_ids') FROM generate_series(1, $1::bigint)";
const NEW_PHOTO_IDS: &str = "SELECT nextval('photo_ids') FROM generate_series(1, $1::bigint)";
const INSERT_QUESTIONS: &str = "
    INSERT INTO questions (product_id, question_id, written_at, body, name, email)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])";
const INSERT_ANSWERS: &str = "
    INSERT INTO answers (product_id, answer_id, question_id, written_at, body, name, email)
    SELECT * FROM unnest(
        $1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])";
const INSERT_PHOTOS: &str = "
    INSERT INTO photos (product_id, photo_id, answer_id, url)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])";

const NEW_QUESTION_TYPES: [Type; 6] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
];
const NEW_ANSWER_TYPES: [Type; 7] = [
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
];
const NEW_PHOTO_TYPES: [Type; 4] = [Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::TEXT_ARRAY];

/// The statements of the writing session.
struct Statements {
    begin: String,
    vote_questions: Statement,
    vote_answers: Statement,
    report_questions: Statement,
    report_answers: Statement,
    answered: Statement,
    new_question_ids: Statement,
    new_answer_ids: Statement,
    new_photo_ids: Statement,
    insert_questions: Statement,
    insert_answers: Statement,
    insert_photos: Statement,
    notify: Statement,
}

impl Prepared for Statements {
    // Only nested loops touch rows in the order of their ids. A process that is stopped between the two trips
    // must not hold its locks. A row that somebody else keeps locked holds up the writes behind it, so they wait for
    // less than a request waits for the store.
    const SETTINGS: &'static [&'static str] = &[
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "enable_seqscan = off",
        "max_parallel_workers_per_gather = 0",
        "idle_in_transaction_session_timeout = '15s'",
        "statement_timeout = '10s'",
        "lock_timeout = '2s'",
    ];

    async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        const IDS_AND_VOTES: &[Type] = &[Type::INT8_ARRAY, Type::INT8_ARRAY];
        const HOW_MANY: &[Type] = &[Type::INT8];
        let prepare = |text, types| Statement::prepare(client, naming, text, types);
        let (vote_questions, vote_answers, report_questions, report_answers, answered, notify) = tokio::try_join!(
            prepare(VOTE_QUESTIONS, IDS_AND_VOTES),
            prepare(VOTE_ANSWERS, IDS_AND_VOTES),
            prepare(REPORT_QUESTIONS, IDS),
            prepare(REPORT_ANSWERS, IDS),
            prepare(ANSWERED, IDS),
            prepare(NOTIFY, &[Type::TEXT, Type::TEXT_ARRAY]),
        )?;
        let (new_question_ids, new_answer_ids, new_photo_ids) = tokio::try_join!(
            prepare(NEW_QUESTION_IDS, HOW_MANY),
            prepare(NEW_ANSWER_IDS, HOW_MANY),
            prepare(NEW_PHOTO_IDS, HOW_MANY),
        )?;
        let (insert_questions, insert_answers, insert_photos) = tokio::try_join!(
            prepare(INSERT_QUESTIONS, &NEW_QUESTION_TYPES),
            prepare(INSERT_ANSWERS, &NEW_ANSWER_TYPES),
            prepare(INSERT_PHOTOS, &NEW_PHOTO_TYPES),
        )?;
        Ok(Self {
            begin: naming.begin(Self::SETTINGS),
            vote_questions,
            vote_answers,
            report_questions,
            report_answers,
            answered,
            new_question_ids,
            new_answer_ids,
            new_photo_ids,
            insert_questions,
            insert_answers,
            insert_photos,
            notify,
        })
    }
}

/// The writing session, and the listener beside it.
pub(super) struct PostgresWriter {
    session: Session<Statements>,
    origin: Arc<OwnOrigin>,
    elsewhere: ChangeSink,
    _listener: Listener,
}

impl PostgresWriter {
    /// Writes through `server` and listens at `direct`, the same database.
    pub(super) fn open(
        server: &Arc<Server>,
        direct: &Arc<Server>,
        elsewhere: ChangeSink,
    ) -> Result<Self, StoreError> {
        let origin = Arc::new(OwnOrigin::draw());
        let mut session = Session::<Statements>::open(server)?;
        let listener = Listener::start(direct, &origin, Arc::clone(&elsewhere))?;
        let greeting = vec![notice::greeting(origin.get())];
        session.read(async |client, statements| {
            statements.notify.query(client, &[&CHANNEL, &greeting]).await?;
            Ok(())
        })?;
        listener.must_hear()?;
        Ok(Self { session, origin, elsewhere, _listener: listener })
    }

    /// Whether a transaction that failed before its commit is worth carrying out again.
    fn may_pass_again(&self, failure: &Failure) -> bool {
        let elsewhere = failure.is_read_only() && self.session.has_several_hosts();
        failure.may_pass_again() || failure.is_lost() || elsewhere
    }

    /// Tells of what a commit may have changed, or will have: its notice counts as a stranger's from now on, and one
    /// that came before is made up for here.
    fn tell_of_unknown_fate(&self, changes: &[ProductChange]) {
        self.origin.draw_again();
        let touched = changes.iter().map(|change| ProductChange::Rows(change.product_id())).collect();
        (self.elsewhere)(Change::Products(touched));
    }
}

impl Writer for PostgresWriter {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        let plan = Plan::new(commands);
        let mut attempt = 1;
        loop {
            self.session.reach()?;
            let found = self.session.ask(async |client, statements| {
                let found = first_trip(client, statements, &plan).await;
                if found.as_ref().is_err_and(|failure| !failure.is_lost()) {
                    client.batch_execute("ROLLBACK").await?;
                }
                found
            });
            let failure = match found {
                // Nothing is committed: it can be tried again even on a new connection.
                Err(failure) if attempt < MAX_ATTEMPTS && self.may_pass_again(&failure) => failure,
                Err(failure) => return Err(failure.before_commit()),
                Ok(found) => {
                    let carried = Carried::new(commands, found);
                    let origin = self.origin.get();
                    let committed = self.session.ask(async |client, statements| {
                        second_trip(client, statements, &carried, origin).await
                    });
                    match committed {
                        Ok(()) => return Ok(carried.outcomes),
                        Err(failure) if attempt < MAX_ATTEMPTS && failure.may_pass_again() => failure,
                        Err(failure) => {
                            let error = failure.after_commit();
                            if matches!(error, StoreError::Unknown(_)) {
                                self.tell_of_unknown_fate(&carried.changes);
                            }
                            return Err(error);
                        }
                    }
                }
            };
            tracing::debug!(%failure, attempt, "a transaction is carried out again");
            attempt += 1;
        }
    }

    fn idle(&mut self) -> Result<(), StoreError> {
        // The listener hears of changes by itself.
        Ok(())
    }
}

/// Runs a statement unless it is not `needed`.
async fn rows<const N: usize>(
    client: &Client,
    needed: bool,
    statement: &Statement,
    parameters: [&(dyn ToSql + Sync); N],
) -> Result<Vec<Row>, Failure> {
    if !needed {
        return Ok(Vec::new());
    }
    Ok(statement.query(client, &parameters).await?)
}

/// Begins the transaction, votes and reports, and asks for whatever the inserts need, all sent together.
async fn first_trip(client: &Client, statements: &Statements, plan: &Plan) -> Result<Found, Failure> {
    let (on_questions, on_answers) = (&plan.question_votes, &plan.answer_votes);
    let votes = async {
        tokio::try_join!(
            biased;
            rows(client, !on_questions.ids.is_empty(), &statements.vote_questions, [
                &on_questions.ids,
                &on_questions.votes,
            ]),
            rows(client, !on_answers.ids.is_empty(), &statements.vote_answers, [
                &on_answers.ids,
                &on_answers.votes,
            ]),
        )
    };
    let reports = async {
        tokio::try_join!(
            biased;
            rows(client, !plan.question_reports.is_empty(), &statements.report_questions, [
                &plan.question_reports,
            ]),
            rows(client, !plan.answer_reports.is_empty(), &statements.report_answers, [&plan.answer_reports]),
        )
    };
    let new_ids = async {
        tokio::try_join!(
            biased;
            rows(client, plan.new_questions > 0, &statements.new_question_ids, [&plan.new_questions]),
            rows(client, plan.new_answers > 0, &statements.new_answer_ids, [&plan.new_answers]),
            rows(client, plan.new_photos > 0, &statements.new_photo_ids, [&plan.new_photos]),
        )
    };
    let ((), votes, reports, answered, new_ids) = tokio::try_join!(
        biased;
        async { Ok(client.batch_execute(&statements.begin).await?) },
        votes,
        reports,
        rows(client, !plan.answered.is_empty(), &statements.answered, [&plan.answered]),
        new_ids,
    )?;
    let mut found = Found {
        question_ids: ids(&new_ids.0, "question_ids")?,
        answer_ids: ids(&new_ids.1, "answer_ids")?,
        photo_ids: ids(&new_ids.2, "photo_ids")?,
        ..Found::default()
    };
    read_marks(&votes.0, "questions", Target::Question, &mut found)?;
    read_marks(&votes.1, "answers", Target::Answer, &mut found)?;
    read_marks(&reports.0, "questions", Target::Question, &mut found)?;
    read_marks(&reports.1, "answers", Target::Answer, &mut found)?;
    for row in &answered {
        let columns = Columns::new(row, "questions", 0);
        found.answered.insert(columns.id(0, "question_id")?, columns.id(1, "product_id")?);
    }
    Ok(found)
}

/// Reads rows of id and product, and present votes if there is a third column.
fn read_marks<I: Id>(
    rows: &[Row],
    table: &'static str,
    target: fn(I) -> Target,
    found: &mut Found,
) -> Result<(), StoreError> {
    for row in rows {
        let columns = Columns::new(row, table, 0);
        let target = target(columns.id(0, "id")?);
        let product_id = columns.id(1, "product_id")?;
        if row.len() > 2 {
            found.voted.insert(target, (product_id, columns.count(2, "helpful")?));
        } else {
            found.reported.insert(target, product_id);
        }
    }
    Ok(())
}

fn ids<I: Id>(rows: &[Row], sequence: &'static str) -> Result<Vec<I>, StoreError> {
    rows.iter().map(|row| Columns::new(row, sequence, 0).id(0, "last_value")).collect()
}

/// Inserts, tells others and commits, all sent together: behind a refused statement, `COMMIT` rolls back.
async fn second_trip(
    client: &Client,
    statements: &Statements,
    carried: &Carried<'_>,
    origin: Origin,
) -> Result<(), Failure> {
    let Carried { questions, answers, photos, .. } = carried;
    let notices = notice::write(origin, &carried.changes);
    let changes = async {
        tokio::try_join!(
            biased;
            rows(client, !questions.question_ids.is_empty(), &statements.insert_questions, [
                &questions.product_ids,
                &questions.question_ids,
                &questions.written_at,
                &questions.bodies,
                &questions.names,
                &questions.emails,
            ]),
            rows(client, !answers.answer_ids.is_empty(), &statements.insert_answers, [
                &answers.product_ids,
                &answers.answer_ids,
                &answers.question_ids,
                &answers.written_at,
                &answers.bodies,
                &answers.names,
                &answers.emails,
            ]),
            rows(client, !photos.photo_ids.is_empty(), &statements.insert_photos, [
                &photos.product_ids,
                &photos.photo_ids,
                &photos.answer_ids,
                &photos.urls,
            ]),
            rows(client, !notices.is_empty(), &statements.notify, [&CHANNEL, &notices]),
        )
    };
    let (changed, committed) = tokio::join!(biased; changes, client.batch_execute("COMMIT"));
    changed?;
    Ok(committed?)
}
