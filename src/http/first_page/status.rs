//! The figures that the page and `/status.json` tell, at one moment: what is counted anyway, read and never counted anew.
//! The names of the members are what scripts rely on, and are described in `openapi::figures`.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

use super::FirstPage;
use crate::http::dispatch::{App, kind_of_write};
use crate::http::health;
use crate::http::history::{STEP, Step, Tally, Traffic, failed};
use crate::http::metrics::{RouteTotals, ServerMetrics};
use crate::http::routes::{self, Operation};
use crate::service::Distribution;

/// What is running and how it does.
#[derive(Debug, Serialize)]
pub(in crate::http) struct Status {
    pub(super) version: &'static str,
    pub(super) store: &'static str,
    pub(super) state: &'static str,
    #[serde(skip)]
    pub(super) is_ready: bool,
    pub(super) hears_changes: bool,
    pub(super) uptime_s: u64,
    pub(super) connections: Connections,
    pub(super) memory: Memory,
    pub(super) last_minutes: LastMinutes,
    pub(super) routes: Vec<Route>,
}

#[derive(Debug, Serialize)]
pub(super) struct Connections {
    pub(super) open: usize,
    pub(super) max: usize,
}

/// What is kept ready.
#[derive(Debug, Serialize)]
pub(super) struct Memory {
    pub(super) products: u64,
    pub(super) questions: u64,
    pub(super) answers: u64,
    pub(super) bytes: u64,
    pub(super) max_bytes: u64,
}

/// A route's requests since the start.
#[derive(Debug, Serialize)]
pub(super) struct Route {
    pub(super) route: &'static str,
    #[serde(skip)]
    pub(super) operation: Option<Operation>,
    pub(super) method: Option<String>,
    pub(super) path: Option<&'static str>,
    pub(super) answered: u64,
    pub(super) refused: u64,
    pub(super) failed: u64,
    pub(super) p50_s: Option<f64>,
    pub(super) p99_s: Option<f64>,
    #[serde(skip)]
    pub(super) seconds: Distribution,
}

/// The history.
#[derive(Debug, Serialize)]
pub(super) struct LastMinutes {
    step_s: u64,
    pub(super) lists: Series,
    pub(super) writes: Series,
}

/// The history of a kind of requests, the oldest step first.
#[derive(Debug, Serialize)]
pub(super) struct Series {
    pub(super) answered: u64,
    pub(super) failed: u64,
    pub(super) p50_s: Option<f64>,
    pub(super) p99_s: Option<f64>,
    pub(super) each_a_second: Vec<f64>,
    pub(super) each_p50_s: Vec<Option<f64>>,
    pub(super) each_p99_s: Vec<Option<f64>>,
}

impl Status {
    /// Now. The store is asked whether it can be reached, at most once a second; nothing else is.
    pub(super) async fn take(app: &App, page: &FirstPage) -> Self {
        let state = health::state(&app.service, &app.server).await;
        let statistics = app.service.statistics();
        let views = statistics.views;
        Self {
            version: env!("CARGO_PKG_VERSION"),
            store: app.service.store_name(),
            state: state.unwrap_or_else(|why| why),
            is_ready: state.is_ok(),
            hears_changes: statistics.hears_changes,
            uptime_s: page.started.elapsed().as_secs(),
            connections: Connections { open: app.server.connections(), max: app.server.max_connections },
            memory: Memory {
                products: views.kept,
                questions: views.questions,
                answers: views.answers,
                bytes: views.bytes,
                max_bytes: views.max_bytes,
            },
            last_minutes: page.history.read(LastMinutes::of),
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
            each_a_second: steps.iter().map(a_second).collect(),
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
    let described: Vec<_> = routes::described()
        .flat_map(|row| {
            row.operations.into_iter().map(move |(method, operation)| (operation, method, row.pattern))
        })
        .collect();
    let route = |totals: RouteTotals| {
        let place = described.iter().find(|(operation, ..)| Some(*operation) == totals.operation);
        Route {
            route: totals.route,
            operation: totals.operation,
            method: place.map(|(_, method, _)| method.to_string()),
            path: place.map(|(.., pattern)| *pattern),
            answered: totals.seconds.count(),
            refused: totals.with_status(|status| (400..500).contains(&status)),
            failed: failed(&totals),
            p50_s: totals.seconds.within(0.5),
            p99_s: totals.seconds.within(0.99),
            seconds: totals.seconds,
        }
    };
    server.routes().into_iter().map(route).collect()
}

impl Route {
    /// Whether it is one of those that shop pages call.
    pub(super) fn is_for_shoppers(&self) -> bool {
        self.operation.is_some_and(|operation| {
            matches!(operation, Operation::ListQuestions | Operation::ListAnswers)
                || kind_of_write(operation).is_some()
        })
    }
}
