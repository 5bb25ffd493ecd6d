//! What operators watch: metrics, the last minutes, the access log, traces. Deliberately absent:
//! anything that changes a response.

pub(crate) mod access_log;
pub(crate) mod exposition;
pub(crate) mod history;
pub(crate) mod metrics;
pub(crate) mod process;
#[cfg(feature = "otel")]
pub(crate) mod trace;
