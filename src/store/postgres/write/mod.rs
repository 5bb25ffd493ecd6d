//! Writes a batch of commands in one transaction and two round trips. The first one carries votes
//! and asks for new ids; the second one inserts, notifies other processes and commits. `service`
//! decides what is written and when. Only a failure of the second trip can leave the result
//! unknown. Moderation is in `moderate`.

mod carried;
mod identified;
mod moderate;
mod origins;
pub(super) mod plan;
mod reviews;
mod rows;
mod statements;
mod submissions;

use std::sync::Arc;

use tokio_postgres::{Client, Row};

use self::carried::{Carried, Found, NewIds};
use self::identified::read_casts;
use self::plan::{Plan, PlanMode};
use self::statements::Statements;
use self::submissions::{RecentDigests, Sweeper, read_earlier};
use super::connect::connection::Connection;
use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::Columns;
use super::notices::listen::{Listener, OwnOrigin};
use super::notices::notice::{self, Origin};
use super::schema;
use crate::domain::Target;
use crate::domain::{Id, Timestamp};
use crate::store::moderation::{Moderated, Moderation};
use crate::store::{Change, ChangeSink, Command, Outcome, ProductChange, StoreError, Writer};

/// How often a transaction is tried before its failure is reported: another process may have been
/// faster.
const MAX_ATTEMPTS: u32 = 5;

/// How often a submission may turn out to be a duplicate before a lock keeps all other processes
/// from adding any. The first time, the session did not look for it. The second time, another
/// process added it in between.
const MAX_TWINS: u32 = 2;

/// The writing session, with the listener of its service.
pub(crate) struct PostgresWriter {
    session: Session<Statements>,
    origin: Arc<OwnOrigin>,
    elsewhere: ChangeSink,
    sweeper: Sweeper,
    recent: RecentDigests,
    listener: Arc<Listener>,
}

impl PostgresWriter {
    /// Writes through `server` and listens at `direct`, the same database.
    pub(crate) fn open(
        server: &Arc<Server>,
        direct: &Arc<Server>,
        elsewhere: ChangeSink,
    ) -> Result<Self, StoreError> {
        schema::require_utf8(&mut Session::<Unprepared>::open(direct)?)?;
        let origin = Arc::new(OwnOrigin::draw());
        let mut session = Session::<Statements>::open(server)?;
        let listener = Listener::start(direct, &origin, Arc::clone(&elsewhere))?;
        let greeting = vec![notice::greeting(origin.get())];
        session.read(async |client, statements| {
            statements.notify.query(client, &[&greeting]).await?;
            Ok(())
        })?;
        listener.require_own_notice()?;
        let (sweeper, recent) = (Sweeper::default(), RecentDigests::default());
        Ok(Self { session, origin, elsewhere, sweeper, recent, listener: Arc::new(listener) })
    }

    /// A second session for the same service. Both send their notices under one origin and share
    /// the listener.
    pub(crate) fn open_second(&self, server: &Arc<Server>) -> Result<Self, StoreError> {
        Ok(Self {
            session: Session::open(server)?,
            origin: Arc::clone(&self.origin),
            elsewhere: Arc::clone(&self.elsewhere),
            sweeper: Sweeper::default(),
            recent: RecentDigests::default(),
            listener: Arc::clone(&self.listener),
        })
    }

    /// Whether a transaction that failed before its commit is worth carrying out again.
    fn may_pass_again(&self, failure: &Failure) -> bool {
        let elsewhere = failure.is_read_only() && self.session.has_several_hosts();
        failure.may_pass_again() || failure.is_lost() || elsewhere
    }

    /// Called after a commit that added submissions and swept some of so many pages.
    fn note_submissions(&mut self, commands: &[Command], carried: &Carried<'_>, pages: Option<i64>) {
        for (command, outcome) in commands.iter().zip(&carried.outcomes) {
            if let Command::AddQuestion { submission: Some(submission), .. }
            | Command::AddAnswer { submission: Some(submission), .. }
            | Command::AddReview { submission: Some(submission), .. } = command
            {
                self.recent.add(submission.digest);
                if outcome.added().is_some() {
                    self.sweeper.sweeping.added(submission);
                }
            }
        }
        if let (Some(pages), Some(now)) = (pages, carried.submissions.written_at) {
            self.sweeper.swept(now, pages);
        }
    }

