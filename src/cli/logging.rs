//! The log of `serve`: which lines, in which form. They go to standard error through `log_buffer`.

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

/// Whoever else is told of what is logged.
pub(super) type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// Begins to log. Lines are written as long as the thread is kept; the buffer tells how many were lost.
pub(super) fn start(
    filter: &LogFilter,
    format: LogFormat,
    others: Vec<Listener>,
) -> anyhow::Result<(LogBuffer, LogThread)> {
    let (buffer, thread) = LogBuffer::start(std::io::stderr()).context("no thread for the log")?;
    let filter = EnvFilter::try_new(filter.as_str()).context("a filter")?;
    // Which requests are logged is said by --access-log alone.
    let access = Directive::from_str(&format!("{ACCESS_LOG_TARGET}=info")).context("a filter")?;
    let no_spans = Directive::from_str(&format!("{SPANS_TARGET}=off")).context("a filter")?;
    let lines: Listener = match format {
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal());
            lines.with_writer(buffer.clone()).boxed()
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
            lines.with_writer(buffer.clone()).boxed()
        }
    };
    let filter = filter.add_directive(access).add_directive(no_spans);
    let mut listeners = vec![lines.with_filter(filter).boxed()];
    listeners.extend(others);
    tracing_subscriber::registry().with(listeners).init();
    Ok((buffer, thread))
}
