//! How long products in memory may be served. A product older than its age limit is loaded again,
//! in case a change was missed. While the process receives no changes at all, products are served
//! for a grace only. Which products are in memory is not known here.
//!
//! Each product has the tick at which it expires, and a thread keeps the present tick. So a request
//! compares two numbers and reads no clock.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::domain::{Id as _, ProductId};

/// The resolution of ages.
const TICK: Duration = Duration::from_millis(100);

/// The present tick while changes are missed: every product has expired.
const DISCONNECTED: u32 = u32::MAX;

/// The present tick, counted from the start, and the age limit in ticks.
#[derive(Debug)]
pub(crate) struct Freshness {
    started: Instant,
    /// 0 means no age limit.
    max_age_ticks: u32,
    grace: Duration,
    present: AtomicU32,
    state: Mutex<State>,
    stopping: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Since when changes are missed.
    disconnected_since: Option<Instant>,
    stopped: bool,
}

/// A product may be served before this tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(u32);

impl Expiry {
    /// For products without an age limit.
    pub(crate) const NEVER: Self = Self(u32::MAX);
}

/// The tick at which a load began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun(u32);

/// The present tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present(u32);

impl Freshness {
    /// Products are served up to the age `max_view_age`, or of any age with zero. While changes are
    /// missed they are served for at most `grace`.
    pub(crate) fn new(max_view_age: Duration, grace: Duration) -> Self {
        Self {
            started: Instant::now(),
            max_age_ticks: ticks(max_view_age).max(u32::from(!max_view_age.is_zero())),
            grace,
            present: AtomicU32::new(0),
            state: Mutex::default(),
            stopping: Condvar::new(),
        }
    }

    /// Whether products expire, so that [`run`](Self::run) is needed.
    pub(crate) fn is_ageing(&self) -> bool {
        self.max_age_ticks > 0
    }

    /// The present tick. Take it before the store is asked: a product is as old as its rows.
    pub(crate) fn begin(&self) -> Begun {
        Begun(ticks(self.started.elapsed()))
    }

    /// When a loaded product expires: after between half of the age limit and all of it,
    /// differently for each product. Otherwise a million products of one fill would all expire in
    /// the same second.
    pub(crate) fn expiry(&self, begun: Begun, product_id: ProductId) -> Expiry {
        if !self.is_ageing() {
            return Expiry::NEVER;
        }
        // The clock may be one tick behind.
        let longest = (self.max_age_ticks - 1).max(1);
        let scattered = product_id.get().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let shortening = (scattered * u64::from(longest / 2)) >> 32;
        let lifetime = longest - u32::try_from(shortening).unwrap_or(0);
        Expiry(begun.0.saturating_add(lifetime))
    }

    /// The present tick. Take it before memory is read: entries that are forgotten when changes are
    /// received again must not count as fresh because of that moment.
    pub(crate) fn present(&self) -> Present {
        Present(self.present.load(Ordering::Acquire))
    }

    /// Whether something that was in memory at `present` may be served.
    pub(crate) fn serves(&self, present: Present, expiry: Expiry) -> bool {
        present.0 < expiry.0 || self.is_in_grace()
    }

    #[cold]
    fn is_in_grace(&self) -> bool {
        self.state.lock().disconnected_since.is_some_and(|since| since.elapsed() < self.grace)
    }

    /// Changes are missed from now on.
    pub(crate) fn disconnect(&self) {
        let mut state = self.state.lock();
        state.disconnected_since.get_or_insert_with(Instant::now);
        self.present.store(DISCONNECTED, Ordering::Release);
    }

    /// Changes are received again, and everything read before is forgotten.
    pub(crate) fn reconnect(&self) {
        let mut state = self.state.lock();
        state.disconnected_since = None;
        self.present.store(ticks(self.started.elapsed()), Ordering::Release);
    }

    /// Keeps the present tick up to date until stopped.
    pub(crate) fn run(&self) {
        let mut state = self.state.lock();
        while !state.stopped {
            if state.disconnected_since.is_none() {
                self.present.store(ticks(self.started.elapsed()), Ordering::Release);
            }
            self.stopping.wait_for(&mut state, TICK);
        }
    }

