//! Writing: a batch of commands in one transaction, on disk when it returns. Votes and reports go
//! to the narrow `marks` table, in the order of their places, so that a batch touches each of its
//! pages once. Which writes make a batch is not decided here.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::decode::Columns;
use super::failure::Failure;
use super::place::{ProductNumber, free_place, place_by_id, place_of_question};
use super::schema;
use super::statement::{ask_one, execute};
use super::submissions::Submissions;
use crate::domain::{AnswerId, Id, Kind, NewAnswer, NewQuestion, PhotoId, QuestionId, Target, Timestamp};
use crate::store::{Change, ChangeSink, Command, Outcome, ProductChange, StoreError, Writer};

/// The writing session.
pub(super) struct SqliteWriter {
    connection: Connection,
    elsewhere: ChangeSink,
    /// `PRAGMA data_version` of this connection: it moves when another one commits or empties the
    /// log.
    data_version: i64,
    submissions: Submissions,
    /// Whether the file was in its place when this was last looked at.
    is_in_place: bool,
}

impl SqliteWriter {
    pub(super) fn new(connection: Connection, elsewhere: ChangeSink) -> Result<Self, StoreError> {
        let data_version = data_version(&connection)?;
        let mut submissions = Submissions::default();
        submissions.catch_up(&connection)?;
        Ok(Self { connection, elsewhere, data_version, submissions, is_in_place: true })
    }

    /// Looks whether the file is still the one that was opened, and logs when that changes.
    fn look_after_file(&mut self) -> Result<(), StoreError> {
        let looked = schema::require_in_place(&self.connection);
        if looked.is_ok() != self.is_in_place {
            self.is_in_place = looked.is_ok();
            match &looked {
                Ok(()) => tracing::info!("the database file is back in its place, writes go on"),
                Err(error) => tracing::error!(%error, "writes are refused"),
            }
        }
        looked
    }

    /// Reports commits by other processes, an import or a repair by hand. What they changed is not
    /// known.
    fn notice_changes_elsewhere(&mut self) -> Result<(), StoreError> {
        let now = data_version(&self.connection)?;
        if now != self.data_version {
            self.data_version = now;
            (self.elsewhere)(Change::Everything);
        }
        Ok(())
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    ask_one(connection, "PRAGMA data_version", [])
}

impl SqliteWriter {
    fn transact(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.look_after_file()?;
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).reading()?;
        let mut outcomes = vec![Outcome::NotFound; commands.len()];
        mark_rows(&transaction, commands, &mut outcomes)?;
        add_rows(&transaction, &mut self.submissions, commands, &mut outcomes)?;
        if let Err(error) = transaction.commit().committing() {
            self.report_unknown_fate(commands, &outcomes);
            return Err(error);
        }
        // After the commit, so that views of what others wrote before it are forgotten before it is
        // acknowledged. The commands are committed even when this fails.
        if let Err(error) = self.notice_changes_elsewhere() {
            (self.elsewhere)(Change::Everything);
            return Err(StoreError::Unknown(error.to_string()));
        }
        Ok(outcomes)
    }

    /// Reports what a commit touched that may have happened, and nothing else: on a full disk every
    /// commit fails, and lists are then still answered from memory.
    fn report_unknown_fate(&self, commands: &[Command], outcomes: &[Outcome]) {
        let changes = commands
            .iter()
            .zip(outcomes)
            .filter_map(|(command, &outcome)| ProductChange::of(command, outcome));
        let touched = changes.map(ProductChange::any_row);
        (self.elsewhere)(Change::Products(touched.collect()));
    }

    /// Deletes some submissions that have expired, without waiting for other writers.
    fn sweep(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.submissions.would_delete(&self.connection, now)? {
            let transaction =
                Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).reading()?;
            self.submissions.catch_up(&transaction)?;
            self.submissions.sweep(&transaction, now)?;
            transaction.commit().committing()?;
        }
        Ok(())
    }
}

