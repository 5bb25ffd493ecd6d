//! Which product each id of a file belongs to, in memory. It finds duplicates and orphans, and
//! gives answers and photos their product. Deliberately absent: asking a store.
//!
//! Ids that ascend almost without gaps take 8 bytes a row. Any other order is right too: a row
//! after a gap takes 24 bytes, a row after a larger id about 40.

use std::collections::HashMap;

use crate::domain::{Id, ProductId};

/// Products in one piece of memory. Pieces are never moved, so growing needs no second copy.
const CHUNK_PRODUCTS: usize = 64 * 1024;

/// Stands for "rejected" among products, whose ids begin at 1.
const REJECTED: u64 = 0;

/// What is known about an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Its row is good and belongs to this product.
    Product(ProductId),
    /// Its row is there but was rejected.
    Rejected,
    /// No row has it.
    Unknown,
}

/// The ids of one file.
#[derive(Debug, Default)]
pub(super) struct ProductIndex {
    /// Products of ids that came in ascending order, each run of consecutive ids in one piece.
    chunks: Vec<Vec<u64>>,
    length: usize,
    /// Ascending both by id and by position.
    runs: Vec<Run>,
    largest_id: u64,
    /// Ids that came behind a larger one.
    late: HashMap<u64, u64>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    first_id: u64,
    first_position: usize,
}

impl ProductIndex {
    /// Adds an id with its product, or as rejected without one. Returns false, and changes nothing,
    /// when the id is known.
    #[must_use]
    pub(super) fn insert(&mut self, id: u64, product_id: Option<ProductId>) -> bool {
        let product = product_id.map_or(REJECTED, Id::get);
        if id > self.largest_id {
            if self.runs.is_empty() || id != self.largest_id + 1 {
                self.runs.push(Run { first_id: id, first_position: self.length });
            }
            self.push(product);
            self.largest_id = id;
            return true;
        }
        if self.get(id) != Known::Unknown {
            return false;
        }
        self.late.insert(id, product);
        true
    }

    /// What is known about an id.
    pub(super) fn get(&self, id: u64) -> Known {
        let product = self.in_runs(id).or_else(|| self.late.get(&id).copied());
        match product.map(ProductId::new) {
            Some(Ok(product_id)) => Known::Product(product_id),
            Some(Err(_)) => Known::Rejected,
            None => Known::Unknown,
        }
    }

    fn in_runs(&self, id: u64) -> Option<u64> {
        if id > self.largest_id {
            return None;
        }
        let after = self.runs.partition_point(|run| run.first_id <= id);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let end = self.runs.get(after).map_or(self.length, |next| next.first_position);
        let position = usize::try_from(id - run.first_id).ok()?.checked_add(run.first_position)?;
        (position < end).then(|| self.chunks[position / CHUNK_PRODUCTS][position % CHUNK_PRODUCTS])
    }

    fn push(&mut self, product: u64) {
        if self.length.is_multiple_of(CHUNK_PRODUCTS) {
            self.chunks.push(Vec::with_capacity(CHUNK_PRODUCTS));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(product);
            self.length += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn product(number: u64) -> Option<ProductId> {
        ProductId::new(number).ok()
    }

    #[test]
    fn dense_ids_take_one_run() {
        let mut index = ProductIndex::default();
        for id in 1..=200_000 {
            assert!(index.insert(id, product(id + 7)));
        }
        assert_eq!((index.runs.len(), index.late.len(), index.chunks.len()), (1, 0, 4));
        assert_eq!(index.get(150_000), Known::Product(ProductId::new(150_007).unwrap()));
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
        assert_eq!(index.get(3), Known::Product(ProductId::new(3).unwrap()));
        assert_eq!(index.get(6), Known::Rejected);
        assert_eq!((index.runs.len(), index.late.len()), (2, 1));
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
                    Some(Some(product_id)) => Known::Product(*product_id),
                    Some(None) => Known::Rejected,
                    None => Known::Unknown,
                };
                prop_assert_eq!(index.get(id), known);
            }
        }
    }
}
