//! The views in memory: which are kept, which are being loaded, and how a change reaches them. A
//! view is a record of one kind; each kind has a cache of its own.
//!
//! Everything here serves one rule: a view that was being loaded while its product changed is never
//! kept. Loads in flight are listed. A change removes its product from the list before it touches
//! the table. A loaded view is kept only if its load is still listed, checked under the same lock.
//!
//! Loading (queues, threads, the store) is in `lanes`; storing and evicting views is in `table`.

mod in_flight;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::oneshot;

pub(crate) use self::in_flight::CommitNumber;
pub(crate) use self::in_flight::ViewSender;
use self::in_flight::{ByOthers, FillChunk, InFlight};
use super::freshness::{Expiry, Freshness};
use super::record::Record;
use super::table::ViewTable;
use crate::domain::ProductId;
use crate::service::ServiceError;
use crate::service::statistics::ViewStatistics;
use crate::store::ProductChange;

/// The background fill stops here, so that it evicts nothing that is in use.
const FILL_MAX_PERCENT: u64 = 95;

/// Receives a view that is being loaded.
pub(crate) type ViewReceiver<R> = oneshot::Receiver<Result<Arc<R>, ServiceError>>;

/// The views in memory, bounded in bytes, evicted by use.
pub(crate) struct Views<R> {
    table: ViewTable<R>,
    in_flight: Mutex<InFlight<R>>,
    freshness: Arc<Freshness>,
    /// Lists that waited for a load.
    misses: AtomicU64,
    /// Views that were loaded for requests.
    loads: AtomicU64,
}

/// A load that the caller must carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoadTicket {
    pub(crate) product_id: ProductId,
    number: u64,
    expiry: Expiry,
}

/// A change by a commit of this process.
pub(crate) enum OwnChange<R: Record> {
    /// A change that other processes are notified of as well.
    Known(ProductChange),
    /// New rows without photos.
    Came(R::Added),
}

/// The state of a view that a request needs.
pub(crate) enum Wanted<R> {
    /// In memory: call [`Views::read`].
    Here,
    /// Being loaded by another request.
    Coming(ViewReceiver<R>),
    /// Not there: the caller must have it loaded.
    LoadIt(LoadTicket, ViewReceiver<R>),
}

impl<R: Record> Views<R> {
    /// An empty cache of at most `max_bytes`.
    pub(crate) fn new(max_bytes: u64, freshness: Arc<Freshness>) -> Self {
        Self {
            table: ViewTable::new(max_bytes),
            in_flight: Mutex::default(),
            freshness,
            misses: AtomicU64::new(0),
            loads: AtomicU64::new(0),
        }
    }

    /// Reads a view if it is in memory and may be served.
    pub(crate) fn read<T>(&self, product_id: ProductId, read: impl FnOnce(&R) -> T) -> Option<T> {
        let present = self.freshness.present();
        self.table.read(product_id, |view, expiry| self.freshness.serves(present, expiry).then(|| read(view)))
    }

    /// Whether a view is in memory and may be served.
    pub(crate) fn is_here(&self, product_id: ProductId) -> bool {
        let present = self.freshness.present();
        let serves = |_: &R, expiry| self.freshness.serves(present, expiry);
        self.table.look_at(product_id, serves).unwrap_or(false)
    }