impl Writer for SqliteWriter {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        let result = self.transact(commands);
        if result.is_err() {
            self.submissions.forget();
        }
        result
    }

    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.look_after_file().is_err() {
            // It is logged. Commits fail until the file is back.
            return Ok(());
        }
        if self.submissions.wants_to_sweep(now)
            && let Err(error) = self.sweep(now)
        {
            // Nobody waits for it, and it is tried again.
            tracing::debug!(%error, "expired submissions stay for now");
            self.submissions.forget();
            self.submissions.put_off(now);
        }
        self.notice_changes_elsewhere()
    }
}

/// Carries out votes and reports.
fn mark_rows(
    connection: &Connection,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut marks = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let (target, votes, report) = match command {
            Command::Vote { target, votes } => (*target, *votes, false),
            Command::Report(target) => (*target, 0, true),
            Command::AddQuestion { .. }
            | Command::AddAnswer { .. }
            | Command::AddReview { .. }
            | Command::Recall { .. } => continue,
        };
        if let Some(place) = place_of(connection, target)? {
            marks.push((place, index, votes, report));
        }
    }
    marks.sort_unstable();
    for (place, index, votes, report) in marks {
        let helpful = mark(connection, place, votes, report)?;
        let product_id = ProductNumber::of(place).product_id(connection)?;
        outcomes[index] =
            if report { Outcome::Reported { product_id } } else { Outcome::Voted { product_id, helpful } };
    }
    Ok(())
}

fn place_of(connection: &Connection, target: Target) -> Result<Option<i64>, StoreError> {
    match target {
        Target::Question(question_id) => place_of_question(connection, question_id),
        Target::Answer(answer_id) => {
            place_by_id(connection, "SELECT place FROM answers WHERE answer_id = ?1", answer_id.get())
        }
        Target::Review(_) => Ok(None),
    }
}

/// Adds votes or hides a row; returns its present votes. The first time, the row's own counters are
/// copied.
fn mark(connection: &Connection, place: i64, votes: u32, report: bool) -> Result<u32, StoreError> {
    let present =
        counters(connection, "marks", "SELECT place, helpful, reported FROM marks WHERE place = ?1", place)?;
    let (helpful, reported) = match present {
        Some(counters) => counters,
        None => own_counters(connection, place)?,
    };
    let helpful = helpful.saturating_add(votes);
    let reported = reported || report;
    let sql = if present.is_some() {
        "UPDATE marks SET helpful = ?2, reported = ?3 WHERE place = ?1"
    } else {
        "INSERT INTO marks (place, helpful, reported) VALUES (?1, ?2, ?3)"
    };
    execute(connection, sql, (place, helpful, reported))?;
    Ok(helpful)
}

/// The counters that a row was added with.
fn own_counters(connection: &Connection, place: i64) -> Result<(u32, bool), StoreError> {
    // Even places are questions (`place::first_place`).
    let (table, sql) = if place % 2 == 0 {
        ("questions", "SELECT place, helpful, reported FROM questions WHERE place = ?1")
    } else {
        ("answers", "SELECT place, helpful, reported FROM answers WHERE place = ?1")
    };
    counters(connection, table, sql, place)?.ok_or_else(|| StoreError::Damaged {
        table,
        row: place,
        column: "place",
        problem: "an index names the row, but it is not there".to_owned(),
        product_id: None,
    })
}

fn counters(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    place: i64,
) -> Result<Option<(u32, bool)>, StoreError> {
    let mut statement = connection.prepare_cached(sql).reading()?;
    let mut rows = statement.query([place]).reading()?;
    let Some(row) = rows.next().reading()? else { return Ok(None) };
    let columns = Columns::new(row, table)?;
    Ok(Some((columns.count(1, "helpful")?, columns.flag(2, "reported")?)))
}

