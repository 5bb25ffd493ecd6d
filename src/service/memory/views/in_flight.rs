//! What is in flight: loads, commits of this process, the reading of others' votes, and the chunk
//! of the background fill; and what others did to their products meanwhile. How a change reaches
//! the views is in `views`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::domain::ProductId;
use crate::service::ServiceError;
use crate::service::memory::freshness::Begun;
use crate::store::ProductChange;

/// Sends a view to a request that waits for it.
pub(crate) type ViewSender<R> = oneshot::Sender<Result<Arc<R>, ServiceError>>;

/// A commit in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommitNumber(pub(super) u64);

/// Loads and commits in flight.
pub(super) struct InFlight<R> {
    /// The load of each product whose view may be kept when it arrives.
    pub(super) listed: HashMap<ProductId, u64>,
    /// The requests that wait for each load, by its number; also for loads that are no longer
    /// listed.
    pub(super) waiting: HashMap<u64, Vec<ViewSender<R>>>,
    pub(super) last_number: u64,
    /// The products that changed since the background fill began to read its chunk.
    pub(super) fill: Option<FillChunk>,
    /// The commits of this process in flight, and the reading of others' votes.
    pub(super) commits: HashMap<u64, ByOthers>,
    /// Whether changes are missed at the moment; then no view is kept.
    pub(super) disconnected: bool,
}

/// What others did since a commit began.
#[derive(Default)]
pub(super) struct ByOthers {
    /// The products that they changed.
    pub(super) changed: HashSet<ProductId>,
    /// Those among them whose views were dropped: perhaps because votes fell.
    dropped: HashSet<ProductId>,
    /// Whether all views were dropped.
    dropped_everything: bool,
}

impl<R> Default for InFlight<R> {
    fn default() -> Self {
        Self {
            listed: HashMap::new(),
            waiting: HashMap::new(),
            last_number: 0,
            fill: None,
            commits: HashMap::new(),
            disconnected: false,
        }
    }
}

impl<R> InFlight<R> {
    /// A view of this product that is being loaded is not kept.
    pub(super) fn strike(&mut self, product_id: ProductId) {
        self.listed.remove(&product_id);
        if let Some(chunk) = &mut self.fill {
            chunk.changed.insert(product_id);
        }
    }

    /// Whether others changed rows of a product since a commit in flight began.
    pub(super) fn is_disturbed(&self, commit: CommitNumber, product_id: ProductId) -> bool {
        self.commits
            .get(&commit.0)
            .is_none_or(|by_others| by_others.dropped_everything || by_others.changed.contains(&product_id))
    }

    /// Whether others dropped a product's view since a commit in flight began.
    pub(super) fn is_dropped(&self, commit: CommitNumber, product_id: ProductId) -> bool {
        self.commits
            .get(&commit.0)
            .is_none_or(|by_others| by_others.dropped_everything || by_others.dropped.contains(&product_id))
    }

    /// What a change by a commit in flight means now. Votes that it tells may have fallen if others
    /// dropped the view since it began: a view that was loaded after that must not be raised.
    pub(super) fn as_of(&self, commit: CommitNumber, change: ProductChange) -> ProductChange {
        if change.is_of_votes() && self.is_dropped(commit, change.product_id()) {
            return change.any_row();
        }
        change
    }

    /// Notes that a product was changed, by one commit of this process or by another process.
    pub(super) fn disturb(&mut self, by: Option<CommitNumber>, product_id: ProductId) {
        for (&number, by_others) in &mut self.commits {
            if by != Some(CommitNumber(number)) {
                by_others.changed.insert(product_id);
            }
        }
    }

    /// Notes that a product's view was dropped.
    pub(super) fn note_drop(&mut self, by: Option<CommitNumber>, product_id: ProductId) {
        for (&number, by_others) in &mut self.commits {
            if by != Some(CommitNumber(number)) {
                by_others.dropped.insert(product_id);
            }
        }
    }

    /// No view that is being loaded is kept.
    pub(super) fn strike_everything(&mut self) {
        for by_others in self.commits.values_mut() {
            by_others.dropped_everything = true;
        }
        self.listed.clear();
        if let Some(chunk) = &mut self.fill {
            chunk.everything_changed = true;
        }
    }
}

/// A chunk that the background fill reads.
pub(super) struct FillChunk {
    pub(super) begun: Begun,
    pub(super) changed: HashSet<ProductId>,
    pub(super) everything_changed: bool,
}
