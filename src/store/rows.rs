//! How many rows of each kind there are, the largest ids, and what rows say of states. How rows are
//! read or written is not known here.

use crate::domain::{Kind, Set};

/// The number of a published review's state.
pub const PUBLISHED_STATE: u64 = 0;

/// The number of a review's state that waits and was never published.
pub const PENDING_STATE: u64 = 1;

/// The number of a hidden review's state. With 1 and 2 it was never published.
pub const HIDDEN_STATE: u64 = 3;

/// A number of rows for each kind, hidden rows included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Kind::COUNT]);

impl Counts {
    /// The rows of a kind.
    pub fn of(self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Adds rows of a kind.
    pub fn add(&mut self, kind: Kind, rows: u64) {
        self.0[kind as usize] += rows;
    }

    /// All rows together, without those that are computed from others.
    pub fn rows(self) -> u64 {
        Kind::all().filter(|kind| kind.has_file()).map(|kind| self.of(kind)).sum()
    }

    /// The rows of a set, without those that are computed from others.
    pub fn of_set(self, set: Set) -> u64 {
        set.kinds().filter(|kind| kind.has_file()).map(|kind| self.of(kind)).sum()
    }
}

impl<const N: usize> From<[(Kind, u64); N]> for Counts {
    fn from(counted: [(Kind, u64); N]) -> Self {
        let mut counts = Self::default();
        for (kind, rows) in counted {
            counts.add(kind, rows);
        }
        counts
    }
}

/// The largest ids ever given out or imported, of kinds that [grow](Kind::grows); 0 where there was
/// none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastIds([u64; Kind::COUNT]);

impl LastIds {
    /// The largest id of a kind.
    pub fn of(self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Takes an id into account.
    pub fn raise(&mut self, kind: Kind, id: u64) {
        if kind.grows() {
            let largest = &mut self.0[kind as usize];
            *largest = id.max(*largest);
        }
    }

    /// The larger of both, kind by kind.
    #[must_use]
    pub fn max_of_each(mut self, other: Self) -> Self {
        for kind in Kind::all() {
            self.raise(kind, other.of(kind));
        }
        self
    }

    /// Each kind that grows, its [name](Kind::id_name) and its largest id.
    pub fn each(self) -> impl Iterator<Item = (Kind, &'static str, u64)> {
        Kind::all().filter_map(move |kind| Some((kind, kind.id_name()?, self.of(kind))))
    }
}

impl<const N: usize> From<[(Kind, u64); N]> for LastIds {
    fn from(largest: [(Kind, u64); N]) -> Self {
        let mut last_ids = Self::default();
        for (kind, id) in largest {
            last_ids.raise(kind, id);
        }
        last_ids
    }
}