    /// Reports what a commit of unknown fate may change. Its notice counts as from another process
    /// from now on. If it has arrived already, it was ignored as our own, so its changes are
    /// reported here.
    fn report_unknown_fate(&self, changes: &[ProductChange]) {
        self.origin.draw_again();
        let touched = changes.iter().map(|change| change.any_row()).collect();
        (self.elsewhere)(Change::Products(touched));
    }
}

impl Writer for PostgresWriter {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        let mut mode = PlanMode::Optimistic;
        let mut plan = Plan::new(commands, mode, &self.recent);
        let (mut attempt, mut twins) = (1, 0);
        let mut ids = None;
        loop {
            self.session.reach()?;
            let found = self.session.ask(async |client, statements| {
                let found = first_trip(client, statements, &plan, ids.take(), twins > MAX_TWINS).await;
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
                    let own_ids = found.ids.clone();
                    let carried = Carried::new(commands, mode, found);
                    let origin = self.origin.get();
                    let sweep_from = self.sweeper.sweeping.is_due().then_some(self.sweeper.page);
                    let committed = self.session.ask(async |connection, statements| {
                        second_trip(connection, statements, &carried, origin, sweep_from).await
                    });
                    match committed {
                        Ok(pages) => {
                            self.note_submissions(commands, &carried, pages);
                            return Ok(carried.outcomes);
                        }
                        Err(failure) if attempt < MAX_ATTEMPTS && failure.is_refused_by(submissions::KEY) => {
                            twins += 1;
                            ids = Some(own_ids);
                            failure
                        }
                        Err(failure)
                            if attempt < MAX_ATTEMPTS
                                && mode == PlanMode::Optimistic
                                && failure.misses_question() =>
                        {
                            failure
                        }
                        Err(failure) if attempt < MAX_ATTEMPTS && failure.may_pass_again() => failure,
                        Err(failure) => {
                            let error = failure.after_commit();
                            if matches!(error, StoreError::Unknown(_)) {
                                self.report_unknown_fate(&carried.changes);
                            }
                            return Err(error);
                        }
                    }
                }
            };
            tracing::debug!(%failure, attempt, "a transaction is carried out again");
            attempt += 1;
            if mode == PlanMode::Optimistic {
                mode = PlanMode::Checked;
                plan = Plan::new(commands, mode, &self.recent);
            }
        }
    }

    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        self.moderate_all(moderations)
    }

    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        // The listener receives changes by itself.
        if self.sweeper.sweeping.is_due_when_idle(now) && self.session.is_live() {
            let page = self.sweeper.page;
            match self
                .session
                .ask(async |connection, statements| sweep(connection, statements, page, now).await)
            {
                Ok(pages) => self.sweeper.swept(now, pages),
                Err(error) => {
                    // No request waits for it, and it is tried again.
                    tracing::debug!(%error, "expired submissions stay for now");
                    self.sweeper.sweeping.swept(now, false);
                }
            }
        }
        Ok(())
    }
}

/// Deletes submissions that have expired, in a transaction of its own.
async fn sweep(
    connection: &Connection,
    statements: &Statements,
    page: i64,
    now: Timestamp,
) -> Result<i64, Failure> {
    let (begun, swept, committed) = tokio::join!(
        biased;
        connection.batch_execute(&statements.begin),
        statements.submissions.sweep(connection, page, now),
        connection.commit(),
    );
    begun?;
    committed?;
    swept
}

