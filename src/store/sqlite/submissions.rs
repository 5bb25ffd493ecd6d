//! Which submissions were added before. The rows are in the file, in the order of arrival, so that
//! a batch of them dirties a page or two; where a digest's row is, this process remembers. What it
//! remembers is only a hint: a row is read before it is believed, and rows of other processes are
//! looked for in each transaction. Deliberately absent: an index in the file, whose random keys
//! would dirty a page for each row.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rusqlite::Connection;

use super::decode::Columns;
use super::failure::Failure;
use super::statement::execute;
use crate::domain::Target;
use crate::domain::{Digest, Id, Timestamp};
use crate::store::submission::{Earlier, SWEEP_ROWS, Sweeping};
use crate::store::{StoreError, Submission};

/// Most submissions that are kept, whether or not they have expired: 80 MB of memory. With one more
/// the oldest goes.
const MAX_KEPT: usize = 1 << 21;

/// The submissions of a file, as its writer knows them.
#[derive(Default)]
pub(super) struct Submissions {
    /// Where a digest's newest row is, if it still is there.
    numbers: HashMap<Digest, i64, RandomState>,
    /// The newest row that was seen. What comes behind it is new.
    newest: Option<Newest>,
    sweeping: Sweeping,
    /// Rows up to this number were swept in this round, and how many there were.
    swept_to: i64,
    swept_rows: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Newest {
    number: i64,
    digest: Digest,
    expires_at: i64,
}

impl Submissions {
    /// Reads what came since the last look. If the newest row of then is another one now, or none,
    /// anything may have happened, and everything is read.
    pub(super) fn catch_up(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if let Some(newest) = self.newest
            && !self.read_from(connection, newest.number, Some(newest))?
        {
            self.forget();
        }
        if self.newest.is_none() {
            self.read_from(connection, i64::MIN, None)?;
        }
        Ok(())
    }

    /// Reads the rows from `number` on, unless the first of them is not `expected`.
    fn read_from(
        &mut self,
        connection: &Connection,
        number: i64,
        expected: Option<Newest>,
    ) -> Result<bool, StoreError> {
        let mut statement = connection
            .prepare_cached(
                "SELECT number, digest, expires_at FROM submissions WHERE number >= ?1 ORDER BY number",
            )
            .reading()?;
        let mut rows = statement.query([number]).reading()?;
        let mut expected = expected;
        while let Some(row) = rows.next().reading()? {
            let row = Newest::read(Columns::new(row, "submissions")?)?;
            if expected.take().is_some_and(|expected| expected != row) {
                return Ok(false);
            }
            self.remember(row);
        }
        Ok(expected.is_none())
    }

    fn remember(&mut self, row: Newest) {
        self.numbers.insert(row.digest, row.number);
        self.newest = Some(row);
    }

    /// Forgets everything: a transaction was rolled back, or may have been.
    pub(super) fn forget(&mut self) {
        self.numbers = HashMap::default();
        self.newest = None;
    }

