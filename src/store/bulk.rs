//! Loading many rows at once: batches of rows that `import` has read, checked and resolved. A store
//! trusts them: ids are unique, parents exist and come first, every row names its product.

use super::moderation::{ModerationTable, TableRows};
use super::{Counts, LastIds, RowBatch, StoreError};
use crate::domain::{Set, Timestamp};

/// What a bulk load does with rows of its sets that are there. Other sets stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// Refuse to start.
    IntoEmpty,
    /// Drop them, in the same transaction.
    Replace,
}

/// A bulk load under way. Dropping it without [`commit`](Self::commit), or dying, leaves the store
/// as it was.
///
/// Kinds come in their order, parents first, and only those of the load's sets. Any order of
/// products is right; ascending products are fast.
pub trait BulkLoad: Send {
    /// Adds rows of one kind.
    fn add(&mut self, batch: &RowBatch) -> Result<(), StoreError>;

    /// Adds rows to a table of moderation. Their questions, answers or reviews are among the load's
    /// rows, so that theirs from before are gone.
    fn add_of_moderation(&mut self, rows: &TableRows) -> Result<(), StoreError>;

    /// Drops all rows of a table of moderation that belong to no set, before any is added.
    fn drop_of_moderation(&mut self, table: ModerationTable) -> Result<(), StoreError>;

    /// Sees to it that new ids are larger than these as well: the store that the rows come from has
    /// given them out.
    fn raise_last_ids(&mut self, last_ids: LastIds);

    /// Says when the rows of a set were imported, if ever: a copy of another store's rows keeps
    /// their time, or that there is none.
    fn imported_before(&mut self, set: Set, imported_at: Option<Timestamp>);

    /// Makes everything visible at once and durable. New ids continue after the largest that was
    /// loaded. `imported_at` is kept for each of the load's sets, unless
    /// [`imported_before`](Self::imported_before) said otherwise. Returns how many rows the store
    /// has now.
    fn commit(self: Box<Self>, imported_at: Timestamp) -> Result<Counts, StoreError>;
}