/// Begins the transaction, votes, and asks for all that the inserts need, in one round
/// trip. New ids are those of an earlier attempt if there was one: sequences do not take them back.
/// With `alone`, no other process adds submissions until the transaction ends.
async fn first_trip(
    client: &Client,
    statements: &Statements,
    plan: &Plan,
    ids: Option<NewIds>,
    alone: bool,
) -> Result<Found, Failure> {
    let (on_questions, on_answers) = (&plan.question_votes, &plan.answer_votes);
    let votes = async {
        tokio::try_join!(
            biased;
            statements.vote_questions.query_if(!on_questions.ids.is_empty(), client, [
                &on_questions.ids,
                &on_questions.votes,
            ]),
            statements.vote_answers.query_if(!on_answers.ids.is_empty(), client, [
                &on_answers.ids,
                &on_answers.votes,
            ]),
            statements.identified.cast_on_entries(client, plan.casts.as_deref()),
        )
    };
    let draws = |count: i64| ids.is_none() && count > 0;
    let new_ids = async {
        tokio::try_join!(
            biased;
            statements.new_question_ids.query_if(draws(plan.new_questions), client, [&plan.new_questions]),
            statements.new_answer_ids.query_if(draws(plan.new_answers), client, [&plan.new_answers]),
            statements.new_photo_ids.query_if(draws(plan.new_photos), client, [&plan.new_photos]),
        )
    };
    let ((), votes, answered, new_ids, casts, reviews, earlier) = tokio::try_join!(
        biased;
        async { Ok(client.batch_execute(&statements.begin).await?) },
        votes,
        statements.answered.query_if(!plan.answered.is_empty(), client, [&plan.answered]),
        new_ids,
        // Behind all other statements that lock rows.
        statements.identified.cast_on_reviews(client, plan.casts.as_deref()),
        statements.reviews.first_trip(client, plan, ids.is_none()),
        statements.submissions.find(client, &plan.digests, alone),
    )?;
    let ids = match ids {
        Some(ids) => ids,
        None => NewIds {
            questions: read_ids(&new_ids.0, "question_ids")?,
            answers: read_ids(&new_ids.1, "answer_ids")?,
            photos: read_ids(&new_ids.2, "photo_ids")?,
            reviews: read_ids(&reviews.new_ids, "review_ids")?,
            review_photos: read_ids(&reviews.new_photo_ids, "review_photo_ids")?,
            ratings: reviews::read_rating_ids(&reviews.new_rating_ids)?,
        },
    };
    let mut found = Found { earlier: read_earlier(&earlier)?, ids, ..Found::default() };
    read_marks(&votes.0, "questions", Target::Question, &mut found)?;
    read_marks(&votes.1, "answers", Target::Answer, &mut found)?;
    read_casts(&votes.2.0, "questions", Target::Question, &mut found.casts, &mut found.voted)?;
    read_casts(&votes.2.1, "answers", Target::Answer, &mut found.casts, &mut found.voted)?;
    read_casts(&casts, "reviews", Target::Review, &mut found.casts, &mut found.voted)?;
    read_marks(&reviews.votes, "reviews", Target::Review, &mut found)?;
    reviews::read_characteristics(&reviews.characteristics, &mut found)?;
    for row in &answered {
        let columns = Columns::new(row, "questions", 0);
        found.answered.insert(columns.id(0, "question_id")?, columns.id(1, "product_id")?);
    }
    Ok(found)
}

/// Reads rows of id, product and present votes.
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
        found.voted.insert(target, (product_id, columns.count(2, "helpful")?));
    }
    Ok(())
}

fn read_ids<I: Id>(rows: &[Row], sequence: &'static str) -> Result<Vec<I>, StoreError> {
    rows.iter().map(|row| Columns::new(row, sequence, 0).id(0, "last_value")).collect()
}

/// Inserts, notifies others and commits, in one round trip: behind a refused statement, `COMMIT`
/// rolls back. Sweeps from a page on if there is one, and returns how many pages there are.
async fn second_trip(
    connection: &Connection,
    statements: &Statements,
    carried: &Carried<'_>,
    origin: Origin,
    sweep_from: Option<i64>,
) -> Result<Option<i64>, Failure> {
    let Carried { questions, answers, photos, submissions, .. } = carried;
    let notices = notice::write(origin, &carried.changes);
    let sweep = async {
        match (sweep_from, submissions.written_at) {
            (Some(page), Some(now)) => Ok(Some(statements.submissions.sweep(connection, page, now).await?)),
            _ => Ok(None),
        }
    };
    let changes = async {
        tokio::try_join!(
            biased;
            statements.submissions.replace(connection, submissions),
            statements.insert_questions.query_if(!questions.question_ids.is_empty(), connection, questions.parameters()),
            // Before the photos, which name answers.
            statements.origins.second_trip(connection, carried.origins.as_deref()),
            statements.insert_answers.query_if(!answers.answer_ids.is_empty(), connection, answers.parameters()),
            statements.insert_photos.query_if(!photos.photo_ids.is_empty(), connection, [
                &photos.product_ids,
                &photos.photo_ids,
                &photos.answer_ids,
                &photos.urls,
            ]),
            statements.reviews.second_trip(connection, carried),
            statements.confirm.query_if(carried.confirms_earlier, connection, []),
            statements.notify.query_if(!notices.is_empty(), connection, [&notices]),
            sweep,
        )
    };
    let (changed, committed) = tokio::join!(biased; changes, connection.commit());
    let (.., pages) = changed?;
    committed?;
    Ok(pages)
}
