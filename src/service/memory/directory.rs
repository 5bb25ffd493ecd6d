//! The directory: the product of each question, as far as it was learnt. It never changes, so it is
//! kept until everything is forgotten. The answers list finds its product through it. What is not
//! here is asked from the store by `lanes::loader`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use super::freshness::{Expiry, Freshness};
use crate::domain::{Id, ProductId, QuestionId};

/// Questions of one leaf. Ids are dense in practice: a million products need 14,000 leaves, 28 MB.
const QUESTIONS_PER_LEAF: usize = 256;

/// Most leaves: 256 MiB. Ids may be sparse, down to one question a leaf.
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
    /// Whether changes are missed at the moment; then nothing is added.
    disconnected: bool,
}

/// Grows by one whenever everything is forgotten. What was read in an earlier era is not added.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Era(u64);

impl Directory {
    /// An empty directory.
    pub(crate) fn new(freshness: Arc<Freshness>) -> Self {
        Self { leaves: RwLock::default(), freshness }
    }

    /// Returns the product of a question, if it is known and may be served.
    pub(crate) fn find(&self, question_id: QuestionId) -> Option<ProductId> {
        let (prefix, place) = leaf_and_place(question_id);
        let present = self.freshness.present();
        let product_id = self.leaves.read().by_prefix.get(&prefix)?[place].load(Ordering::Relaxed);
        let product_id = ProductId::new(product_id).ok()?;
        self.freshness.serves(present, Expiry::NEVER).then_some(product_id)
    }

    /// The present era. Take it before the store is asked, and pass it to
    /// [`remember`](Self::remember).
    pub(crate) fn era(&self) -> Era {
        self.leaves.read().era
    }

    /// Adds the product of questions, unless everything was forgotten since `era` or memory is
    /// full.
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

    /// Forgets everything: after an import an id may belong to another product.
    pub(crate) fn forget_everything(&self) {
        let mut leaves = self.leaves.write();
        leaves.era = Era(leaves.era.0 + 1);
        leaves.by_prefix.clear();
    }

    /// Adds nothing from now on, because changes are missed. Entries are served for the grace
    /// alone.
    pub(crate) fn disconnect(&self) {
        self.leaves.write().disconnected = true;
    }

    /// Forgets everything and adds entries again.
    pub(crate) fn reconnect(&self) {
        self.leaves.write().disconnected = false;
        self.forget_everything();
    }
}

impl Leaves {
    /// Whether entries of `era` may be added.
    fn takes(&self, era: Era) -> bool {
        self.era == era && !self.disconnected
    }

    /// Stores a question's product in its leaf; `false` without a leaf.
    fn store(&self, product_id: ProductId, question_id: QuestionId) -> bool {
        let (prefix, place) = leaf_and_place(question_id);
        let leaf = self.by_prefix.get(&prefix);
        leaf.map(|leaf| leaf[place].store(product_id.get(), Ordering::Relaxed)).is_some()
    }

    /// Makes a question's leaf, unless it is there or there are too many.
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
        directory.disconnect();
        freshness.disconnect();
        assert_eq!(directory.find(question), Some(product), "in the grace");
        directory.remember(era, product, &[stranger]);
        assert_eq!(directory.find(stranger), None);
        directory.reconnect();
        freshness.reconnect();
        assert_eq!(directory.find(question), None);
        directory.remember(era, product, &[question]);
        assert_eq!(directory.find(question), None, "read before the end of the silence");
    }
}
