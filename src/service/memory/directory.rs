//! Which product each question belongs to, as far as it was ever learnt. It never changes, so it is
//! remembered until everything is forgotten; the answers list finds its product's view through it.
//! Asking the store for what is not remembered is `loader`'s work.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use super::freshness::{Expiry, Freshness};
use crate::domain::{Id, ProductId, QuestionId};

/// Questions in one leaf. Ids are dense in practice: a million products need 14,000 leaves, 28 MB.
const QUESTIONS_PER_LEAF: usize = 256;

/// Ids may be sparse, down to one question a leaf, so leaves are bounded: 256 MiB in all.
const MAX_LEAVES: usize = 128 * 1_024;

type Leaf = Box<[AtomicU64]>;

/// The product of each known question.
#[derive(Debug)]
pub(crate) struct Directory {
    leaves: RwLock<Leaves>,
    freshness: Arc<Freshness>,
}

#[derive(Debug, Default)]
struct Leaves {
    by_prefix: HashMap<u64, Leaf>,
    era: Era,
    /// While changes are not received, nothing is remembered.
    disconnected: bool,
}

/// Grows by one whenever everything is forgotten, so that what was read before is not remembered after.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Era(u64);

impl Directory {
    /// An empty one.
    pub(crate) fn new(freshness: Arc<Freshness>) -> Self {
        Self { leaves: RwLock::default(), freshness }
    }

    /// The product of a question, if it was learnt and may be told.
    pub(crate) fn find(&self, question_id: QuestionId) -> Option<ProductId> {
        let (prefix, place) = leaf_and_place(question_id);
        let present = self.freshness.present();
        let product_id = self.leaves.read().by_prefix.get(&prefix)?[place].load(Ordering::Relaxed);
        let product_id = ProductId::new(product_id).ok()?;
        self.freshness.serves(present, Expiry::NEVER).then_some(product_id)
    }

    /// The era to name in [`remember`](Self::remember), taken before the store is asked.
    pub(crate) fn era(&self) -> Era {
        self.leaves.read().era
    }

    /// Remembers the product of questions, unless everything was forgotten since `era` or memory is full.
    pub(crate) fn remember(&self, era: Era, product_id: ProductId, question_ids: &[QuestionId]) {
        let stored = {
            let leaves = self.leaves.read();
            if !leaves.takes(era) {
                return;
            }
            question_ids.iter().take_while(|&&question_id| leaves.store(product_id, question_id)).count()
        };
        if stored == question_ids.len() {
            return;
        }
        let mut leaves = self.leaves.write();
        if !leaves.takes(era) {
            return;
        }
        for &question_id in &question_ids[stored..] {
            leaves.make_leaf(question_id);
            leaves.store(product_id, question_id);
        }
    }

    /// Forgets everything: an import may have given ids to other products.
    pub(crate) fn forget_everything(&self) {
        let mut leaves = self.leaves.write();
        leaves.era = Era(leaves.era.0 + 1);
        leaves.by_prefix.clear();
    }

    /// Remembers nothing from now on: changes are not received. What is there is good for the grace alone.
    pub(crate) fn store_disconnected(&self) {
        self.leaves.write().disconnected = true;
    }

    /// Forgets everything and remembers again.
    pub(crate) fn store_reconnected(&self) {
        self.leaves.write().disconnected = false;
        self.forget_everything();
    }
}

impl Leaves {
    /// Whether what was read in `era` may be remembered.
    fn takes(&self, era: Era) -> bool {
        self.era == era && !self.disconnected
    }

    /// Stores a question's product in its leaf; `false` when there is none.
    fn store(&self, product_id: ProductId, question_id: QuestionId) -> bool {
        let (prefix, place) = leaf_and_place(question_id);
        let leaf = self.by_prefix.get(&prefix);
        leaf.map(|leaf| leaf[place].store(product_id.get(), Ordering::Relaxed)).is_some()
    }

    /// Makes a question's leaf unless it is there or there are too many.
    fn make_leaf(&mut self, question_id: QuestionId) {
        let (prefix, _) = leaf_and_place(question_id);
        if self.by_prefix.len() < MAX_LEAVES {
            self.by_prefix
                .entry(prefix)
                .or_insert_with(|| (0..QUESTIONS_PER_LEAF).map(|_| AtomicU64::new(0)).collect());
        }
    }
}

fn leaf_and_place(question_id: QuestionId) -> (u64, usize) {
    let leaf_size = QUESTIONS_PER_LEAF as u64;
    let place = usize::try_from(question_id.get() % leaf_size).unwrap_or(0);
    (question_id.get() / leaf_size, place)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ids(question: u64, product: u64) -> (QuestionId, ProductId) {
        (QuestionId::new(question).expect("in range"), ProductId::new(product).expect("in range"))
    }

    #[test]
    fn remembers_until_everything_is_forgotten() {
        let freshness = Arc::new(Freshness::new(Duration::ZERO, Duration::from_hours(1)));
        let directory = Directory::new(Arc::clone(&freshness));
        let (question, product) = ids(1_000_000_007, 5);
        let (stranger, _) = ids(1_000_000_008, 5);
        let era = directory.era();
        directory.remember(era, product, &[question]);
        assert_eq!(directory.find(question), Some(product));
        assert_eq!(directory.find(stranger), None);

        directory.forget_everything();
        assert_eq!(directory.find(question), None);
        directory.remember(era, product, &[question]);
        assert_eq!(directory.find(question), None, "what was read before must not be remembered after");
        directory.remember(directory.era(), product, &[question]);
        assert_eq!(directory.find(question), Some(product));

        let era = directory.era();
        directory.store_disconnected();
        freshness.store_disconnected();
        assert_eq!(directory.find(question), Some(product), "in the grace");
        directory.remember(era, product, &[stranger]);
        assert_eq!(directory.find(stranger), None);
        directory.store_reconnected();
        freshness.store_reconnected();
        assert_eq!(directory.find(question), None);
        directory.remember(era, product, &[question]);
        assert_eq!(directory.find(question), None, "read before the store was connected again");
    }
}
