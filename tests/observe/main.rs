//! What whoever runs the program sees: the metrics, the first page, whether it is alive and ready, its log, and that it obeys its
//! settings. Every test runs the real binary with its ports, on every store, in a place of its own. `names` holds the dashboard, the alerts and the
//! documents to the metrics that there are.

mod access_log;
#[path = "../support/certificate.rs"]
mod certificate;
#[path = "../support/client.rs"]
#[expect(dead_code, reason = "the contract's tests use the rest")]
mod client;
#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/control.rs"]
#[expect(dead_code, reason = "tests of outages use the rest")]
mod control;
#[path = "../support/every_store.rs"]
mod every_store;
#[path = "../support/exchange.rs"]
mod exchange;
mod first_page;
mod health;
mod metrics;
mod names;
#[path = "../support/place.rs"]
mod place;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "other suites use the rest")]
mod program;
mod readiness;
mod settings;
#[cfg(feature = "otel")]
mod traces;
mod watched;
