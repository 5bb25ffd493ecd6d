//! The only cache: which views are kept, who is loading which, and how a change reaches them.
//!
//! The rule that everything here serves: a view that was being loaded while its product changed is never
//! kept. Loads in flight are listed; a change strikes its product from the list before it touches the cache;
//! a loaded view is kept only if its load is still listed, checked under the same lock.
//! Loading itself (queues, threads, the store) is `loader`'s and `fill`'s; where views are kept and which go
//! when memory is full is `view_table`'s.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::freshness::{Begun, Expiry, Freshness};
use super::table::ViewTable;
use crate::domain::Target;
use crate::domain::{ProductId, ProductRows};
use crate::service::ServiceError;
use crate::service::statistics::ViewStatistics;
use crate::store::ProductChange;
use crate::view::View;

/// The background fill stops here, so that it does not push out what is in use.
const FILL_MAX_PERCENT: u64 = 95;

/// How whoever waits for a view gets it.
pub(crate) type ViewReceiver = oneshot::Receiver<Result<Arc<View>, ServiceError>>;
type ViewSender = oneshot::Sender<Result<Arc<View>, ServiceError>>;

/// The views in memory, bounded in bytes, evicted by use.
pub(crate) struct Views {
    table: ViewTable,
    in_flight: Mutex<InFlight>,
    freshness: Arc<Freshness>,
    /// Lists that had to wait.
    misses: AtomicU64,
}

#[derive(Default)]
struct InFlight {
    /// The load of each product whose view may be kept when it arrives.
    listed: HashMap<ProductId, u64>,
    /// Who waits for each load, by ticket number, struck ones included.
    waiting: HashMap<u64, Vec<ViewSender>>,
    last_number: u64,
    /// While the background fill reads a chunk: what changed since it began.
    fill: Option<FillChunk>,
    /// The commits of this process that are on their way, by number: what others changed since each began.
    commits: HashMap<u64, HashSet<ProductId>>,
    /// While changes are not received, nothing is kept.
    disconnected: bool,
}

impl InFlight {
    /// What is on its way of a product is not kept.
    fn strike(&mut self, product_id: ProductId) {
        self.listed.remove(&product_id);
        if let Some(chunk) = &mut self.fill {
            chunk.changed.insert(product_id);
        }
    }

    /// Whether others changed rows of a product that a commit on its way may bring, since it began.
    fn is_disturbed(&self, commit: CommitNumber, product_id: ProductId) -> bool {
        self.commits.get(&commit.0).is_none_or(|changed_by_others| changed_by_others.contains(&product_id))
    }

    /// A product was changed by one commit of this process, or by none of them.
    fn disturb(&mut self, by: Option<CommitNumber>, product_id: ProductId) {
        for (&number, changed_by_others) in &mut self.commits {
            if by != Some(CommitNumber(number)) {
                changed_by_others.insert(product_id);
            }
        }
    }

    /// Nothing that is on its way is kept.
    fn strike_everything(&mut self) {
        self.listed.clear();
        if let Some(chunk) = &mut self.fill {
            chunk.everything_changed = true;
        }
    }
}

struct FillChunk {
    begun: Begun,
    changed: HashSet<ProductId>,
    everything_changed: bool,
}

/// A load that somebody has to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoadTicket {
    pub(crate) product_id: ProductId,
    number: u64,
    expiry: Expiry,
}

/// A commit that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommitNumber(u64);

/// What a commit of this process changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OwnChange {
    /// What everybody is told.
    Known(ProductChange),
    /// Questions and answers came, without photos.
    Came(ProductRows),
    /// A row was hidden.
    Went(ProductId, Target),
}

/// Where a wanted view is.
pub(crate) enum Wanted {
    /// In memory: [`Views::read`] it.
    Here,
    /// On its way: somebody else loads it.
    Coming(ViewReceiver),
    /// Nowhere: the caller must see to it that the load is carried out.
    LoadIt(LoadTicket, ViewReceiver),
}

