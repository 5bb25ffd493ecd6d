//! Limits how often a failure of the store is logged: one line a second for each kind, with the
//! number of failures. A store that is away fails thousands of requests a second.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::domain::Id;
use crate::service::ServiceError;
use crate::store::StoreError;

/// The shortest time between two logged failures of a kind.
const LOG_INTERVAL: Duration = Duration::from_secs(1);

/// A kind of failure.
#[derive(Debug)]
pub(crate) struct LogThrottle {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    logged_at: Option<Instant>,
    unsaid: u64,
}

impl LogThrottle {
    /// A kind without failures so far.
    pub(crate) const fn new() -> Self {
        Self { state: Mutex::new(State { logged_at: None, unsaid: 0 }) }
    }

    /// Logs a store's failure, if a line is due, and returns the error for callers.
    pub(crate) fn report(&self, doing: &str, error: &StoreError) -> ServiceError {
        if let Some(times) = self.is_due() {
            let product_id = error.damaged_product().map(Id::get);
            tracing::error!(%error, product_id, times, "could not {doing}");
        }
        ServiceError::StoreUnavailable
    }

    /// Counts a failure. `Some` when a line is due: the number of failures since the last line.
    pub(crate) fn is_due(&self) -> Option<u64> {
        self.is_due_at(Instant::now())
    }

    fn is_due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        state.unsaid += 1;
        if state.logged_at.is_some_and(|logged_at| now < logged_at + LOG_INTERVAL) {
            return None;
        }
        state.logged_at = Some(now);
        Some(std::mem::take(&mut state.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_second_is_logged_and_none_is_lost() {
        let throttle = LogThrottle::new();
        let start = Instant::now();
        let due = |milliseconds| throttle.is_due_at(start + Duration::from_millis(milliseconds));
        assert_eq!([due(0), due(1), due(999), due(1_000)], [Some(1), None, None, Some(3)]);
        assert_eq!([due(1_999), due(2_100), due(60_000)], [None, Some(2), Some(1)]);
    }
}
