//! What is in memory: a cache for each kind of record, how long records may be served, the texts
//! that they share, the directory of questions and the ids of products. The threads that fill it
//! and write to the store are in `lanes`.

pub(super) mod carts;
pub(super) mod directory;
pub(super) mod freshness;
pub(super) mod product_ids;
pub(super) mod record;
mod table;
pub(super) mod views;

use std::sync::Arc;

use parking_lot::Mutex;

use self::directory::Directory;
use self::freshness::Freshness;
use self::product_ids::ProductIds;
use self::views::{CommitNumber, OwnChange, Views};
use crate::store::ProductChange;
use crate::view::{Catalogue, Reviews, TextPool, View};

/// All of it; a copy shares it.
#[derive(Clone)]
pub(super) struct Memory {
    pub(super) questions: Arc<Views<View>>,
    pub(super) reviews: Arc<Views<Reviews>>,
    pub(super) catalogue: Arc<Views<Catalogue>>,
    pub(super) product_ids: Arc<ProductIds>,
    pub(super) directory: Arc<Directory>,
    pub(super) freshness: Arc<Freshness>,
    pub(super) pool: Arc<TextPool>,
    /// The reading of others' votes that is under way.
    reading: Arc<Mutex<Option<Commit>>>,
}

/// Most bytes of each kind of record.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaxBytes {
    pub(super) questions: u64,
    pub(super) reviews: u64,
    pub(super) catalogue: u64,
}

/// A commit in flight, in the caches that commits change.
pub(super) struct Commit {
    questions: CommitNumber,
    reviews: CommitNumber,
}

/// The changes of a commit.
#[derive(Default)]
pub(super) struct OwnChanges {
    pub(super) questions: Vec<OwnChange<View>>,
    pub(super) reviews: Vec<OwnChange<Reviews>>,
}

impl OwnChanges {
    /// Adds changes that other processes are notified of as well.
    pub(super) fn extend(&mut self, changes: impl IntoIterator<Item = ProductChange>) {
        for change in changes {
            match change {
                ProductChange::Reviews(_) | ProductChange::ReviewVotes(..) => {
                    self.reviews.push(OwnChange::Known(change));
                }
                _ => self.questions.push(OwnChange::Known(change)),
            }
        }
    }
}

impl Memory {
    /// Nothing in memory.
    pub(super) fn new(max_bytes: MaxBytes, freshness: Freshness) -> Self {
        let freshness = Arc::new(freshness);
        Self {
            questions: Arc::new(Views::new(max_bytes.questions, Arc::clone(&freshness))),
            reviews: Arc::new(Views::new(max_bytes.reviews, Arc::clone(&freshness))),
            catalogue: Arc::new(Views::new(max_bytes.catalogue, Arc::clone(&freshness))),
            product_ids: Arc::new(ProductIds::new(Arc::clone(&freshness))),
            directory: Arc::new(Directory::new(Arc::clone(&freshness))),
            freshness,
            pool: Arc::default(),
            reading: Arc::default(),
        }
    }

    /// Applies the changes of others.
    pub(super) fn apply(&self, changes: &[ProductChange]) {
        self.questions.apply(changes);
        self.reviews.apply(changes);
    }

    /// Votes of others are about to be read.
    pub(super) fn begin_reading(&self) {
        let before = self.reading.lock().replace(self.begin_commit());
        self.give_up(before);
    }

    /// Applies votes that were read since [`begin_reading`](Self::begin_reading).
    pub(super) fn end_reading(&self, votes: &[ProductChange]) {
        match self.reading.lock().take() {
            Some(reading) => {
                self.questions.end_reading(reading.questions, votes);
                self.reviews.end_reading(reading.reviews, votes);
            }
            None => self.apply(votes),
        }
    }

    fn give_up(&self, reading: Option<Commit>) {
        if let Some(reading) = reading {
            self.end_commit(reading, OwnChanges::default());
        }
    }

    /// A commit of this process begins.
    pub(super) fn begin_commit(&self) -> Commit {
        Commit { questions: self.questions.begin_commit(), reviews: self.reviews.begin_commit() }
    }

    /// Applies a commit that has ended.
    pub(super) fn end_commit(&self, commit: Commit, changes: OwnChanges) {
        self.questions.end_commit(commit.questions, changes.questions);
        self.reviews.end_commit(commit.reviews, changes.reviews);
    }

    /// Forgets everything but shared texts, which do not change.
    pub(super) fn forget_everything(&self) {
        self.directory.forget_everything();
        self.product_ids.forget_everything();
        self.questions.forget_everything();
        self.reviews.forget_everything();
        self.catalogue.forget_everything();
    }

    /// Changes are missed from now on.
    pub(super) fn disconnect(&self) {
        let reading = self.reading.lock().take();
        self.give_up(reading);
        self.directory.disconnect();
        self.product_ids.disconnect();
        self.questions.disconnect();
        self.reviews.disconnect();
        self.catalogue.disconnect();
        self.freshness.disconnect();
    }

    /// Forgets everything, because changes were missed until now.
    pub(super) fn reconnect(&self) {
        self.directory.reconnect();
        self.product_ids.reconnect();
        self.questions.reconnect();
        self.reviews.reconnect();
        self.catalogue.reconnect();
        // Last: from here on, products in memory are served again.
        self.freshness.reconnect();
    }

    /// Whether changes are missed at the moment.
    pub(super) fn is_disconnected(&self) -> bool {
        self.questions.is_disconnected()
    }
}
