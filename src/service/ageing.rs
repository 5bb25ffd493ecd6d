//! How old a view may get before it is read again: the last line of defence, for a change of which no news came.
//! Views are stamped with the tick at which they expire; a thread keeps the present tick, so that a request
//! compares two numbers and asks no clock. Which views there are is `views`' business.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::domain::{Id as _, ProductId};

/// How finely ages are told apart.
const TICK: Duration = Duration::from_millis(100);

/// The present tick, counted from the start, and how many of them a view may live.
#[derive(Debug)]
pub(super) struct Ageing {
    started: Instant,
    /// 0 lets views live for ever.
    max_age_ticks: u32,
    present: AtomicU32,
    stopped: Mutex<bool>,
    stopping: Condvar,
}

/// A view may be served before this tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expiry(u32);

/// When a load began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(u32);

impl Ageing {
    /// Views get at most this old; with zero, as old as they like.
    pub(super) fn new(max_view_age: Duration) -> Self {
        Self {
            started: Instant::now(),
            max_age_ticks: ticks(max_view_age).max(u32::from(!max_view_age.is_zero())),
            present: AtomicU32::new(0),
            stopped: Mutex::new(false),
            stopping: Condvar::new(),
        }
    }

    /// Whether views expire at all, and [`run`](Self::run) has something to do.
    pub(super) fn is_on(&self) -> bool {
        self.max_age_ticks > 0
    }

    /// Now, to be asked for before the store is: a view is as old as the rows it was made from.
    pub(super) fn begin(&self) -> Begun {
        Begun(ticks(self.started.elapsed()))
    }

    /// When the view of a load expires: after between half of the age and all of it, differently for each product,
    /// so that a million views that were filled in one go are not all missing again in the same second.
    pub(super) fn expiry(&self, begun: Begun, product_id: ProductId) -> Expiry {
        if !self.is_on() {
            return Expiry(u32::MAX);
        }
        // The clock may be one tick behind.
        let longest = (self.max_age_ticks - 1).max(1);
        let scattered = product_id.get().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let shortening = (scattered * u64::from(longest / 2)) >> 32;
        let lifetime = longest - u32::try_from(shortening).unwrap_or(0);
        Expiry(begun.0.saturating_add(lifetime))
    }

    /// Whether a view may be served.
    pub(super) fn serves(&self, expiry: Expiry) -> bool {
        self.present.load(Ordering::Relaxed) < expiry.0
    }

    /// Keeps the present tick until stopped.
    pub(super) fn run(&self) {
        let mut stopped = self.stopped.lock();
        while !*stopped {
            self.advance(ticks(self.started.elapsed()));
            self.stopping.wait_for(&mut stopped, TICK);
        }
    }

    /// Ends [`run`](Self::run).
    pub(super) fn stop(&self) {
        *self.stopped.lock() = true;
        self.stopping.notify_all();
    }

    pub(super) fn advance(&self, tick: u32) {
        self.present.store(tick, Ordering::Relaxed);
    }
}

/// Whole ticks; four billion of them are thirteen years.
fn ticks(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiries(ageing: &Ageing) -> Vec<u32> {
        let product = |number| ProductId::new(number).expect("in range");
        (1..=30_000).map(|number| ageing.expiry(Begun(1_000), product(number)).0).collect()
    }

    #[test]
    fn views_of_one_moment_expire_one_after_the_other_and_none_too_late() {
        let ageing = Ageing::new(Duration::from_mins(5));
        let mut by_second = [0; 300];
        for expiry in expiries(&ageing) {
            by_second[(expiry - 1_000) as usize / 10] += 1;
        }
        assert_eq!(by_second[..149].iter().sum::<u32>(), 0, "none before half of the age");
        assert_eq!(by_second.iter().sum::<u32>(), 30_000);
        assert!(by_second.iter().all(|count| *count < 300), "200 in each second: {by_second:?}");
    }

    #[test]
    fn without_an_age_views_live_for_ever() {
        let ageing = Ageing::new(Duration::ZERO);
        ageing.advance(u32::MAX - 1);
        assert!(!ageing.is_on());
        assert!(expiries(&ageing).into_iter().all(|expiry| ageing.serves(Expiry(expiry))));
    }

    #[test]
    fn the_shortest_age_is_short_and_not_none() {
        let ageing = Ageing::new(Duration::from_nanos(1));
        let expiry = ageing.expiry(Begun(5), ProductId::new(5).expect("in range"));
        ageing.advance(5);
        assert!(ageing.serves(expiry));
        ageing.advance(6);
        assert!(!ageing.serves(expiry));
    }

    #[test]
    fn the_thread_keeps_the_time_until_it_is_stopped() {
        let ageing = Ageing::new(Duration::from_millis(300));
        let expiry = ageing.expiry(ageing.begin(), ProductId::new(5).expect("in range"));
        assert!(ageing.serves(expiry));
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| ageing.run());
            let deadline = Instant::now() + Duration::from_secs(20);
            while ageing.serves(expiry) {
                assert!(Instant::now() < deadline, "time stands still");
                std::thread::yield_now();
            }
            ageing.stop();
            thread.join().expect("no panic");
        });
        assert!(ageing.started.elapsed() >= Duration::from_millis(100));
    }
}
