//! The log of `serve`: which lines there are and in which form. They go to standard error through
//! `log_buffer`; nothing is written here.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::str::FromStr;

use anyhow::Context as _;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use super::log_buffer::{LogBuffer, LogThread};
use crate::config::{LogFilter, LogFormat};
use crate::http::ACCESS_LOG_TARGET;
use crate::service::SPANS_TARGET;

/// Another receiver of what is logged.
pub(super) type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// Begins to log. Lines are written as long as the thread is kept; the buffer counts lost lines.
pub(super) fn start(
    filter: &LogFilter,
    format: LogFormat,
    others: Vec<Listener>,
) -> anyhow::Result<(LogBuffer, LogThread)> {
    let (buffer, thread) = LogBuffer::start(std::io::stderr()).context("no thread for the log")?;
    let lines = tracing_subscriber::fmt::layer().with_ansi(is_colored());
    let writer = buffer.clone();
    let lines = lines.with_writer(move || writer.clone());
    let lines: Listener = match format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // --access-log alone decides which requests are logged.
    let access = Directive::from_str(&format!("{ACCESS_LOG_TARGET}=info")).context("a filter")?;
    let no_spans = Directive::from_str(&format!("{SPANS_TARGET}=off")).context("a filter")?;
    let filter = EnvFilter::try_new(filter.as_str()).context("a filter")?;
    let filter = filter.add_directive(access).add_directive(no_spans);
    let mut listeners = vec![lines.with_filter(filter).boxed()];
    listeners.extend(others);
    tracing_subscriber::registry().with(listeners).init();
    Ok((buffer, thread))
}

/// Whether the log has colours: on a terminal, unless `NO_COLOR` is set and not empty
/// (no-color.org).
fn is_colored() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value == OsStr::new(""))
}