/// Carries out new questions and answers, in order, but for those that were added before.
fn add_rows(
    connection: &Connection,
    submissions: &mut Submissions,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut latest = None;
    for (command, outcome) in commands.iter().zip(outcomes) {
        let (now, submission) = match command {
            Command::AddQuestion { written_at, submission, .. }
            | Command::AddAnswer { written_at, submission, .. }
            | Command::AddReview { written_at, submission, .. } => (*written_at, submission.as_ref()),
            Command::Recall { submission, now } => (*now, Some(submission)),
            Command::Vote { .. } | Command::Report(_) => continue,
        };
        if let Some(submission) = submission {
            if latest.is_none() {
                submissions.catch_up(connection)?;
            }
            latest = latest.max(Some(now));
            if let Some(earlier) = submissions.find(connection, submission, now)? {
                *outcome = earlier.outcome(submission);
                continue;
            }
        }
        *outcome = add_row(connection, command)?;
        if let (Some(submission), Some(row)) = (submission, outcome.added()) {
            submissions.add(connection, submission, row)?;
        }
    }
    latest.map_or(Ok(()), |now| submissions.keep_house(connection, now))
}

fn add_row(connection: &Connection, command: &Command) -> Result<Outcome, StoreError> {
    match command {
        Command::AddQuestion { question, written_at, .. } => add_question(connection, question, *written_at),
        Command::AddAnswer { question_id, answer, written_at, .. } => {
            match place_of_question(connection, *question_id)? {
                Some(place) => {
                    add_answer(connection, ProductNumber::of(place), *question_id, answer, *written_at)
                }
                None => Ok(Outcome::NotFound),
            }
        }
        Command::AddReview { .. } | Command::Vote { .. } | Command::Report(_) | Command::Recall { .. } => {
            Ok(Outcome::NotFound)
        }
    }
}

fn add_question(
    connection: &Connection,
    question: &NewQuestion,
    written_at: Timestamp,
) -> Result<Outcome, StoreError> {
    let number = ProductNumber::find_or_make(connection, question.product_id)?;
    let place = free_place(connection, Kind::Question, number)?;
    let question_id: QuestionId = new_id(connection, "question")?;
    execute(
        connection,
        "INSERT INTO questions (place, question_id, written_at, reported, helpful, body, name, email)
             VALUES (?1, ?2, ?3, 0, 0, ?4, ?5, ?6)",
        (
            place,
            question_id.get().cast_signed(),
            written_at.milliseconds(),
            question.body.as_str(),
            question.name.as_str(),
            question.email.as_str(),
        ),
    )?;
    Ok(Outcome::QuestionAdded { question_id, product_id: question.product_id })
}

fn add_answer(
    connection: &Connection,
    number: ProductNumber,
    question_id: QuestionId,
    answer: &NewAnswer,
    written_at: Timestamp,
) -> Result<Outcome, StoreError> {
    let place = free_place(connection, Kind::Answer, number)?;
    let answer_id: AnswerId = new_id(connection, "answer")?;
    execute(connection, "INSERT INTO answers (place, answer_id, question_id, written_at, reported, helpful, body, name, email)
             VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7)", (
                place,
                answer_id.get().cast_signed(),
                question_id.get().cast_signed(),
                written_at.milliseconds(),
                answer.body.as_str(),
                answer.name.as_str(),
                answer.email.as_str(),
            ))?;
    for url in &answer.photos {
        let place = free_place(connection, Kind::Photo, number)?;
        let photo_id: PhotoId = new_id(connection, "photo")?;
        execute(
            connection,
            "INSERT INTO photos (place, photo_id, answer_id, url) VALUES (?1, ?2, ?3, ?4)",
            (place, photo_id.get().cast_signed(), answer_id.get().cast_signed(), url.as_str()),
        )?;
    }
    Ok(Outcome::AnswerAdded { answer_id, product_id: number.product_id(connection)? })
}

/// The next id of a kind, counted on inside the transaction.
fn new_id<I: Id>(connection: &Connection, kind: &str) -> Result<I, StoreError> {
    let id: i64 =
        ask_one(connection, "UPDATE last_ids SET id = id + 1 WHERE kind = ?1 RETURNING id", [kind])?;
    I::new(id.cast_unsigned()).map_err(|_| StoreError::Full(format!("no {kind} id is left below 2^53")))
}
