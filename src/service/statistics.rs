//! What the service counts about itself, and the numbers that whoever watches it reads. Counting is for the threads
//! between memory and the store, which count a batch at a time; what is read from memory is counted by `view_table`.
//! How the numbers are called outside is not said here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets of a [`LatencyTally`], in nanoseconds: from a page in memory to a request that is given
/// up.
const LATENCY_BOUNDS_NS: [u64; 18] = [
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
];

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

/// How often values fell between bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Upper bounds, the last one infinite, each with the number of values above the bound before.
    pub buckets: Vec<(f64, u64)>,
    /// All values together.
    pub sum: f64,
}

impl Distribution {
    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }

    /// Adds the values of another one with the same bounds.
    pub fn add(&mut self, other: &Self) {
        self.sum += other.sum;
        for ((_, count), (_, more)) in self.buckets.iter_mut().zip(&other.buckets) {
            *count += more;
        }
    }

    /// The values that came after an earlier look at the same counters.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let buckets = self.buckets.iter().zip(&earlier.buckets);
        Self {
            buckets: buckets.map(|((bound, now), (_, then))| (*bound, now.saturating_sub(*then))).collect(),
            sum: (self.sum - earlier.sum).max(0.0),
        }
    }

    /// The lowest bound that at least this share of the values, from 0 to 1, does not pass; `None` without values. What
    /// passes all finite bounds counts as the largest of them.
    pub fn within(&self, share: f64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "2^53 requests take centuries")]
        let float = |count: u64| count as f64;
        let wanted = (float(self.count()) * share).max(1.0);
        let mut seen = 0;
        let enough = self.buckets.iter().position(|(_, count)| {
            seen += count;
            float(seen) >= wanted
        })?;
        let mut bounds = self.buckets.iter().take(enough + 1).map(|(bound, _)| *bound);
        bounds.rfind(|bound| bound.is_finite())
    }
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

/// How long things took.
#[derive(Debug, Default)]
pub struct LatencyTally {
    /// By bucket; the last one has what took longer than all bounds.
    counts: [AtomicU64; LATENCY_BOUNDS_NS.len() + 1],
    nanoseconds: AtomicU64,
}

impl LatencyTally {
    /// Counts one where several threads count.
    pub fn count(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        self.counts[bucket(nanoseconds)].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Counts one where nobody else counts, which is cheaper: see [`raise_alone`].
    #[inline]
    pub fn count_alone(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        raise_alone(&self.counts[bucket(nanoseconds)], 1);
        raise_alone(&self.nanoseconds, nanoseconds);
    }

    /// What was counted.
    pub fn read(&self) -> Distribution {
        let bounds = LATENCY_BOUNDS_NS.iter().map(|bound| Duration::from_nanos(*bound).as_secs_f64());
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        Distribution {
            buckets: bounds.chain([f64::INFINITY]).zip(counts).collect(),
            sum: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)).as_secs_f64(),
        }
    }
}

/// Raises a counter that one thread alone writes: a load and a store, without the price of a locked operation. Others
/// may read it at any time.
#[inline]
pub fn raise_alone(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

/// The bucket of a time: five comparisons, whatever the time.
#[inline]
fn bucket(nanoseconds: u64) -> usize {
    LATENCY_BOUNDS_NS.partition_point(|bound| *bound < nanoseconds)
}

#[inline]
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
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
    fn a_time_falls_below_the_bound_that_it_does_not_pass() {
        for (place, bound) in LATENCY_BOUNDS_NS.into_iter().enumerate() {
            assert_eq!((bucket(bound), bucket(bound + 1)), (place, place + 1));
        }
        assert_eq!((bucket(0), bucket(u64::MAX)), (0, LATENCY_BOUNDS_NS.len()));
        let tally = LatencyTally::default();
        tally.count(Duration::from_micros(20));
        tally.count_alone(Duration::from_micros(20));
        tally.count_alone(Duration::from_hours(1));
        let read = tally.read();
        assert_eq!(
            (read.count(), read.buckets[1], read.buckets[18]),
            (3, (0.000_025, 2), (f64::INFINITY, 1))
        );
        assert!((read.sum - 3_600.000_04).abs() < 1e-9, "{read:?}");
    }

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

    #[test]
    fn a_share_of_the_times_is_within_a_bound_and_what_came_before_does_not_count() {
        let tally = LatencyTally::default();
        assert_eq!(tally.read().within(0.5), None);
        tally.count(Duration::from_hours(1));
        let before = tally.read();
        assert_eq!(before.within(0.5), Some(5.0), "beyond all bounds");
        for microseconds in [20, 20, 20, 300] {
            tally.count(Duration::from_micros(microseconds));
        }
        let since = tally.read().since(&before);
        assert_eq!((since.count(), format!("{:.6}", since.sum)), (4, "0.000360".to_owned()));
        let within = |share| since.within(share).map(|seconds| format!("{:.0} µs", seconds * 1e6));
        for (share, bound) in
            [(0.0, "25 µs"), (0.5, "25 µs"), (0.75, "25 µs"), (0.76, "500 µs"), (1.0, "500 µs")]
        {
            assert_eq!(within(share).as_deref(), Some(bound), "{share}");
        }
        assert_eq!(before.since(&before).within(1.0), None);
    }
}
