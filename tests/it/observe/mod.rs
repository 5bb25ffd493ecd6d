//! What operators see: metrics, the first page, probes, the log, and that settings are obeyed.
//! Every test runs the real program with its ports, on every store, with files and databases of its
//! own. `names` compares the dashboard, the alerts and the documents with the metrics that there
//! are.

mod access_log;
mod first_page;
mod health;
mod metrics;
mod moderation;
mod names;
mod readiness;
mod settings;
#[cfg(feature = "otel")]
mod traces;
mod watched;
