//! The last minutes: how many lists and writes there were in each step of two seconds, how long
//! they took and how many failed. A thread reads the counters of `metrics` once a step, so requests
//! pay nothing for it. Deliberately absent: how it is shown (`first_page`).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::metrics::{RouteTotals, ServerMetrics};
use crate::http::operation::Purpose;
use crate::tally::{Distribution, LatencyTally};

/// How long a step is.
pub(crate) const STEP: Duration = Duration::from_secs(2);

/// Most steps that are kept: those of five minutes, which take 120 KB.
pub(crate) const MAX_STEPS: usize = 150;

/// Requests of a kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tally {
    /// How long they took, in seconds.
    pub(crate) seconds: Distribution,
    /// How many of them had a status of 500 or more.
    pub(crate) failed: u64,
}

impl Tally {
    /// Nothing.
    pub(crate) fn none() -> Self {
        Self { seconds: LatencyTally::default().read(), failed: 0 }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn add(&mut self, other: &Self) {
        self.seconds.add(&other.seconds);
        self.failed += other.failed;
    }

    fn since(&self, earlier: &Self) -> Self {
        Self {
            seconds: self.seconds.since(&earlier.seconds),
            failed: self.failed.saturating_sub(earlier.failed),
        }
    }
}

/// Lists and writes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) lists: Tally,
    pub(crate) writes: Tally,
}

impl Traffic {
    /// What was counted so far.
    fn of(server: &ServerMetrics) -> Self {
        let mut traffic = Self { lists: Tally::none(), writes: Tally::none() };
        for totals in server.routes() {
            let tally = match totals.operation.map(|operation| operation.purpose) {
                Some(Purpose::List) => &mut traffic.lists,
                Some(Purpose::Write(_)) => &mut traffic.writes,
                Some(Purpose::Session | Purpose::Moderation | Purpose::Service) | None => continue,
            };
            tally.add(&Tally { failed: failed(&totals), seconds: totals.seconds });
        }
        traffic
    }
}

/// How many requests of a route had a status of 500 or more.
pub(crate) fn failed(totals: &RouteTotals) -> u64 {
    totals.with_status(|status| status >= 500)
}

/// The requests between two readings of the counters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// How long it took: [`STEP`], or longer on a busy machine.
    pub(crate) took: Duration,
    pub(crate) traffic: Traffic,
}

/// The last [`MAX_STEPS`] steps.
#[derive(Debug)]
pub(crate) struct History {
    started: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    looked_at: Instant,
    counted: Traffic,
    steps: VecDeque<Step>,
}

impl History {
    /// Of a server that begins now.
    pub(crate) fn new(now: Instant) -> Self {
        let counted = Traffic { lists: Tally::none(), writes: Tally::none() };
        let state = State { looked_at: now, counted, steps: VecDeque::with_capacity(MAX_STEPS) };
        Self { started: now, state: Mutex::new(state) }
    }

    /// How long the server has been running.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Looks at the counters; to be called once a [`STEP`].
    pub(crate) fn step(&self, server: &ServerMetrics, now: Instant) {
        let counted = Traffic::of(server);
        let mut state = self.state.lock();
        let took = now.saturating_duration_since(state.looked_at);
        if took.is_zero() {
            return;
        }
        let traffic = Traffic {
            lists: counted.lists.since(&state.counted.lists),
            writes: counted.writes.since(&state.counted.writes),
        };
        if state.steps.len() == MAX_STEPS {
            state.steps.pop_front();
        }
        state.steps.push_back(Step { took, traffic });
        (state.looked_at, state.counted) = (now, counted);
    }

    /// Shows the steps, the oldest first.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&VecDeque<Step>) -> R) -> R {
        read(&self.state.lock().steps)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::StatusCode;

    use super::*;
    use crate::http::request::rate_limits::{RateLimiter, RateLimits};
    use crate::http::routes::operations;

    fn server() -> ServerMetrics {
        ServerMetrics::new(operations(), 1, 16, Arc::new(RateLimiter::new(RateLimits::OFF)))
    }

    fn answer(server: &ServerMetrics, operation: Option<&str>, status: StatusCode) {
        let named = |name| server.operations.iter().copied().find(|operation| operation.name == name);
        let operation = operation.and_then(named);
        let worker = &server.workers[0];
        worker.finish(worker.begin(), operation, status);
    }

    #[test]
    fn a_step_has_what_came_in_it_by_kind() {
        let (server, began) = (server(), Instant::now());
        let history = History::new(began);
        for (operation, status) in [
            (Some("list_questions"), StatusCode::OK),
            (Some("list_answers"), StatusCode::SERVICE_UNAVAILABLE),
            (Some("vote_answer"), StatusCode::NO_CONTENT),
            (Some("readyz"), StatusCode::SERVICE_UNAVAILABLE),
            (None, StatusCode::NOT_FOUND),
        ] {
            answer(&server, operation, status);
        }
        history.step(&server, began + STEP);
        answer(&server, Some("add_question"), StatusCode::CREATED);
        history.step(&server, began + STEP * 3);
        let seen = |step: &Step| {
            let Traffic { lists, writes } = &step.traffic;
            (step.took, [lists, writes].map(|tally| (tally.seconds.count(), tally.failed)))
        };
        let steps: Vec<_> = history.read(|steps| steps.iter().map(seen).collect());
        assert_eq!(steps, [(STEP, [(2, 1), (1, 0)]), (STEP * 2, [(0, 0), (1, 0)])]);
    }

    #[test]
    fn no_more_steps_are_kept_than_may_be() {
        let (server, began) = (server(), Instant::now());
        let history = History::new(began);
        let mut now = began;
        for number in 0..MAX_STEPS + 7 {
            if number == 6 || number == 7 {
                answer(&server, Some("list_questions"), StatusCode::OK);
            }
            now += STEP;
            history.step(&server, now);
        }
        // At the same moment nothing can have come.
        history.step(&server, now);
        let lists = |step: &Step| step.traffic.lists.seconds.count();
        let lists: Vec<u64> = history.read(|steps| steps.iter().map(lists).collect());
        assert_eq!((lists.len(), lists[0], lists.iter().sum::<u64>()), (MAX_STEPS, 1, 1));
    }
}
