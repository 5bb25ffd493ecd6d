//! The one list of metrics, in the text format of `OpenMetrics`, which Prometheus reads.
//! Deliberately absent: counting (`metrics`, `service`).
//!
//! Names follow Prometheus' conventions: `_total` for what only grows, base units, and no label
//! whose values a client can choose.

use std::fmt::Error;
use std::sync::atomic::Ordering;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric as _, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::metrics::{RouteTotals, ServerMetrics};
use super::process::ProcessFacts;
use super::process::ProcessNumbers;
use crate::service::{BatchStatistics, Failure, Service, Statistics};
use crate::tally::Distribution;

/// What the text is.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A status whose count is shown even while it is 0, because alerts compare it with its past.
const ALWAYS_SHOWN: u16 = 503;

/// All numbers at one moment.
#[derive(Debug)]
pub(crate) struct Exposition {
    routes: Vec<RouteTotals>,
    connections: u64,
    max_connections: u64,
    accepted: u64,
    refused: u64,
    limited: Vec<(&'static str, u64)>,
    stopping: bool,
    service: Statistics,
    process: ProcessNumbers,
    facts: ProcessFacts,
}

impl Exposition {
    /// Reads the numbers.
    pub(crate) fn take(server: &ServerMetrics, service: &Service, facts: &ProcessFacts) -> Self {
        Self {
            routes: server.routes(),
            connections: server.connections() as u64,
            max_connections: server.max_connections as u64,
            accepted: server.accepted.load(Ordering::Relaxed),
            refused: server.refused.load(Ordering::Relaxed),
            limited: server.rate_limiter.refused().collect(),
            stopping: server.stopping.load(Ordering::Acquire),
            service: service.statistics(),
            process: ProcessNumbers::read(),
            facts: facts.clone(),
        }
    }

    /// Writes them.
    pub(crate) fn into_text(self) -> Result<String, Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

impl Collector for Exposition {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut page = Page(encoder);
        self.requests(&mut page)?;
        self.connections(&mut page)?;
        self.views(&mut page)?;
        self.store(&mut page)?;
        self.process(&mut page)
    }
}

impl Exposition {
    fn requests(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let mut metric =
            page.begin("atelier_http_requests", "Requests that had a response.", MetricType::Counter)?;
        for RouteTotals { route, codes, .. } in &self.routes {
            for (code, count) in
                codes.iter().filter(|(code, count)| *count > 0 || *code == Some(ALWAYS_SHOWN))
            {
                let code = code.map_or_else(|| "other".to_owned(), |code| code.to_string());
                let labels = [("route", *route), ("code", code.as_str())];
                counter(metric.encode_family(&labels)?, count)?;
            }
        }
        let help = "Latency of requests, from the end of the head until the response is ready to be sent.";
        let mut metric = page.begin("atelier_http_request_duration_seconds", help, MetricType::Histogram)?;
        for RouteTotals { route, seconds, .. } in &self.routes {
            histogram(metric.encode_family(&[("route", *route)])?, seconds)?;
        }
        let help = "Responses 429, by the kind of write whose allowance was used up.";
        let mut metric = page.begin("atelier_http_rate_limited", help, MetricType::Counter)?;
        for (kind, count) in &self.limited {
            counter(metric.encode_family(&[("kind", *kind)])?, count)?;
        }
        Ok(())
    }

    fn connections(&self, page: &mut Page<'_>) -> Result<(), Error> {
        page.gauge("atelier_http_connections", "Open connections.", self.connections)?;
        let help = "Most open connections (--max-connections).";
        page.gauge("atelier_http_max_connections", help, self.max_connections)?;
        page.counter("atelier_http_connections_accepted", "Accepted connections.", self.accepted)?;
        let help = "Connections that were closed at once, because too many were open.";
        page.counter("atelier_http_connections_refused", help, self.refused)?;
        page.gauge("atelier_stopping", "1 while the server is stopping.", u64::from(self.stopping))
    }

    fn views(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let views = &self.service.views;
        page.gauge("atelier_views", "Products in memory.", views.kept)?;
        page.gauge("atelier_views_bytes", "Memory that they use.", views.bytes)?;
        page.gauge(
            "atelier_views_max_bytes",
            "Most memory that they may use (--max-product-cache).",
            views.max_bytes,
        )?;
        page.counter("atelier_views_hits", "Lists that were served from memory.", views.hits)?;
        page.counter("atelier_views_misses", "Lists that waited for the store.", views.misses)?;
        page.counter(
            "atelier_views_loads",
            "Products that were read from the store for lists that waited.",
            views.loads,
        )?;
        let help = "Products that were evicted from memory.";
        page.counter("atelier_views_evictions", help, views.evictions)
    }

