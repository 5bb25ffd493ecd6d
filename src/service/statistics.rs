//! The service's counters and the figures read from them. The threads between memory and the store
//! count once a batch; lists from memory are counted in `memory::table`. The names of the metrics
//! are `http::watch`'s.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::tally::{Distribution, LatencyTally};

/// The target of the spans of requests and batches. They write no lines to the log.
pub const SPANS_TARGET: &str = "spans";

/// Batches have at most 2^10 requests; each power of two has a bucket.
const SIZE_BUCKETS: usize = 11;

/// All figures at one moment. Counters only grow, from the start of the process.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// The cache of questions and answers.
    pub questions: ViewStatistics,
    /// The cache of reviews.
    pub reviews: ViewStatistics,
    /// The cache of the catalogue.
    pub catalogue: ViewStatistics,
    /// Reads for requests.
    pub reads: BatchStatistics,
    /// Writes for requests.
    pub writes: BatchStatistics,
    /// The number of failures of each kind; all kinds are there.
    pub failures: Vec<(Failure, u64)>,
    /// Damaged products that the last whole background fill left out of memory.
    pub damaged_products: u64,
    /// Whether the process receives the changes of other processes.
    pub receives_changes: bool,
}

/// The products in memory with one kind of rows, and how often lists were served from them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ViewStatistics {
    /// Cached products.
    pub kept: u64,
    /// Rows of cached products: questions and answers, reviews and photos, or styles and SKUs.
    pub rows: [u64; 2],
    /// Bytes of cached products.
    pub bytes: u64,
    /// Most bytes of cached products.
    pub max_bytes: u64,
    /// Lists that were served from memory.
    pub hits: u64,
    /// Lists that waited for the store.
    pub misses: u64,
    /// Products that were loaded for requests.
    pub loads: u64,
    /// Products that were evicted because memory was full.
    pub evictions: u64,
}

/// A queue for the store and its batches.
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    /// Waiting requests.
    pub waiting: u64,
    /// Most requests that may wait.
    pub max_waiting: u64,
    /// Requests that were refused because the queue was full.
    pub refused: u64,
    /// Sizes of batches, in requests.
    pub sizes: Distribution,
    /// Durations of batches, in seconds.
    pub seconds: Distribution,
}

/// A kind of failure of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Loading products.
    Load,
    /// Finding the products of questions.
    LookUp,
    /// Committing writes.
    Commit,
    /// Answering a request in time.
    Timeout,
    /// Filling memory in the background.
    Fill,
    /// Housekeeping.
    Housekeeping,
}

impl Failure {
    /// All kinds, in the order of their numbers.
    const ALL: [Self; 6] =
        [Self::Load, Self::LookUp, Self::Commit, Self::Timeout, Self::Fill, Self::Housekeeping];
}

/// The batches of one direction.
#[derive(Debug, Default)]
pub(super) struct BatchTally {
    /// By power of two, rounded up; the last one counts everything larger.
    sizes: [AtomicU64; SIZE_BUCKETS + 1],
    requests: AtomicU64,
    latencies: LatencyTally,
}

impl BatchTally {
    /// Counts a batch that ended, well or not.
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

/// The counters of one service.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) reads: BatchTally,
    pub(super) writes: BatchTally,
    damaged_products: AtomicU64,
    failures: [AtomicU64; Failure::ALL.len()],
}

/// A queue at one moment: waiting requests, the most that may wait, and refused ones.
pub(super) type QueueState = (usize, usize, u64);

impl Counters {
    /// Counts a failure of the store.
    pub(super) fn failed(&self, failure: Failure) {
        self.failures[failure as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Notes how many damaged products a background fill left out.
    pub(super) fn left_out(&self, damaged_products: u64) {
        self.damaged_products.store(damaged_products, Ordering::Relaxed);
    }

    /// Reads all figures, with those that are counted elsewhere: the caches of questions, reviews
    /// and the catalogue, and both queues.
    pub(super) fn read(
        &self,
        [questions, reviews, catalogue]: [ViewStatistics; 3],
        receives_changes: bool,
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
            questions,
            reviews,
            catalogue,
            reads: batches(reading, &self.reads),
            writes: batches(writing, &self.writes),
            failures: failures.map(|(failure, count)| (*failure, count.load(Ordering::Relaxed))).collect(),
            damaged_products: self.damaged_products.load(Ordering::Relaxed),
            receives_changes,
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
        let read = counters.read([ViewStatistics::default(); 3], true, (0, 1, 0), (0, 1, 0));
        let failed: Vec<_> = read.failures.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(failed, [(Failure::Commit, 1)]);
    }
}
