//! How commands say how many rows they dealt with, and how far they are in reading a store. Counts
//! have no separators, so that what one command prints can be compared with what another or a
//! database does.

use super::progress::Progress;
use crate::domain::{Kind, Set, Timestamp};
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::{Counts, Dump, LastIds, RowBatch, Store, StoreError};

/// Such as `1 question, 7038 answers, 0 photos`: the kinds that have rows, and all three of the set
/// of questions when one of them has some, or no kind has.
pub(super) fn counted(counts: Counts) -> String {
    let questions = counts.of_set(Set::Questions) > 0 || counts.rows() == 0;
    let is_shown = |kind: &Kind| match kind.definition().set {
        Set::Questions => questions,
        _ => kind.has_file() && counts.of(*kind) > 0,
    };
    let counted = Kind::all()
        .filter(is_shown)
        .map(|kind| format!("{} {}", counts.of(kind), named(kind, counts.of(kind))));
    counted.collect::<Vec<_>>().join(", ")
}

/// Such as `1 vote` or `2 votes`.
pub(super) fn counted_as(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What so many rows of a kind are called.
pub(super) fn named(kind: Kind, count: u64) -> String {
    let noun = kind.definition().noun;
    match count {
        1 => noun.to_owned(),
        _ => format!("{noun}s"),
    }
}

/// A dump that shows how many rows of all have been read.
pub(super) struct CountedDump {
    dump: Box<dyn Dump>,
    rows: u64,
    pub(super) progress: Progress,
}

impl CountedDump {
    /// Starts to read everything. `label` says in one word what for.
    pub(super) fn start(store: &dyn Store, label: &'static str) -> Result<Self, StoreError> {
        let total = store.counts()?.rows();
        Ok(Self { dump: store.dump()?, rows: 0, progress: Progress::new(label, total, "rows") })
    }
}

impl Dump for CountedDump {
    fn next(&mut self, kind: Kind) -> Result<RowBatch, StoreError> {
        let batch = self.dump.next(kind)?;
        if kind.has_file() {
            self.rows += batch.len() as u64;
            self.progress.advance_to(self.rows);
        }
        Ok(batch)
    }

    fn next_of_moderation(&mut self, table: ModerationTable) -> Result<TableRows, StoreError> {
        self.dump.next_of_moderation(table)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        self.dump.last_ids()
    }

    fn imported_at(&mut self, set: Set) -> Result<Option<Timestamp>, StoreError> {
        self.dump.imported_at(set)
    }
}
