//! What the service counts about itself, and the numbers that whoever watches it reads. Counting is for the threads
//! between memory and the store, which count a batch at a time; what is read from memory is counted by `view_table`.
//! How the numbers are called outside is not said here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::tally::{Distribution, LatencyTally};

/// What the spans of requests and of batches are filed under: no lines of the log come of them.
pub const SPANS_TARGET: &str = "spans";

/// Batches have at most 2^10 requests; there is a bucket for each power of two.
const SIZE_BUCKETS: usize = 11;

/// Everything at one moment. Counters only grow, from the start of the process.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// What is kept in memory.
    pub views: ViewStatistics,
    /// Reading for those who wait.
    pub reads: BatchStatistics,
    /// Writing for those who wait.
    pub writes: BatchStatistics,
    /// Failures of the store by kind, all kinds.
    pub failures: Vec<(Failure, u64)>,
    /// Whether changes by other processes are heard of.
    pub hears_changes: bool,
}

/// What is kept in memory of products, and how often that was enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ViewStatistics {
    /// Views that are kept.
    pub kept: u64,
    /// Questions in them.
    pub questions: u64,
    /// Answers in them.
    pub answers: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// Bytes that they may take.
    pub max_bytes: u64,
    /// Lists that were answered from memory.
    pub hits: u64,
    /// Lists that had to wait for the store.
    pub misses: u64,
    /// Views that were made for those who waited.
    pub loads: u64,
    /// Views that went because memory was full.
    pub evictions: u64,
}

/// A queue for the store and the batches that were taken from it.
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    /// Requests that wait.
    pub waiting: u64,
    /// Requests that may wait.
    pub max_waiting: u64,
    /// Requests that were refused because too many waited.
    pub refused: u64,
    /// Requests in a batch.
    pub sizes: Distribution,
    /// How long batches took, in seconds.
    pub seconds: Distribution,
}

/// What the store failed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Load products.
    Load,
    /// Find the products of questions.
    LookUp,
    /// Commit writes.
    Commit,
    /// Answer a request in time.
    Timeout,
    /// Fill memory.
    Fill,
    /// Keep house.
    Housekeeping,
}

impl Failure {
    /// All of them, in the order of their numbers.
    const ALL: [Self; 6] =
        [Self::Load, Self::LookUp, Self::Commit, Self::Timeout, Self::Fill, Self::Housekeeping];
}

/// The batches of one direction.
#[derive(Debug, Default)]
pub(super) struct BatchTally {
    /// By power of two, rounded up; the last one is everything above.
    sizes: [AtomicU64; SIZE_BUCKETS + 1],
    requests: AtomicU64,
    latencies: LatencyTally,
}

impl BatchTally {
    /// Counts a batch that was carried out, well or not.
    pub(super) fn count(&self, requests: usize, took: Duration) {
        let bucket = requests.next_power_of_two().trailing_zeros() as usize;
        self.sizes[bucket.min(SIZE_BUCKETS)].fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(requests as u64, Ordering::Relaxed);
        self.latencies.count(took);
    }

    fn sizes(&self) -> Distribution {
        let bounds = (0_u32..).map(|power| f64::from(1_u32 << power)).take(SIZE_BUCKETS);
        let counts = self.sizes.iter().map(|count| count.load(Ordering::Relaxed));
        #[expect(clippy::cast_precision_loss, reason = "2^53 requests take centuries")]
        let sum = self.requests.load(Ordering::Relaxed) as f64;
        Distribution { buckets: bounds.chain([f64::INFINITY]).zip(counts).collect(), sum }
    }
}

/// Counters of one service.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) reads: BatchTally,
    pub(super) writes: BatchTally,
    loads: AtomicU64,
    failures: [AtomicU64; Failure::ALL.len()],
}

/// A queue at one moment: how many wait, how many may, how many were refused.
pub(super) type QueueState = (usize, usize, u64);

impl Counters {
    /// The store failed.
    pub(super) fn failed(&self, failure: Failure) {
        self.failures[failure as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Views were made for those who waited.
    pub(super) fn loaded(&self, views: usize) {
        self.loads.fetch_add(views as u64, Ordering::Relaxed);
    }

    /// Everything, with what others count.
    pub(super) fn read(
        &self,
        views: ViewStatistics,
        hears_changes: bool,
        reading: QueueState,
        writing: QueueState,
    ) -> Statistics {
        let batches = |(waiting, max_waiting, refused): QueueState, tally: &BatchTally| BatchStatistics {
            waiting: waiting as u64,
            max_waiting: max_waiting as u64,
            refused,
            sizes: tally.sizes(),
            seconds: tally.latencies.read(),
        };
        let failures = Failure::ALL.iter().zip(&self.failures);
        Statistics {
            views: ViewStatistics { loads: self.loads.load(Ordering::Relaxed), ..views },
            reads: batches(reading, &self.reads),
            writes: batches(writing, &self.writes),
            failures: failures.map(|(failure, count)| (*failure, count.load(Ordering::Relaxed))).collect(),
            hears_changes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_apart_by_powers_of_two() {
        let tally = BatchTally::default();
        for size in [1, 2, 3, 4, 1_024, 1_025] {
            tally.count(size, Duration::ZERO);
        }
        let sizes = tally.sizes();
        let counts: Vec<_> = sizes.buckets.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(counts, [(1.0, 1), (2.0, 1), (4.0, 2), (1_024.0, 1), (f64::INFINITY, 1)]);
        assert_eq!((sizes.count(), sizes.sum), (6, 2_059.0));
    }

    #[test]
    fn failures_are_counted_under_their_names() {
        let counters = Counters::default();
        for (place, failure) in Failure::ALL.into_iter().enumerate() {
            assert_eq!(failure as usize, place);
        }
        counters.failed(Failure::Commit);
        let read = counters.read(ViewStatistics::default(), true, (0, 1, 0), (0, 1, 0));
        let failed: Vec<_> = read.failures.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(failed, [(Failure::Commit, 1)]);
    }
}