    fn store(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let directions = [("read", &self.service.reads), ("write", &self.service.writes)];
        let mut metric = page.begin(
            "atelier_batch_size_requests",
            "Requests in a batch to the store.",
            MetricType::Histogram,
        )?;
        for (direction, BatchStatistics { sizes, .. }) in directions {
            histogram(metric.encode_family(&[("direction", direction)])?, sizes)?;
        }
        let help = "How long a batch took in the store, with the update of memory.";
        let mut metric = page.begin("atelier_batch_duration_seconds", help, MetricType::Histogram)?;
        for (direction, BatchStatistics { seconds, .. }) in directions {
            histogram(metric.encode_family(&[("direction", direction)])?, seconds)?;
        }
        let mut metric =
            page.begin("atelier_queue_length", "Requests in the queue for the store.", MetricType::Gauge)?;
        for (direction, batches) in directions {
            gauge(metric.encode_family(&[("direction", direction)])?, &batches.waiting)?;
        }
        let help = "Most requests in the queue (--max-queued-requests).";
        let mut metric = page.begin("atelier_queue_max_length", help, MetricType::Gauge)?;
        for (direction, batches) in directions {
            gauge(metric.encode_family(&[("direction", direction)])?, &batches.max_waiting)?;
        }
        let help = "Requests that were refused because the queue was full.";
        let mut metric = page.begin("atelier_queue_refused", help, MetricType::Counter)?;
        for (direction, batches) in directions {
            counter(metric.encode_family(&[("direction", direction)])?, &batches.refused)?;
        }
        let help = "Failures of the store, by kind; a batch counts once.";
        let mut metric = page.begin("atelier_store_failures", help, MetricType::Counter)?;
        for (failure, count) in &self.service.failures {
            counter(metric.encode_family(&[("kind", failure_name(*failure))])?, count)?;
        }
        let help = "Damaged products that the last background fill left out.";
        page.gauge("atelier_fill_damaged_products", help, self.service.damaged_products)?;
        let help = "1 while changes by other processes are received; always 1 with SQLite.";
        page.gauge("atelier_store_receives_changes", help, u64::from(self.service.receives_changes))
    }

    fn process(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let ProcessFacts { store, started_at_s, dropped_log_lines } = &self.facts;
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("store", *store)];
        let metric = page.begin("atelier_build", "What is running.", MetricType::Info)?;
        Info::new(&labels[..]).encode(metric)?;
        let dropped = dropped_log_lines.load(Ordering::Relaxed);
        let help = "Lines of the log that were dropped because they were not written fast enough.";
        page.counter("atelier_log_lines_dropped", help, dropped)?;
        page.gauge("process_start_time_seconds", "When the process started.", *started_at_s)?;
        let numbers = &self.process;
        if let Some(bytes) = numbers.resident_bytes {
            page.gauge("process_resident_memory_bytes", "Memory in use.", bytes)?;
        }
        if let Some(seconds) = numbers.cpu_seconds {
            page.counter("process_cpu_seconds", "Processor time in user and system mode.", seconds)?;
        }
        if let Some(count) = numbers.open_descriptors {
            page.gauge("process_open_fds", "Open file descriptors.", count)?;
        }
        if let Some(count) = numbers.max_descriptors {
            page.gauge("process_max_fds", "Most open file descriptors.", count)?;
        }
        Ok(())
    }
}

fn failure_name(failure: Failure) -> &'static str {
    match failure {
        Failure::Load => "load",
        Failure::LookUp => "look_up",
        Failure::Commit => "commit",
        Failure::Timeout => "timeout",
        Failure::Fill => "fill",
        Failure::Housekeeping => "housekeeping",
    }
}

/// What is written to.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    /// Begins a metric.
    fn begin<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, Error> {
        // The full stop is added by the format's writer.
        self.0.encode_descriptor(name, help.trim_end_matches('.'), None, kind)
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> Result<(), Error> {
        gauge(self.begin(name, help, MetricType::Gauge)?, &value)
    }

    /// `_total` is added by the format's writer.
    fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> Result<(), Error> {
        counter(self.begin(name, help, MetricType::Counter)?, &value)
    }
}

fn gauge(mut metric: MetricEncoder<'_>, value: &impl EncodeGaugeValue) -> Result<(), Error> {
    metric.encode_gauge(value)
}

fn counter(mut metric: MetricEncoder<'_>, value: &impl EncodeCounterValue) -> Result<(), Error> {
    metric.encode_counter::<NoLabelSet, _, u64>(value, None)
}

fn histogram(mut metric: MetricEncoder<'_>, values: &Distribution) -> Result<(), Error> {
    metric.encode_histogram::<NoLabelSet>(values.sum, values.count(), &values.buckets, None)
}