    /// The state of a product's view. If it is not in memory, the caller waits for its load.
    pub(crate) fn want(&self, product_id: ProductId) -> Wanted<R> {
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

    /// Ends a load: keeps the view unless its product changed meanwhile, and sends it to all
    /// waiting requests. They came before that change was acknowledged, so the view is right for
    /// them in any case.
    pub(crate) fn loaded(&self, ticket: LoadTicket, result: Result<Arc<R>, ServiceError>) {
        let waiting = {
            let mut in_flight = self.in_flight.lock();
            if in_flight.listed.get(&ticket.product_id) == Some(&ticket.number) {
                in_flight.listed.remove(&ticket.product_id);
                if let Ok(view) = &result
                    && !in_flight.disconnected
                {
                    self.table.insert(R::clone(view), ticket.expiry);
                }
            }
            in_flight.waiting.remove(&ticket.number).unwrap_or_default()
        };
        for sender in waiting {
            // The request may have been dropped.
            let _ = sender.send(result.clone());
        }
    }

    /// A commit of this process begins. Other commits in flight treat its changes as those of
    /// others.
    pub(crate) fn begin_commit(&self) -> CommitNumber {
        let mut in_flight = self.in_flight.lock();
        in_flight.last_number += 1;
        let number = in_flight.last_number;
        in_flight.commits.insert(number, ByOthers::default());
        CommitNumber(number)
    }

    /// Applies a commit that has ended: it is durable and not acknowledged yet, or it failed and
    /// changed nothing.
    pub(crate) fn end_commit(&self, commit: CommitNumber, changes: Vec<OwnChange<R>>) {
        for change in changes {
            let mut in_flight = self.in_flight.lock();
            match change {
                OwnChange::Known(change) => {
                    let change = in_flight.as_of(commit, change);
                    // A row that is missing may be one that another commit is about to insert.
                    if !self.change(&mut in_flight, Some(commit), change) {
                        in_flight.disturb(Some(commit), change.product_id());
                    }
                }
                OwnChange::Came(added) => {
                    let product_id = R::product_of_added(&added);
                    in_flight.strike(product_id);
                    in_flight.disturb(Some(commit), product_id);
                    if in_flight.is_disturbed(commit, product_id) {
                        // Others may have voted for these rows, or hidden them, before they were
                        // inserted.
                        self.table.remove(product_id);
                    } else {
                        self.table.edit(product_id, |view| Some(view.with(&added)));
                    }
                }
            }
        }
        self.in_flight.lock().commits.remove(&commit.0);
    }

    /// Applies the changes of others, those of other kinds left out. Nobody knows since when votes
    /// among them stood so, so they drop the view.
    pub(crate) fn apply(&self, changes: &[ProductChange]) {
        self.apply_by(None, changes);
    }

    /// Applies votes of others, which were read since this began as a commit begins.
    pub(crate) fn end_reading(&self, reading: CommitNumber, votes: &[ProductChange]) {
        self.apply_by(Some(reading), votes);
        self.in_flight.lock().commits.remove(&reading.0);
    }

    fn apply_by(&self, reading: Option<CommitNumber>, changes: &[ProductChange]) {
        for &change in changes.iter().filter(|change| R::is_concerned(**change)) {
            let mut in_flight = self.in_flight.lock();
            in_flight.disturb(reading, change.product_id());
            let change = match reading {
                Some(reading) => in_flight.as_of(reading, change),
                None => change.any_row(),
            };
            self.change(&mut in_flight, reading, change);
        }
    }

    /// Applies a change. Returns whether the view, if it is in memory, had the changed row.
    fn change(&self, in_flight: &mut InFlight<R>, by: Option<CommitNumber>, change: ProductChange) -> bool {
        let product_id = change.product_id();
        in_flight.strike(product_id);
        let found = match change {
            ProductChange::QuestionVotes(..)
            | ProductChange::AnswerVotes(..)
            | ProductChange::ReviewVotes(..) => self.table.change(product_id, |view| view.raise(change)),
            ProductChange::Rows(_) | ProductChange::Reviews(_) => {
                in_flight.note_drop(by, product_id);
                self.table.remove(product_id);
                Some(false)
            }
        };
        found.unwrap_or(true)
    }

    /// Forgets every view, and keeps none that is being loaded.
    pub(crate) fn forget_everything(&self) {
        let mut in_flight = self.in_flight.lock();
        in_flight.strike_everything();
        self.table.clear();
    }

    /// Keeps no view from now on, because changes are missed. Views in memory are served for the
    /// grace alone.
    pub(crate) fn disconnect(&self) {
        let mut in_flight = self.in_flight.lock();
        in_flight.disconnected = true;
        in_flight.strike_everything();
    }

    /// Forgets every view and keeps new ones again.
    pub(crate) fn reconnect(&self) {
        self.in_flight.lock().disconnected = false;
        self.forget_everything();
    }

    /// Whether changes are missed at the moment.
    pub(crate) fn is_disconnected(&self) -> bool {
        self.in_flight.lock().disconnected
    }

    /// Notes changes from now on, while the background fill reads a chunk. One chunk at a time.
    pub(crate) fn begin_fill_chunk(&self) {
        let begun = self.freshness.begin();
        let chunk = FillChunk { begun, changed: HashSet::new(), everything_changed: false };
        self.in_flight.lock().fill = Some(chunk);
    }

    /// Ends the chunk. Keeps its views whose products did not change since it began and that are
    /// not there already. Returns whether there is room for more.
    pub(crate) fn end_fill_chunk(&self, views: Vec<R>) -> bool {
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

    /// The most bytes that views may take.
    pub(crate) fn max_bytes(&self) -> u64 {
        self.table.max_bytes()
    }

    /// Counts a list that waits for a load past the cache.
    pub(crate) fn count_miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts views that were loaded for requests.
    pub(crate) fn count_loads(&self, views: usize) {
        self.loads.fetch_add(views as u64, Ordering::Relaxed);
    }

    /// The number of views and their bytes.
    pub(crate) fn size(&self) -> (usize, u64) {
        (self.table.len(), self.table.bytes())
    }

    /// Looks at a product in memory, fresh or not, without counting a use.
    pub(crate) fn look_at<T>(&self, product_id: ProductId, look: impl FnOnce(&R) -> T) -> Option<T> {
        self.table.look_at(product_id, |view, _| look(view))
    }

    /// Looks at most at `limit` products, until `look` returns something.
    pub(crate) fn find_in<T>(&self, limit: usize, look: impl Fn(&R) -> Option<T>) -> Option<T> {
        self.table.find_in(limit, look)
    }

    /// Reads the figures of the cache.
    pub(crate) fn statistics(&self) -> ViewStatistics {
        ViewStatistics {
            kept: self.table.len() as u64,
            rows: self.table.rows(),
            bytes: self.table.bytes(),
            max_bytes: self.table.max_bytes(),
            hits: self.table.hits(),
            misses: self.misses.load(Ordering::Relaxed),
            loads: self.loads.load(Ordering::Relaxed),
            evictions: self.table.evictions(),
        }
    }
}

#[cfg(test)]
mod tests;
