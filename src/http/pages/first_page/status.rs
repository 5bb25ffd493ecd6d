//! The figures of the page and `/status.json` at one moment. Scripts rely on the names of the
//! members, which `openapi/document.json` describes. Deliberately absent: counting
//! (`watch::metrics`).

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

use crate::http::app::App;
use crate::http::operation::{Operation, Purpose};
use crate::http::operations::health;
use crate::http::watch::history::{History, STEP, Step, Tally, Traffic, failed};
use crate::http::watch::metrics::{RouteTotals, ServerMetrics};
use crate::tally::Distribution;

/// What is running and how it does.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) version: &'static str,
    pub(crate) store: &'static str,
    pub(crate) state: &'static str,
    #[serde(skip)]
    pub(crate) is_ready: bool,
    pub(crate) receives_changes: bool,
    pub(crate) uptime_s: u64,
    pub(crate) connections: Connections,
    pub(crate) memory: Memory,
    pub(crate) last_minutes: LastMinutes,
    pub(crate) routes: Vec<Route>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Connections {
    pub(crate) open: usize,
    pub(crate) max: usize,
}

/// What is in memory.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    pub(crate) products: u64,
    pub(crate) questions: u64,
    pub(crate) answers: u64,
    pub(crate) bytes: u64,
    pub(crate) max_bytes: u64,
}

/// A route's requests since the start.
#[derive(Debug, Serialize)]
pub(crate) struct Route {
    pub(crate) route: &'static str,
    #[serde(skip)]
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: Option<&'static str>,
    pub(crate) path: Option<&'static str>,
    pub(crate) answered: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) p50_s: Option<f64>,
    pub(crate) p99_s: Option<f64>,
    #[serde(skip)]
    pub(crate) seconds: Distribution,
}

/// The history.
#[derive(Debug, Serialize)]
pub(crate) struct LastMinutes {
    step_s: u64,
    pub(crate) lists: Series,
    pub(crate) writes: Series,
}

/// The history of a kind of requests, the oldest step first.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) answered: u64,
    pub(crate) failed: u64,
    pub(crate) p50_s: Option<f64>,
    pub(crate) p99_s: Option<f64>,
    pub(crate) per_second: Vec<f64>,
    pub(crate) each_p50_s: Vec<Option<f64>>,
    pub(crate) each_p99_s: Vec<Option<f64>>,
}

impl Status {
    /// Reads the figures. The store is checked at most once a second.
    pub(crate) async fn take(app: &App, history: &History) -> Self {
        let state = health::state(&app.service, &app.server).await;
        let statistics = app.service.statistics();
        let [questions, reviews, catalogue] =
            [statistics.questions, statistics.reviews, statistics.catalogue];
        Self {
            version: env!("CARGO_PKG_VERSION"),
            store: app.service.store_name(),
            state: state.unwrap_or_else(|why| why),
            is_ready: state.is_ok(),
            receives_changes: statistics.receives_changes,
            uptime_s: history.age().as_secs(),
            connections: Connections { open: app.server.connections(), max: app.server.max_connections },
            memory: Memory {
                products: questions.kept.max(reviews.kept).max(catalogue.kept),
                questions: questions.rows[0],
                answers: questions.rows[1],
                bytes: questions.bytes + reviews.bytes + catalogue.bytes,
                max_bytes: questions.max_bytes + reviews.max_bytes + catalogue.max_bytes,
            },
            last_minutes: history.read(LastMinutes::of),
            routes: routes(&app.server),
        }
    }
}

impl LastMinutes {
    fn of(steps: &VecDeque<Step>) -> Self {
        Self {
            step_s: STEP.as_secs(),
            lists: Series::of(steps, |traffic| &traffic.lists),
            writes: Series::of(steps, |traffic| &traffic.writes),
        }
    }
}

impl Series {
    fn of(steps: &VecDeque<Step>, kind: impl Fn(&Traffic) -> &Tally) -> Self {
        let mut all = Tally::none();
        for step in steps {
            all.add(kind(&step.traffic));
        }
        let each = |share| steps.iter().map(|step| kind(&step.traffic).seconds.within(share)).collect();
        let a_second = |step: &Step| a_second(kind(&step.traffic).seconds.count(), step.took);
        Self {
            answered: all.seconds.count(),
            failed: all.failed,
            p50_s: all.seconds.within(0.5),
            p99_s: all.seconds.within(0.99),
            per_second: steps.iter().map(a_second).collect(),
            each_p50_s: each(0.5),
            each_p99_s: each(0.99),
        }
    }
}

/// A rate, to a hundredth.
fn a_second(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "2^53 requests take centuries")]
    let rate = count as f64 / took.as_secs_f64();
    (rate * 100.0).round() / 100.0
}

/// What was counted of each route since the start.
fn routes(server: &ServerMetrics) -> Vec<Route> {
    let route = |totals: RouteTotals| Route {
        route: totals.route,
        operation: totals.operation,
        method: totals.operation.map(|operation| operation.method.as_str()),
        path: totals.operation.map(|operation| operation.path),
        answered: totals.seconds.count(),
        refused: totals.with_status(|status| (400..500).contains(&status)),
        failed: failed(&totals),
        p50_s: totals.seconds.within(0.5),
        p99_s: totals.seconds.within(0.99),
        seconds: totals.seconds,
    };
    server.routes().into_iter().map(route).collect()
}

impl Route {
    /// Whether it is one of those that shop pages call.
    pub(crate) fn is_for_shoppers(&self) -> bool {
        self.operation
            .is_some_and(|operation| !matches!(operation.purpose, Purpose::Moderation | Purpose::Service))
    }
}
