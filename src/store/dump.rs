//! Reading everything, hidden rows and e-mail addresses included, as the batches that a bulk load
//! takes: what a copy to another store needs.

use super::moderation::{ModerationTable, TableRows};
use super::{LastIds, RowBatch, StoreError};
use crate::domain::{Kind, Set, Timestamp};

/// Most rows in a batch of a dump.
pub const DUMP_ROWS_PER_BATCH: usize = 4_096;

/// A session that reads one state of a whole store, from its beginning to its end, with present
/// counters. Products ascend in the store's own order.
pub trait Dump: Send {
    /// The next rows of a kind, at most [`DUMP_ROWS_PER_BATCH`]; none at its end. Kinds can be read
    /// in any order, or not at all.
    fn next(&mut self, kind: Kind) -> Result<RowBatch, StoreError>;

    /// The largest ids of that state.
    fn last_ids(&mut self) -> Result<LastIds, StoreError>;

    /// The next rows of a table of moderation, in an order of its own; none at its end.
    fn next_of_moderation(&mut self, table: ModerationTable) -> Result<TableRows, StoreError>;

    /// When a set was imported, if ever.
    fn imported_at(&mut self, set: Set) -> Result<Option<Timestamp>, StoreError>;
}

/// Hands over the batches of a kind up to its end.
///
/// # Errors
/// Those of the dump and of `take`.
pub fn each_batch<E: From<StoreError>>(
    dump: &mut dyn Dump,
    kind: Kind,
    mut take: impl FnMut(RowBatch) -> Result<(), E>,
) -> Result<(), E> {
    loop {
        let batch = dump.next(kind)?;
        if batch.is_empty() {
            return Ok(());
        }
        take(batch)?;
    }
}

/// Hands over the rows of a table of moderation up to its end.
///
/// # Errors
/// Those of the dump and of `take`.
pub fn each_of_moderation<E: From<StoreError>>(
    dump: &mut dyn Dump,
    table: ModerationTable,
    mut take: impl FnMut(TableRows) -> Result<(), E>,
) -> Result<(), E> {
    loop {
        let rows = dump.next_of_moderation(table)?;
        if rows.is_empty() {
            return Ok(());
        }
        take(rows)?;
    }
}