impl Views {
    /// An empty cache of at most `max_bytes`.
    pub(crate) fn new(max_bytes: u64, freshness: Arc<Freshness>) -> Self {
        Self {
            table: ViewTable::new(max_bytes),
            in_flight: Mutex::default(),
            freshness,
            misses: AtomicU64::new(0),
        }
    }

    /// Reads a view if it is in memory and may be served.
    pub(crate) fn read<R>(&self, product_id: ProductId, read: impl FnOnce(&View) -> R) -> Option<R> {
        let present = self.freshness.present();
        self.table.read(product_id, |view, expiry| self.freshness.serves(present, expiry).then(|| read(view)))
    }

    fn is_here(&self, product_id: ProductId) -> bool {
        let present = self.freshness.present();
        let serves = |_: &View, expiry| self.freshness.serves(present, expiry);
        self.table.look_at(product_id, serves).unwrap_or(false)
    }

    /// Where the view is, with a place among those who wait for it if it is not here.
    pub(crate) fn want(&self, product_id: ProductId) -> Wanted {
        let (sender, receiver) = oneshot::channel();
        let mut in_flight = self.in_flight.lock();
        // Again, under the lock: it may have arrived since the caller looked.
        if self.is_here(product_id) {
            return Wanted::Here;
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        if let Some(number) = in_flight.listed.get(&product_id).copied() {
            in_flight.waiting.entry(number).or_default().push(sender);
            return Wanted::Coming(receiver);
        }
        in_flight.last_number += 1;
        let number = in_flight.last_number;
        in_flight.listed.insert(product_id, number);
        in_flight.waiting.insert(number, vec![sender]);
        let expiry = self.freshness.expiry(self.freshness.begin(), product_id);
        Wanted::LoadIt(LoadTicket { product_id, number, expiry }, receiver)
    }

    /// Ends a load: keeps the view unless its product changed meanwhile, and gives it to all who waited.
    /// They asked before that change was acknowledged, so even a view that is not kept is right for them.
    pub(crate) fn loaded(&self, ticket: LoadTicket, result: Result<Arc<View>, ServiceError>) {
        let waiting = {
            let mut in_flight = self.in_flight.lock();
            if in_flight.listed.get(&ticket.product_id) == Some(&ticket.number) {
                in_flight.listed.remove(&ticket.product_id);
                if let Ok(view) = &result
                    && !in_flight.disconnected
                {
                    self.table.insert(View::clone(view), ticket.expiry);
                }
            }
            in_flight.waiting.remove(&ticket.number).unwrap_or_default()
        };
        for sender in waiting {
            // Whoever has gone away needs no answer.
            let _ = sender.send(result.clone());
        }
    }

    /// A commit of this process begins. To each other that is on its way, it is somebody else's.
    pub(crate) fn begin_commit(&self) -> CommitNumber {
        let mut in_flight = self.in_flight.lock();
        in_flight.last_number += 1;
        let number = in_flight.last_number;
        in_flight.commits.insert(number, HashSet::new());
        CommitNumber(number)
    }

    /// Brings the views up to date with the commit that has ended: it is durable and nobody was told of it yet, or it
    /// failed and changed nothing.
    pub(crate) fn end_commit(&self, commit: CommitNumber, changes: Vec<OwnChange>) {
        for change in changes {
            let mut in_flight = self.in_flight.lock();
            match change {
                OwnChange::Known(change) => {
                    // A row that is not in its place may be one that another commit is about to put there.
                    if !self.change(&mut in_flight, change) {
                        in_flight.disturb(Some(commit), change.product_id());
                    }
                }
                OwnChange::Came(rows) => {
                    in_flight.strike(rows.product_id);
                    in_flight.disturb(Some(commit), rows.product_id);
                    if in_flight.is_disturbed(commit, rows.product_id) {
                        // Somebody may have voted for these rows, or hidden them, before they were in their places.
                        self.table.remove(rows.product_id);
                    } else {
                        self.table.edit(rows.product_id, |view| view.with(&rows));
                    }
                }
                OwnChange::Went(product_id, target) => {
                    in_flight.strike(product_id);
                    in_flight.disturb(Some(commit), product_id);
                    self.table.edit(product_id, |view| view.without(target));
                }
            }
        }
        self.in_flight.lock().commits.remove(&commit.0);
    }

    /// Brings the views up to date with what others committed.
    pub(crate) fn apply(&self, changes: &[ProductChange]) {
        for &change in changes {
            let mut in_flight = self.in_flight.lock();
            in_flight.disturb(None, change.product_id());
            self.change(&mut in_flight, change);
        }
    }

    /// Says whether the view, if it is in memory, had all that changed.
    fn change(&self, in_flight: &mut InFlight, change: ProductChange) -> bool {
        let product_id = change.product_id();
        in_flight.strike(product_id);
        let found = match change {
            ProductChange::QuestionVotes(_, question_id, helpful) => {
                self.table.change(product_id, |view| view.raise_question(question_id, helpful))
            }
            ProductChange::AnswerVotes(_, answer_id, helpful) => {
                self.table.change(product_id, |view| view.raise_answer(answer_id, helpful))
            }
            ProductChange::Rows(_) => {
                self.table.remove(product_id);
                Some(false)
            }
        };
        found.unwrap_or(true)
    }

    /// Forgets every view and keeps none that is on its way.
    pub(crate) fn forget_everything(&self) {
        let mut in_flight = self.in_flight.lock();
        in_flight.strike_everything();
        self.table.clear();
    }

    /// Keeps no view from now on: changes are not received. What is there is good for the grace alone.
    pub(crate) fn store_disconnected(&self) {
        let mut in_flight = self.in_flight.lock();
        in_flight.disconnected = true;
        in_flight.strike_everything();
    }

    /// Forgets every view and keeps new ones again.
    pub(crate) fn store_reconnected(&self) {
        self.in_flight.lock().disconnected = false;
        self.forget_everything();
    }

    /// Whether changes are not received.
    pub(crate) fn is_disconnected(&self) -> bool {
        self.in_flight.lock().disconnected
    }

    /// Begins to watch for changes while a chunk of products is read in the background. One chunk at a time.
    pub(crate) fn begin_fill_chunk(&self) {
        let begun = self.freshness.begin();
        let chunk = FillChunk { begun, changed: HashSet::new(), everything_changed: false };
        self.in_flight.lock().fill = Some(chunk);
    }

    /// Keeps those views of the chunk whose products did not change since it began and that are not there
    /// already; ends the chunk. Says whether there is room for more.
    pub(crate) fn end_fill_chunk(&self, views: Vec<View>) -> bool {
        for view in views {
            let product_id = view.product_id();
            let in_flight = self.in_flight.lock();
            let Some(chunk) = &in_flight.fill else { break };
            let stale =
                in_flight.disconnected || chunk.everything_changed || chunk.changed.contains(&product_id);
            if !stale && !self.is_here(product_id) {
                self.table.insert(view, self.freshness.expiry(chunk.begun, product_id));
            }
        }
        self.in_flight.lock().fill = None;
        self.table.bytes() < self.table.max_bytes() / 100 * FILL_MAX_PERCENT
    }

    /// How many views there are and how many bytes they take.
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.table.len(), self.table.bytes())
    }

    /// Looks at a product that is in memory, good or not, without counting that.
    pub(crate) fn look_at<R>(&self, product_id: ProductId, look: impl FnOnce(&View) -> R) -> Option<R> {
        self.table.look_at(product_id, |view, _| look(view))
    }

    /// The same of at most `limit` products, until `look` finds something.
    pub(crate) fn find_in<R>(&self, limit: usize, look: impl Fn(&View) -> Option<R>) -> Option<R> {
        self.table.find_in(limit, look)
    }

    /// What is kept, and how often that was enough.
    pub(crate) fn statistics(&self) -> ViewStatistics {
        let (questions, answers) = self.table.rows();
        ViewStatistics {
            kept: self.table.len() as u64,
            questions,
            answers,
            bytes: self.table.bytes(),
            max_bytes: self.table.max_bytes(),
            hits: self.table.hits(),
            misses: self.misses.load(Ordering::Relaxed),
            loads: 0,
            evictions: self.table.evictions(),
        }
    }
}

#[cfg(test)]
mod tests;
