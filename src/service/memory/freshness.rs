//! For how long what is in memory may be served. Two limits: views have an age at which they are read again, the last
//! line of defence for a change of which no news came; and when changes go unnoticed, nothing is served beyond a
//! grace. Views are stamped with the tick at which they expire and a thread keeps the present tick, so that a
//! request compares two numbers and asks no clock. What is in memory is the business of `views` and `directory`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::domain::{Id as _, ProductId};

/// How finely ages are told apart.
const TICK: Duration = Duration::from_millis(100);

/// What the present tick is while changes go unnoticed: every view has expired.
const SILENCE: u32 = u32::MAX;

/// The present tick, counted from the start, and how many of them a view may live.
#[derive(Debug)]
pub(crate) struct Freshness {
    started: Instant,
    /// 0 lets views live for ever.
    max_age_ticks: u32,
    grace: Duration,
    present: AtomicU32,
    state: Mutex<State>,
    stopping: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Since when changes go unnoticed.
    disconnected_since: Option<Instant>,
    stopped: bool,
}

/// A view may be served before this tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(u32);

impl Expiry {
    /// For what does not age.
    pub(crate) const NEVER: Self = Self(u32::MAX);
}

/// When a load began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun(u32);

/// The present tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present(u32);

impl Freshness {
    /// Views get at most `max_view_age` old, or, with zero, as old as they like. While changes go unnoticed they
    /// are served for at most `grace`, whatever their age.
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

    /// Whether views expire at all, and [`run`](Self::run) has something to do.
    pub(crate) fn is_ageing(&self) -> bool {
        self.max_age_ticks > 0
    }

    /// Now, to be asked for before the store is: a view is as old as the rows it was made from.
    pub(crate) fn begin(&self) -> Begun {
        Begun(ticks(self.started.elapsed()))
    }

    /// When the view of a load expires: after between half of the age and all of it, differently for each product,
    /// so that a million views that were filled in one go are not all missing again in the same second.
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

    /// The present tick, to be asked for before memory is: what was forgotten when the store was connected again must not be
    /// taken for good because that end came in between.
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

    /// From now on changes go unnoticed.
    pub(crate) fn store_disconnected(&self) {
        let mut state = self.state.lock();
        state.disconnected_since.get_or_insert_with(Instant::now);
        self.present.store(SILENCE, Ordering::Release);
    }

    /// Changes are noticed again, and everything read before is forgotten.
    pub(crate) fn store_reconnected(&self) {
        let mut state = self.state.lock();
        state.disconnected_since = None;
        self.present.store(ticks(self.started.elapsed()), Ordering::Release);
    }

    /// Keeps the present tick until stopped.
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

    /// Makes it the given tick.
    #[cfg(test)]
    pub(crate) fn set_present(&self, tick: u32) {
        self.present.store(tick, Ordering::Release);
    }
}

/// Whole ticks; four billion of them are thirteen years.
fn ticks(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis() / TICK.as_millis()).unwrap_or(SILENCE - 1).min(SILENCE - 1)
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
        freshness.set_present(SILENCE - 1);
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
            freshness.store_disconnected();
            until("a tick passed", || freshness.begin().0 > expiry.0 + 2);
            assert!(serves(&freshness, expiry), "in the grace views do not age");
            freshness.store_reconnected();
            assert!(!serves(&freshness, expiry));
            freshness.stop();
            thread.join().expect("no panic");
        });
    }

    #[test]
    fn while_disconnected_nothing_is_served_beyond_the_grace() {
        let strict = Freshness::new(FOR_EVER, NO_GRACE);
        strict.store_disconnected();
        assert!(!serves(&strict, Expiry::NEVER));
        strict.store_reconnected();
        assert!(serves(&strict, Expiry::NEVER));

        let grace = Duration::from_millis(300);
        let freshness = Freshness::new(FOR_EVER, grace);
        let connected = freshness.present();
        let started = Instant::now();
        freshness.store_disconnected();
        let disconnected = freshness.present();
        assert!(serves(&freshness, Expiry::NEVER));
        until("the grace is over", || !serves(&freshness, Expiry::NEVER));
        assert!(started.elapsed() >= grace);
        // Told once more, it does not begin anew.
        freshness.store_disconnected();
        assert!(!serves(&freshness, Expiry::NEVER));
        freshness.store_reconnected();
        assert!(!freshness.serves(disconnected, Expiry::NEVER), "taken from memory before it was forgotten");
        assert!(freshness.serves(connected, Expiry::NEVER));
    }
}