    /// What the same submission came to before, if that still counts.
    pub(super) fn find(
        &self,
        connection: &Connection,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<Option<Earlier>, StoreError> {
        let Some(number) = self.numbers.get(&submission.digest) else { return Ok(None) };
        let mut statement = connection
            .prepare_cached(
                "SELECT number, digest, expires_at, question_id, answer_id, review_id, content
                 FROM submissions WHERE number = ?1",
            )
            .reading()?;
        let mut rows = statement.query([number]).reading()?;
        let Some(row) = rows.next().reading()? else { return Ok(None) };
        let columns = Columns::new(row, "submissions")?;
        if columns.digest(1, "digest")? != submission.digest {
            return Ok(None);
        }
        let earlier = earlier(columns)?;
        Ok(earlier.counts_for(submission, now).then_some(earlier))
    }

    /// Keeps what a submission came to.
    pub(super) fn add(
        &mut self,
        connection: &Connection,
        submission: &Submission,
        row: Target,
    ) -> Result<(), StoreError> {
        let number = self.newest.map_or(1, |newest| newest.number + 1);
        let expires_at = submission.expires_at.milliseconds();
        let (question_id, answer_id, review_id) = match row {
            Target::Question(question_id) => (Some(question_id.get().cast_signed()), None, None),
            Target::Answer(answer_id) => (None, Some(answer_id.get().cast_signed()), None),
            Target::Review(review_id) => (None, None, Some(review_id.get().cast_signed())),
        };
        execute(
            connection,
            "INSERT INTO submissions
                 (number, expires_at, question_id, answer_id, review_id, digest, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                number,
                expires_at,
                question_id,
                answer_id,
                review_id,
                submission.digest.as_bytes(),
                submission.content.as_ref().map(Digest::as_bytes),
            ),
        )?;
        self.remember(Newest { number, digest: submission.digest, expires_at });
        self.sweeping.added(submission);
        Ok(())
    }

    /// Ends a transaction's additions: deletes some of what has expired, and the oldest of too
    /// many.
    pub(super) fn keep_house(&mut self, connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
        if self.sweeping.is_due() {
            self.sweep(connection, now)?;
        }
        self.keep_at_most(connection, MAX_KEPT)
    }

    fn keep_at_most(&mut self, connection: &Connection, max_kept: usize) -> Result<(), StoreError> {
        let excess = self.numbers.len().saturating_sub(max_kept);
        if excess == 0 {
            return Ok(());
        }
        let oldest = look_at(connection, i64::MIN, excess)?;
        oldest.iter().try_for_each(|row| self.delete(connection, row))
    }

    /// Whether a writer without writes should call [`sweep`](Self::sweep), in a transaction of its
    /// own.
    pub(super) fn wants_to_sweep(&self, now: Timestamp) -> bool {
        self.sweeping.is_due_when_idle(now)
    }

    /// Whether a step of sweeping would delete anything. If not, it is taken.
    pub(super) fn would_delete(
        &mut self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = look_at(connection, self.swept_to, SWEEP_ROWS)?;
        let would = rows.iter().any(|row| self.is_to_go(row, now));
        if !would {
            self.end_step(&rows, now);
        }
        Ok(would)
    }

    /// Looks through some rows and deletes those that have expired.
    pub(super) fn sweep(&mut self, connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
        let rows = look_at(connection, self.swept_to, SWEEP_ROWS)?;
        for row in rows.iter().filter(|row| self.is_to_go(row, now)).collect::<Vec<_>>() {
            self.delete(connection, row)?;
        }
        self.end_step(&rows, now);
        Ok(())
    }

    /// The newest row stays, by which other processes know how far they have read.
    fn is_to_go(&self, row: &Newest, now: Timestamp) -> bool {
        row.expires_at <= now.milliseconds() && self.newest.is_none_or(|newest| row.number < newest.number)
    }

    /// A try to sweep failed.
    pub(super) fn put_off(&mut self, now: Timestamp) {
        self.sweeping.swept(now, false);
    }

    fn end_step(&mut self, rows: &[Newest], now: Timestamp) {
        self.swept_rows += rows.len();
        let is_round_over = rows.len() < SWEEP_ROWS;
        self.swept_to = rows.last().map_or(0, |row| row.number);
        self.sweeping.swept(now, is_round_over);
        if is_round_over {
            // Rows that other processes deleted are not seen here, but still remembered.
            if self.numbers.len() > 2 * self.swept_rows + SWEEP_ROWS {
                self.forget();
            }
            (self.swept_to, self.swept_rows) = (0, 0);
        }
    }

    fn delete(&mut self, connection: &Connection, row: &Newest) -> Result<(), StoreError> {
        execute(connection, "DELETE FROM submissions WHERE number = ?1", [row.number])?;
        if self.numbers.get(&row.digest) == Some(&row.number) {
            self.numbers.remove(&row.digest);
        }
        Ok(())
    }
}

impl Newest {
    fn read(columns: Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: columns.place(),
            digest: columns.digest(1, "digest")?,
            expires_at: columns.integer(2, "expires_at")?,
        })
    }
}

/// The first rows behind a number, at most `limit`.
fn look_at(connection: &Connection, after: i64, limit: usize) -> Result<Vec<Newest>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT number, digest, expires_at FROM submissions WHERE number > ?1 ORDER BY number LIMIT ?2",
        )
        .reading()?;
    let mut rows = statement.query((after, i64::try_from(limit).unwrap_or(i64::MAX))).reading()?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().reading()? {
        found.push(Newest::read(Columns::new(row, "submissions")?)?);
    }
    Ok(found)
}

