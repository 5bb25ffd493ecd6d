//! Counters without locks: durations in buckets, and the figures read from them. What is counted is
//! decided by the callers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets of a [`LatencyTally`], in nanoseconds: from a page in memory to a
/// request that timed out.
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

/// The number of values between bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Upper bounds, the last one infinite, each with the number of values above the previous
    /// bound.
    pub buckets: Vec<(f64, u64)>,
    /// The sum of all values.
    pub sum: f64,
}

impl Distribution {
    /// The number of values.
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

    /// The values counted since an earlier reading of the same counters.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let buckets = self.buckets.iter().zip(&earlier.buckets);
        Self {
            buckets: buckets.map(|((bound, now), (_, then))| (*bound, now.saturating_sub(*then))).collect(),
            sum: (self.sum - earlier.sum).max(0.0),
        }
    }

    /// The lowest bound that at least this share of the values, from 0 to 1, does not exceed;
    /// `None` without values. Values above all finite bounds count as the largest of them.
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

/// Durations, counted in buckets.
#[derive(Debug, Default)]
pub struct LatencyTally {
    /// By bucket; the last one counts durations above all bounds.
    counts: [AtomicU64; LATENCY_BOUNDS_NS.len() + 1],
    nanoseconds: AtomicU64,
}

impl LatencyTally {
    /// Counts a duration where several threads count.
    pub fn count(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        self.counts[bucket(nanoseconds)].fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Counts a duration where one thread counts, which is cheaper: see [`raise_alone`].
    #[inline]
    pub fn count_alone(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        raise_alone(&self.counts[bucket(nanoseconds)], 1);
        raise_alone(&self.nanoseconds, nanoseconds);
    }

    /// Reads the counts.
    pub fn read(&self) -> Distribution {
        let bounds = LATENCY_BOUNDS_NS.iter().map(|bound| Duration::from_nanos(*bound).as_secs_f64());
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        Distribution {
            buckets: bounds.chain([f64::INFINITY]).zip(counts).collect(),
            sum: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)).as_secs_f64(),
        }
    }
}

/// Raises a counter that one thread alone writes: a load and a store, without the price of an
/// atomic addition. Other threads may read it at any time.
#[inline]
pub fn raise_alone(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

/// The bucket of a duration: five comparisons for any duration.
#[inline]
fn bucket(nanoseconds: u64) -> usize {
    LATENCY_BOUNDS_NS.partition_point(|bound| *bound < nanoseconds)
}

#[inline]
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
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
