//! What is known about each id of a file that other files name, in memory: mostly its product. It
//! finds duplicates and orphans, and gives rows their product. Deliberately absent: asking a store.
//!
//! Ids that ascend almost without gaps take the size of their value, for a product 8 bytes a row.
//! Any other order is right too: a row after a gap takes 16 bytes more, a row after a larger id
//! about 40.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::{Id, ProductId};

/// Values in one piece of memory. Pieces are never moved, so growing needs no second copy.
const CHUNK_VALUES: usize = 64 * 1024;

/// Values by id.
#[derive(Debug)]
pub(super) struct Index<V> {
    /// Values of ids that came in ascending order, each run of consecutive ids in one piece.
    chunks: Vec<Vec<V>>,
    length: usize,
    /// Ascending both by id and by position.
    runs: Vec<Run>,
    largest_id: u64,
    /// Ids that came behind a larger one.
    late: HashMap<u64, V, RandomState>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    first_id: u64,
    first_position: usize,
}

impl<V> Default for Index<V> {
    fn default() -> Self {
        Self { chunks: Vec::new(), length: 0, runs: Vec::new(), largest_id: 0, late: HashMap::default() }
    }
}

impl<V: Copy> Index<V> {
    /// Adds an id with its value. Returns false, and changes nothing, when the id is known.
    #[must_use]
    pub(super) fn insert(&mut self, id: u64, value: V) -> bool {
        if id > self.largest_id {
            if self.runs.is_empty() || id != self.largest_id + 1 {
                self.runs.push(Run { first_id: id, first_position: self.length });
            }
            self.push(value);
            self.largest_id = id;
            return true;
        }
        if self.get(id).is_some() {
            return false;
        }
        self.late.insert(id, value);
        true
    }

    /// The value of an id.
    pub(super) fn get(&self, id: u64) -> Option<V> {
        match self.position(id) {
            Some(position) => Some(self.chunks[position / CHUNK_VALUES][position % CHUNK_VALUES]),
            None => self.late.get(&id).copied(),
        }
    }

    /// The value of an id, to be changed.
    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut V> {
        match self.position(id) {
            Some(position) => Some(&mut self.chunks[position / CHUNK_VALUES][position % CHUNK_VALUES]),
            None => self.late.get_mut(&id),
        }
    }

    /// All ids with their values: first those that ascend.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, V)> {
        let ends = self.runs.iter().skip(1).map(|next| next.first_position).chain([self.length]);
        let in_runs =
            self.runs.iter().zip(ends).flat_map(|(run, end)| (run.first_id..).zip(run.first_position..end));
        in_runs
            .map(|(id, position)| (id, self.chunks[position / CHUNK_VALUES][position % CHUNK_VALUES]))
            .chain(self.late.iter().map(|(&id, &value)| (id, value)))
    }

    fn position(&self, id: u64) -> Option<usize> {
        if id > self.largest_id {
            return None;
        }
        let after = match self.runs.len() {
            1 => usize::from(self.runs[0].first_id <= id),
            _ => self.runs.partition_point(|run| run.first_id <= id),
        };
        let run = self.runs.get(after.checked_sub(1)?)?;
        let end = self.runs.get(after).map_or(self.length, |next| next.first_position);
        let position = usize::try_from(id - run.first_id).ok()?.checked_add(run.first_position)?;
        (position < end).then_some(position)
    }

    fn push(&mut self, value: V) {
        if self.length.is_multiple_of(CHUNK_VALUES) {
            self.chunks.push(Vec::with_capacity(CHUNK_VALUES));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(value);
            self.length += 1;
        }
    }
}

/// What is known about an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Its row is good.
    Good {
        /// Its product.
        product_id: ProductId,
        /// Whether the row is hidden.
        is_hidden: bool,
    },
    /// Its row is there but was rejected.
    Rejected,
    /// No row has it.
    Unknown,
}

/// The ids of one file with their products.
#[derive(Debug, Default)]
pub(super) struct ProductIndex(Index<u64>);

/// Stands for "rejected" among products, whose ids begin at 1.
const REJECTED: u64 = 0;

/// Marks hidden rows among products, whose ids end far below.
const HIDDEN: u64 = 1 << 63;

impl ProductIndex {
    /// Adds an id with its product and whether its row is hidden, or as rejected without them.
    /// Returns false, and changes nothing, when the id is known.
    #[must_use]
    pub(super) fn insert(&mut self, id: u64, row: Option<(ProductId, bool)>) -> bool {
        let hidden = |is_hidden| if is_hidden { HIDDEN } else { 0 };
        let value = row.map_or(REJECTED, |(product_id, is_hidden)| product_id.get() | hidden(is_hidden));
        self.0.insert(id, value)
    }

    /// What is known about an id.
    pub(super) fn get(&self, id: u64) -> Known {
        match self.0.get(id).map(|value| (value, ProductId::new(value & !HIDDEN))) {
            Some((value, Ok(product_id))) => Known::Good { product_id, is_hidden: value & HIDDEN != 0 },
            Some((_, Err(_))) => Known::Rejected,
            None => Known::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn product(number: u64) -> Option<(ProductId, bool)> {
        ProductId::new(number).ok().map(|product_id| (product_id, number.is_multiple_of(2)))
    }

    fn good(number: u64) -> Known {
        let (product_id, is_hidden) = product(number).unwrap();
        Known::Good { product_id, is_hidden }
    }

    #[test]
    fn dense_ids_take_one_run() {
        let mut index = ProductIndex::default();
        for id in 1..=200_000 {
            assert!(index.insert(id, product(id + 7)));
        }
        assert_eq!((index.0.runs.len(), index.0.late.len(), index.0.chunks.len()), (1, 0, 4));
        assert_eq!(index.get(150_000), good(150_007));
        assert_eq!(index.get(200_001), Known::Unknown);
    }

    #[test]
    fn swapped_ids_and_rejected_rows() {
        let mut index = ProductIndex::default();
        for id in [1, 2, 4, 3, 5] {
            assert!(index.insert(id, product(id)));
        }
        assert!(index.insert(6, None));
        assert!(!index.insert(3, product(9)));
        assert!(!index.insert(6, product(9)));
        assert_eq!(index.get(3), good(3));
        assert_eq!(index.get(6), Known::Rejected);
        assert_eq!((index.0.runs.len(), index.0.late.len()), (2, 1));
    }

    proptest! {
        #[test]
        fn any_order_is_right(
            rows in prop::collection::vec((prop_oneof![1..60_u64, 1..=crate::domain::MAX_ID], 0..5_u64), 0..120),
        ) {
            let mut index = ProductIndex::default();
            let mut expected = HashMap::new();
            for &(id, number) in &rows {
                prop_assert_eq!(index.insert(id, product(number)), !expected.contains_key(&id));
                expected.entry(id).or_insert(product(number));
            }
            for id in (0..70).chain(rows.iter().flat_map(|&(id, _)| [id - 1, id, id + 1])) {
                let known = match expected.get(&id) {
                    Some(Some((product_id, is_hidden))) => {
                        Known::Good { product_id: *product_id, is_hidden: *is_hidden }
                    }
                    Some(None) => Known::Rejected,
                    None => Known::Unknown,
                };
                prop_assert_eq!(index.get(id), known);
            }
            let mut all: Vec<u64> = index.0.iter().map(|(id, value)| { assert_eq!(index.0.get(id), Some(value)); id }).collect();
            all.sort_unstable();
            let mut ids: Vec<u64> = expected.into_keys().collect();
            ids.sort_unstable();
            prop_assert_eq!(all, ids);
        }
    }
}
