//! A set of ids in memory: a bit for each id, in words of 64. Imports and checks find duplicates
//! with it; nothing else is known of an id here. Dense ids take about half a byte each, lone ones
//! up to 40 bytes.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Ids that were seen.
#[derive(Debug, Default)]
pub struct SeenIds(HashMap<u64, u64, RandomState>);

impl SeenIds {
    /// Adds an id. Returns false when it is known.
    #[must_use]
    pub fn insert(&mut self, id: u64) -> bool {
        let word = self.0.entry(id / 64).or_default();
        let bit = 1 << (id % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_id_is_new_once(ids in prop::collection::vec(prop_oneof![0..200_u64, any::<u64>()], 0..200)) {
            let (mut seen, mut expected) = (SeenIds::default(), HashSet::new());
            for id in ids {
                prop_assert_eq!(seen.insert(id), expected.insert(id));
            }
        }
    }
}
