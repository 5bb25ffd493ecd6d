//! Votes that other processes have changed: which rows they belong to, and reading them. A notice
//! only says that there are new votes, because anybody who may connect to the database can send
//! one. The listener decides when to read them.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::domain::{ProductId, Target};
use crate::store::ProductChange;
use crate::store::postgres::connect::failure::{Failure, within};
use crate::store::postgres::connect::statement::{Naming, Statement};
use crate::store::postgres::decode::{Columns, bigint};

/// How many rows may wait to be read. When there are more, everything counts as changed.
const MAX_WAITING_ROWS: usize = 65_536;

/// How long reading may take before the connection is given up. It is longer than the server's own
/// limits, which end the statement alone.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// For the connection that listens and reads. An import that puts its tables in place holds them
/// for two seconds at most.
pub(super) const SETTINGS: &[&str] =
    &["statement_timeout = '4s'", "lock_timeout = '3s'", "max_parallel_workers_per_gather = 0"];

const QUESTION_VOTES: &str = "SELECT product_id, question_id, helpful - withdrawn FROM questions WHERE question_id = ANY ($1::bigint[])";
const ANSWER_VOTES: &str =
    "SELECT product_id, answer_id, helpful - withdrawn FROM answers WHERE answer_id = ANY ($1::bigint[])";
const REVIEW_VOTES: &str =
    "SELECT product_id, review_id, helpful - withdrawn FROM reviews WHERE review_id = ANY ($1::bigint[])";

/// Rows whose votes must be read, each with the product that the notice named.
#[derive(Default)]
pub(super) struct WaitingRows {
    rows: Mutex<HashMap<Target, ProductId>>,
    added: Notify,
}

impl WaitingRows {
    /// Adds rows. Returns whether there was room for them. Without room, all rows are dropped.
    #[must_use]
    pub(super) fn add(&self, more: impl Iterator<Item = (Target, ProductId)>) -> bool {
        let mut rows = self.rows.lock();
        rows.extend(more);
        let has_room = rows.len() <= MAX_WAITING_ROWS;
        if !has_room {
            rows.clear();
        }
        if !rows.is_empty() {
            self.added.notify_one();
        }
        has_room
    }

    /// Returns when rows wait.
    pub(super) async fn wait(&self) {
        self.added.notified().await;
    }
}

/// The statements that read votes.
pub(super) struct VoteReader {
    questions: Statement,
    answers: Statement,
    reviews: Statement,
}

impl VoteReader {
    /// Prepares the statements.
    pub(super) async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        let (questions, answers, reviews) = tokio::try_join!(
            Statement::prepare(client, Naming::Named, QUESTION_VOTES, IDS),
            Statement::prepare(client, Naming::Named, ANSWER_VOTES, IDS),
            Statement::prepare(client, Naming::Named, REVIEW_VOTES, IDS),
        )?;
        Ok(Self { questions, answers, reviews })
    }

    /// Reads the votes of all rows that wait. If the server refuses that, their products count as
    /// changed and are read when they are asked for.
    ///
    /// # Errors
    /// When the connection cannot be used any more.
    pub(super) async fn read(
        &self,
        client: &Client,
        waiting: &WaitingRows,
    ) -> Result<Vec<ProductChange>, Failure> {
        let rows = std::mem::take(&mut *waiting.rows.lock());
        match within(READ_TIMEOUT, self.read_rows(client, &rows)).await {
            Ok(changes) => Ok(changes),
            Err(failure) if failure.spoils_session() => Err(failure),
            Err(failure) => {
                tracing::debug!(%failure, rows = rows.len(), "votes of other processes cannot be read");
                Ok(rows
                    .into_iter()
                    .map(|(target, product_id)| ProductChange::any_row_of(product_id, target))
                    .collect())
            }
        }
    }

    async fn read_rows(
        &self,
        client: &Client,
        rows: &HashMap<Target, ProductId>,
    ) -> Result<Vec<ProductChange>, Failure> {
        let (mut question_ids, mut answer_ids, mut review_ids) = (Vec::new(), Vec::new(), Vec::new());
        for target in rows.keys() {
            match target {
                Target::Question(id) => question_ids.push(bigint(*id)),
                Target::Answer(id) => answer_ids.push(bigint(*id)),
                Target::Review(id) => review_ids.push(bigint(*id)),
            }
        }
        let mut changes = Vec::with_capacity(rows.len());
        if !question_ids.is_empty() {
            for row in &self.questions.query(client, &[&question_ids]).await? {
                let columns = Columns::new(row, "questions", 1);
                changes.push(ProductChange::QuestionVotes(
                    columns.id(0, "product_id")?,
                    columns.id(1, "question_id")?,
                    columns.count(2, "helpful")?,
                ));
            }
        }
        if !answer_ids.is_empty() {
            for row in &self.answers.query(client, &[&answer_ids]).await? {
                let columns = Columns::new(row, "answers", 1);
                changes.push(ProductChange::AnswerVotes(
                    columns.id(0, "product_id")?,
                    columns.id(1, "answer_id")?,
                    columns.count(2, "helpful")?,
                ));
            }
        }
        if !review_ids.is_empty() {
            for row in &self.reviews.query(client, &[&review_ids]).await? {
                let columns = Columns::new(row, "reviews", 1);
                changes.push(ProductChange::ReviewVotes(
                    columns.id(0, "product_id")?,
                    columns.id(1, "review_id")?,
                    columns.count(2, "helpful")?,
                ));
            }
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Id as _, QuestionId};

    #[test]
    fn rows_without_number_do_not_wait() {
        let row = |number| {
            let question_id = QuestionId::new(number).expect("an id");
            (Target::Question(question_id), ProductId::new(1).expect("an id"))
        };
        let waiting = WaitingRows::default();
        let most = MAX_WAITING_ROWS as u64;
        assert!(waiting.add((1..=most).map(row)));
        assert!(waiting.add((1..=most).map(row)), "a row waits once");
        assert!(!waiting.add([row(most + 1)].into_iter()));
        assert!(waiting.rows.lock().is_empty());
        assert!(waiting.add([row(1)].into_iter()));
    }
}
