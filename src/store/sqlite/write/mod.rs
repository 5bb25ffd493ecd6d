//! Writing: a batch of commands in one transaction, on disk when it returns. Votes are in `marks`,
//! new rows in `rows`, what moderation decides in `store::moderation`. Which writes make a batch is
//! not decided here.

mod identified;
mod items;
mod marks;
mod rows;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use self::marks::mark_rows;
use self::rows::add_rows;
use super::failure::Failure;
use super::moderation::SqliteRows;
use super::schema;
use super::statement::ask_one;
use super::submissions::Submissions;
use crate::domain::Timestamp;
use crate::store::moderation::carry_out::moderate_all;
use crate::store::moderation::{Moderated, Moderation};
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
            let changes = commands.iter().zip(&outcomes);
            self.report_unknown_fate(
                changes.filter_map(|(command, &outcome)| ProductChange::of(command, outcome)),
            );
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

    fn transact_moderation(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).reading()?;
        let moderated = moderate_all(&mut SqliteRows(&transaction), moderations)?;
        if let Err(error) = transaction.commit().committing() {
            let changes = moderations.iter().zip(&moderated);
            self.report_unknown_fate(
                changes.flat_map(|(moderation, moderated)| moderated.changes(moderation)),
            );
            return Err(error);
        }
        if let Err(error) = self.notice_changes_elsewhere() {
            (self.elsewhere)(Change::Everything);
            return Err(StoreError::Unknown(error.to_string()));
        }
        Ok(moderated)
    }

    /// Reports what a commit touched that may have happened, and nothing else: on a full disk every
    /// commit fails, and lists are then still answered from memory.
    fn report_unknown_fate(&self, changes: impl Iterator<Item = ProductChange>) {
        (self.elsewhere)(Change::Products(changes.map(ProductChange::any_row).collect()));
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

    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        self.look_after_file()?;
        // What is erased is overwritten in the file as well.
        let erases = moderations.iter().any(|moderation| matches!(moderation, Moderation::Retain { .. }));
        if erases {
            self.connection.pragma_update(None, "secure_delete", true).reading()?;
        }
        let moderated = self.transact_moderation(moderations);
        if erases {
            self.connection.pragma_update(None, "secure_delete", false).reading()?;
        }
        moderated
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