/// Reads the columns `number, digest, expires_at, question_id, answer_id, review_id, content`.
pub(super) fn earlier(columns: Columns<'_>) -> Result<Earlier, StoreError> {
    let row = if !columns.is_empty(3) {
        Target::Question(columns.id(3, "question_id")?)
    } else if !columns.is_empty(4) {
        Target::Answer(columns.id(4, "answer_id")?)
    } else {
        Target::Review(columns.id(5, "review_id")?)
    };
    let content = if columns.is_empty(6) { None } else { Some(columns.digest(6, "content")?) };
    Ok(Earlier { content, expires_at: columns.time(2, "expires_at")?, row })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{QuestionId, ReviewId};
    use crate::store::sqlite::schema::MIGRATIONS;

    fn empty_store() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            connection.execute_batch(migration).unwrap();
        }
        connection
    }

    fn now() -> Timestamp {
        Timestamp::from_milliseconds(0).unwrap()
    }

    fn submission(number: u8) -> Submission {
        let expires_at = Timestamp::from_milliseconds(1_000).unwrap();
        Submission { digest: Digest::from_bytes([number; 16]), content: None, expires_at }
    }

    fn add(submissions: &mut Submissions, connection: &Connection, numbers: std::ops::Range<u8>) {
        for number in numbers {
            let row = Target::Question(QuestionId::new(number.into()).unwrap());
            submissions.add(connection, &submission(number), row).unwrap();
        }
    }

    /// Those that are known, of the numbers below 20.
    fn known(submissions: &Submissions, connection: &Connection) -> Vec<u8> {
        let is_known =
            |number: &u8| submissions.find(connection, &submission(*number), now()).unwrap().is_some();
        (0..20).filter(is_known).collect()
    }

    #[test]
    fn with_too_many_the_oldest_go() {
        let connection = empty_store();
        let mut submissions = Submissions::default();
        add(&mut submissions, &connection, 1..9);
        submissions.keep_at_most(&connection, 5).unwrap();
        assert_eq!(known(&submissions, &connection), [4, 5, 6, 7, 8]);
        let mut again = Submissions::default();
        again.catch_up(&connection).unwrap();
        assert_eq!(known(&again, &connection), [4, 5, 6, 7, 8]);
    }

    #[test]
    fn what_other_processes_added_and_deleted_is_noticed() {
        let connection = empty_store();
        let (mut ours, mut theirs) = (Submissions::default(), Submissions::default());
        add(&mut ours, &connection, 1..4);
        theirs.catch_up(&connection).unwrap();
        add(&mut theirs, &connection, 4..6);
        ours.catch_up(&connection).unwrap();
        assert_eq!(known(&ours, &connection), [1, 2, 3, 4, 5]);

        // All rows replaced, and then as many new ones under the numbers of the former.
        connection.execute_batch("DELETE FROM submissions").unwrap();
        let mut third = Submissions::default();
        add(&mut third, &connection, 11..16);
        assert_eq!(known(&ours, &connection), [0_u8; 0], "a row is read before it is believed");
        ours.catch_up(&connection).unwrap();
        assert_eq!(known(&ours, &connection), [11, 12, 13, 14, 15]);
        add(&mut ours, &connection, 16..17);
        assert_eq!(known(&ours, &connection), [11, 12, 13, 14, 15, 16]);
    }

    #[test]
    fn the_newest_row_stays() {
        let connection = empty_store();
        let mut submissions = Submissions::default();
        add(&mut submissions, &connection, 1..9);
        submissions.sweep(&connection, Timestamp::from_milliseconds(2_000).unwrap()).unwrap();
        assert_eq!(known(&submissions, &connection), [8]);
        assert_eq!(submissions.numbers.len(), 1);
    }

    #[test]
    fn every_kind_of_row_is_found_again() {
        let connection = empty_store();
        let rows = [
            Target::Question(Id::new(7).unwrap()),
            Target::Answer(Id::new(7).unwrap()),
            Target::Review(ReviewId::new(7).unwrap()),
        ];
        let mut submissions = Submissions::default();
        for (number, row) in (1..).zip(rows) {
            submissions.add(&connection, &submission(number), row).unwrap();
        }
        let mut again = Submissions::default();
        again.catch_up(&connection).unwrap();
        for (number, row) in (1..).zip(rows) {
            let found = again.find(&connection, &submission(number), now()).unwrap();
            assert_eq!(found.map(|earlier| earlier.row), Some(row));
        }
    }
}
