//! Counters of requests: how many of each route and status, and how long they took. Each worker has
//! its own, so that counting takes no lock, no shared memory and no lookup. Deliberately absent:
//! the names of metrics (`exposition`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;

use crate::http::operation::Operation;
use crate::http::request::rate_limits::RateLimiter;
use crate::tally::{Distribution, LatencyTally, raise_alone};

/// Every status of a response, the usual ones first.
const CODES: [u16; 20] =
    [200, 204, 304, 201, 404, 422, 429, 503, 400, 401, 403, 405, 408, 409, 412, 413, 415, 414, 428, 431];

/// Most operations that are counted.
pub(crate) const MAX_OPERATIONS: usize = 64;

/// The place of requests without an operation: preflights, unknown paths, wrong methods.
const NO_OPERATION: usize = MAX_OPERATIONS;

/// When a request began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started(Instant);

/// The counters of one worker, which its thread alone writes. They share no cache line with
/// anything else.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct WorkerMetrics {
    routes: [RouteMetrics; MAX_OPERATIONS + 1],
}

impl Default for WorkerMetrics {
    fn default() -> Self {
        Self { routes: std::array::from_fn(|_| RouteMetrics::default()) }
    }
}

#[derive(Debug, Default)]
struct RouteMetrics {
    /// By status; the last one is any other.
    codes: [AtomicU64; CODES.len() + 1],
    latencies: LatencyTally,
}

impl WorkerMetrics {
    /// A request begins: its head has been read.
    #[expect(clippy::unused_self, reason = "a clock of its own may be the worker's one day")]
    #[inline]
    pub(crate) fn begin(&self) -> Started {
        Started(Instant::now())
    }

    /// A request ends: its response has this status and can be sent. Returns how long that took.
    /// Only the worker's thread may call this.
    #[inline]
    pub(crate) fn finish(
        &self,
        started: Started,
        operation: Option<&Operation>,
        status: StatusCode,
    ) -> Duration {
        let took = started.0.elapsed();
        let route =
            &self.routes[operation.map_or(NO_OPERATION, |operation| operation.place.min(NO_OPERATION))];
        let status = status.as_u16();
        let code = CODES.iter().position(|code| *code == status).unwrap_or(CODES.len());
        raise_alone(&route.codes[code], 1);
        route.latencies.count_alone(took);
        took
    }
}

/// What is counted and known of a whole server.
#[derive(Debug)]
pub(crate) struct ServerMetrics {
    /// The operations that are counted, in the order of their places.
    pub(crate) operations: Vec<&'static Operation>,
    pub(crate) workers: Vec<Arc<WorkerMetrics>>,
    /// Connections of each worker.
    pub(crate) connections: Vec<Arc<AtomicUsize>>,
    pub(crate) max_connections: usize,
    pub(crate) rate_limiter: Arc<RateLimiter>,
    /// Connections that were accepted, and those that were closed because there were too many. Only
    /// the acceptor writes them.
    pub(crate) accepted: AtomicU64,
    pub(crate) refused: AtomicU64,
    /// Whether the server is about to stop.
    pub(crate) stopping: AtomicBool,
}

/// The requests of a route, from all workers.
#[derive(Debug)]
pub(crate) struct RouteTotals {
    /// The operation's name, or `none`.
    pub(crate) route: &'static str,
    pub(crate) operation: Option<&'static Operation>,
    /// How many there were of each status; `None` is any other.
    pub(crate) codes: Vec<(Option<u16>, u64)>,
    pub(crate) seconds: Distribution,
}

impl RouteTotals {
    /// How many requests came to one of these statuses.
    pub(crate) fn with_status(&self, is_one: impl Fn(u16) -> bool) -> u64 {
        self.codes.iter().filter(|(code, _)| code.is_some_and(&is_one)).map(|(_, count)| count).sum()
    }
}

impl ServerMetrics {
    /// Of a server that has not begun yet.
    pub(crate) fn new(
        operations: Vec<&'static Operation>,
        workers: usize,
        max_connections: usize,
        rate_limiter: Arc<RateLimiter>,
    ) -> Self {
        let workers = workers.max(1);
        Self {
            operations,
            workers: (0..workers).map(|_| Arc::default()).collect(),
            connections: (0..workers).map(|_| Arc::default()).collect(),
            max_connections,
            rate_limiter,
            accepted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// What was counted of each route.
    pub(crate) fn routes(&self) -> Vec<RouteTotals> {
        self.operations
            .iter()
            .copied()
            .map(Some)
            .chain([None])
            .map(|operation| self.route(operation))
            .collect()
    }

    fn route(&self, operation: Option<&'static Operation>) -> RouteTotals {
        let place = operation.map_or(NO_OPERATION, |operation| operation.place);
        let counted = || self.workers.iter().map(|worker| &worker.routes[place]);
        let sum = |code: usize| counted().map(|route| route.codes[code].load(Ordering::Relaxed)).sum();
        let codes = CODES.into_iter().map(Some).chain([None]);
        let mut seconds = LatencyTally::default().read();
        counted().for_each(|route| seconds.add(&route.latencies.read()));
        RouteTotals {
            route: operation.map_or("none", |operation| operation.name),
            operation,
            codes: codes.enumerate().map(|(place, code)| (code, sum(place))).collect(),
            seconds,
        }
    }

    /// How many connections there are.
    pub(crate) fn connections(&self) -> usize {
        self.connections.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::rate_limits::RateLimits;
    use crate::http::routes::operations;

    fn find(metrics: &ServerMetrics, name: &str) -> Option<&'static Operation> {
        metrics.operations.iter().copied().find(|operation| operation.name == name)
    }

    #[test]
    fn the_counts_of_all_workers_are_added_up() {
        let metrics = ServerMetrics::new(operations(), 2, 16, Arc::new(RateLimiter::new(RateLimits::OFF)));
        let workers = &metrics.workers;
        for (worker, operation, status) in [
            (0, Some("list_questions"), StatusCode::OK),
            (1, Some("list_questions"), StatusCode::OK),
            (1, Some("list_questions"), StatusCode::IM_A_TEAPOT),
            (0, Some("readyz"), StatusCode::SERVICE_UNAVAILABLE),
            (0, None, StatusCode::NOT_FOUND),
        ] {
            let operation = operation.and_then(|name| find(&metrics, name));
            workers[worker].finish(workers[worker].begin(), operation, status);
        }
        let counted = |route: &str| {
            let totals = metrics.routes().into_iter().find(|totals| totals.route == route).expect("a route");
            let codes: Vec<_> = totals.codes.into_iter().filter(|(_, count)| *count > 0).collect();
            (codes, totals.seconds.count())
        };
        assert_eq!(counted("list_questions"), (vec![(Some(200), 2), (None, 1)], 3));
        assert_eq!(counted("readyz"), (vec![(Some(503), 1)], 1));
        assert_eq!(counted("none"), (vec![(Some(404), 1)], 1));
        assert_eq!(counted("vote_answer"), (vec![], 0));
    }
}