    /// Ends [`run`](Self::run).
    pub(crate) fn stop(&self) {
        self.state.lock().stopped = true;
        self.stopping.notify_all();
    }

    /// Sets the present tick.
    #[cfg(test)]
    pub(crate) fn set_present(&self, tick: u32) {
        self.present.store(tick, Ordering::Release);
    }
}

/// Whole ticks; four billion of them are thirteen years.
fn ticks(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis() / TICK.as_millis()).unwrap_or(DISCONNECTED - 1).min(DISCONNECTED - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOR_EVER: Duration = Duration::ZERO;
    const NO_GRACE: Duration = Duration::ZERO;

    fn product(number: u64) -> ProductId {
        ProductId::new(number).expect("in range")
    }

    fn serves(freshness: &Freshness, expiry: Expiry) -> bool {
        freshness.serves(freshness.present(), expiry)
    }

    fn until(what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !holds() {
            assert!(Instant::now() < deadline, "waited in vain until {what}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn views_of_one_moment_expire_one_after_the_other_and_none_too_late() {
        let freshness = Freshness::new(Duration::from_mins(5), NO_GRACE);
        let mut by_second = [0; 300];
        for number in 1..=30_000 {
            let Expiry(tick) = freshness.expiry(Begun(1_000), product(number));
            by_second[(tick - 1_000) as usize / 10] += 1;
        }
        assert_eq!(by_second[..149].iter().sum::<u32>(), 0, "none before half of the age");
        assert_eq!(by_second.iter().sum::<u32>(), 30_000);
        assert!(by_second.iter().all(|count| *count < 300), "200 in each second: {by_second:?}");
    }

    #[test]
    fn without_an_age_views_live_for_ever() {
        let freshness = Freshness::new(FOR_EVER, NO_GRACE);
        let expiry = freshness.expiry(freshness.begin(), product(5));
        freshness.set_present(DISCONNECTED - 1);
        assert!(!freshness.is_ageing());
        assert!(serves(&freshness, expiry));
    }

    #[test]
    fn the_shortest_age_is_short_and_not_none() {
        let freshness = Freshness::new(Duration::from_nanos(1), NO_GRACE);
        let expiry = freshness.expiry(Begun(5), product(5));
        freshness.set_present(5);
        assert!(serves(&freshness, expiry));
        freshness.set_present(6);
        assert!(!serves(&freshness, expiry));
    }

    #[test]
    fn the_thread_keeps_the_time_until_it_is_stopped() {
        let freshness = Freshness::new(Duration::from_millis(300), Duration::from_hours(1));
        let expiry = freshness.expiry(freshness.begin(), product(5));
        assert!(serves(&freshness, expiry));
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| freshness.run());
            until("it expires", || !serves(&freshness, expiry));
            freshness.disconnect();
            until("a tick passed", || freshness.begin().0 > expiry.0 + 2);
            assert!(serves(&freshness, expiry), "in the grace views do not age");
            freshness.reconnect();
            assert!(!serves(&freshness, expiry));
            freshness.stop();
            thread.join().expect("no panic");
        });
    }

    #[test]
    fn in_a_silence_nothing_is_served_beyond_the_grace() {
        let strict = Freshness::new(FOR_EVER, NO_GRACE);
        strict.disconnect();
        assert!(!serves(&strict, Expiry::NEVER));
        strict.reconnect();
        assert!(serves(&strict, Expiry::NEVER));

        let grace = Duration::from_millis(300);
        let freshness = Freshness::new(FOR_EVER, grace);
        let heard = freshness.present();
        let started = Instant::now();
        freshness.disconnect();
        let silent = freshness.present();
        assert!(serves(&freshness, Expiry::NEVER));
        until("the grace is over", || !serves(&freshness, Expiry::NEVER));
        assert!(started.elapsed() >= grace);
        // A second call does not start the grace again.
        freshness.disconnect();
        assert!(!serves(&freshness, Expiry::NEVER));
        freshness.reconnect();
        assert!(!freshness.serves(silent, Expiry::NEVER), "taken from memory before it was forgotten");
        assert!(freshness.serves(heard, Expiry::NEVER));
    }
}
