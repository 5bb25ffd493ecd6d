//! What commands do to a whole store: fill it, copy it, count it, check it, erase a person in it. A
//! server calls none of this while it serves; its part is [`Sessions`].

use super::{BulkLoad, Counts, Dump, LoadMode, PersonRows, Sessions, StoreError};
use crate::domain::Set;

/// A place that keeps rows of every kind, with all that can be done to it.
pub trait Store: Sessions + Upkeep {}

impl<S: Sessions + Upkeep> Store for S {}

/// What commands other than `serve` need of a store.
pub trait Upkeep: Send + Sync {
    /// Starts loading many rows of these sets at once, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when there are rows of these sets and `mode` does not replace them.
    fn bulk_load(&self, sets: &[Set], mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError>;

    /// Starts reading everything.
    fn dump(&self) -> Result<Box<dyn Dump>, StoreError>;

    /// Replaces names and texts of a person's rows by neutral ones, empties their addresses and
    /// removes the photos, in one transaction. Rows that are no longer the person's stay as they
    /// are. Sessions elsewhere notice it, unless there was nothing to erase. Returns what was
    /// erased.
    ///
    /// # Errors
    /// Nothing is erased, unless the error is [`StoreError::Unknown`].
    fn erase(&self, person: &PersonRows) -> Result<Counts, StoreError>;

    /// Whether there is no row of any kind.
    fn is_empty(&self) -> Result<bool, StoreError>;

    /// How many rows there are.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// Reads everything and calls `report` for each thing that is wrong, at most
    /// [`MAX_FINDINGS_PER_KIND`] times for one kind.
    fn check(&self, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError>;
}

/// Most findings of one kind that a check lists.
pub const MAX_FINDINGS_PER_KIND: u32 = 20;

/// Something wrong that [`Upkeep::check`] found, in words that name table, row and rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(pub String);

/// How far the copying of an SQLite file is, in pages of the file: 2 KiB, or what the file was made
/// with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagesCopied {
    /// Pages done.
    pub copied: u64,
    /// All pages.
    pub total: u64,
}

/// What a migration did: how many steps the tables had seen before, and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Before; 0 when there were no tables.
    pub from: u32,
    /// After.
    pub to: u32,
}
