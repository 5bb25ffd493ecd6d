//! The one list of metrics, in the text format of `OpenMetrics`, which Prometheus reads.
//! Deliberately absent: counting (`metrics`, `service`).
//!
//! Names follow Prometheus' conventions: `_total` for what only grows, base units, and no label
//! whose values a client can choose.

use std::collections::BTreeMap;
use std::fmt::Error;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, EncodeMetric as _,
    MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::metrics::{RouteTotals, ServerMetrics};
use super::process::ProcessFacts;
use super::process::ProcessNumbers;
use crate::service::{
    BatchStatistics, Failure, ModerationStatistics, QueueLength, Service, Statistics, ViewStatistics,
};
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
    moderation: ModerationStatistics,
    process: ProcessNumbers,
    facts: ProcessFacts,
}

impl Exposition {
    /// Reads the numbers.
    pub(crate) async fn take(server: &ServerMetrics, service: &Service, facts: &ProcessFacts) -> Self {
        Self {
            routes: server.routes(),
            connections: server.connections() as u64,
            max_connections: server.max_connections as u64,
            accepted: server.accepted.load(Ordering::Relaxed),
            refused: server.refused.load(Ordering::Relaxed),
            limited: server.rate_limiter.refused().collect(),
            stopping: server.stopping.load(Ordering::Acquire),
            service: service.statistics(),
            moderation: service.moderation_statistics().await,
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
        self.moderation(&mut page)?;
        self.process(&mut page)
    }
}

impl Exposition {
    fn requests(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let by_code = self.routes.iter().flat_map(|RouteTotals { route, codes, .. }| {
            let shown = codes.iter().filter(|(code, count)| *count > 0 || *code == Some(ALWAYS_SHOWN));
            shown.map(|(code, count)| {
                let code = code.map_or_else(|| "other".to_owned(), |code| code.to_string());
                ([("route", (*route).to_owned()), ("code", code)], count)
            })
        });
        page.family("atelier_http_requests", MetricType::Counter, by_code, counter)?;
        let by_route = self.routes.iter().map(|totals| ([("route", totals.route)], &totals.seconds));
        page.family("atelier_http_request_duration_seconds", MetricType::Histogram, by_route, histogram)?;
        let by_kind = self.limited.iter().map(|(kind, count)| ([("kind", *kind)], count));
        page.family("atelier_http_rate_limited", MetricType::Counter, by_kind, counter)
    }

    fn connections(&self, page: &mut Page<'_>) -> Result<(), Error> {
        page.gauge("atelier_http_connections", self.connections)?;
        page.gauge("atelier_http_max_connections", self.max_connections)?;
        page.counter("atelier_http_connections_accepted", self.accepted)?;
        page.counter("atelier_http_connections_refused", self.refused)?;
        page.gauge("atelier_stopping", u64::from(self.stopping))
    }

    fn views(&self, page: &mut Page<'_>) -> Result<(), Error> {
        use MetricType::{Counter, Gauge};

        let Statistics { questions, reviews, catalogue, .. } = &self.service;
        let kinds = [
            ([("kind", "questions")], questions),
            ([("kind", "reviews")], reviews),
            ([("kind", "catalogue")], catalogue),
        ];
        let of_kinds = |read: fn(&ViewStatistics) -> &u64| kinds.map(|(labels, of)| (labels, read(of)));
        page.family("atelier_views", Gauge, of_kinds(|of| &of.kept), gauge)?;
        page.family("atelier_views_bytes", Gauge, of_kinds(|of| &of.bytes), gauge)?;
        page.family("atelier_views_max_bytes", Gauge, of_kinds(|of| &of.max_bytes), gauge)?;
        page.family("atelier_views_hits", Counter, of_kinds(|of| &of.hits), counter)?;
        page.family("atelier_views_misses", Counter, of_kinds(|of| &of.misses), counter)?;
        page.family("atelier_views_loads", Counter, of_kinds(|of| &of.loads), counter)?;
        page.family("atelier_views_evictions", Counter, of_kinds(|of| &of.evictions), counter)
    }

    fn store(&self, page: &mut Page<'_>) -> Result<(), Error> {
        use MetricType::{Counter, Gauge, Histogram};

        let Statistics { reads, writes, failures, .. } = &self.service;
        let batches = [([("direction", "read")], reads), ([("direction", "write")], writes)];
        let by_direction =
            |read: fn(&BatchStatistics) -> &u64| batches.map(|(labels, of)| (labels, read(of)));
        let sizes = batches.map(|(labels, of)| (labels, &of.sizes));
        page.family("atelier_batch_size_requests", Histogram, sizes, histogram)?;
        let seconds = batches.map(|(labels, of)| (labels, &of.seconds));
        page.family("atelier_batch_duration_seconds", Histogram, seconds, histogram)?;
        page.family("atelier_queue_length", Gauge, by_direction(|of| &of.waiting), gauge)?;
        page.family("atelier_queue_max_length", Gauge, by_direction(|of| &of.max_waiting), gauge)?;
        page.family("atelier_queue_refused", Counter, by_direction(|of| &of.refused), counter)?;
        let by_kind = failures.iter().map(|(failure, count)| ([("kind", failure_name(*failure))], count));
        page.family("atelier_store_failures", Counter, by_kind, counter)?;
        page.gauge("atelier_fill_damaged_products", self.service.damaged_products)?;
        page.gauge("atelier_store_receives_changes", u64::from(self.service.receives_changes))
    }

    fn moderation(&self, page: &mut Page<'_>) -> Result<(), Error> {
        use MetricType::{Counter, Gauge};

        let ModerationStatistics { decisions, holds, queue } = &self.moderation;
        let by_reason = decisions.iter().map(|(reason, count)| ([("reason", reason.name())], count));
        page.family("atelier_moderation_decisions", Counter, by_reason, counter)?;
        let by_rule = holds.iter().map(|(rule, count)| ([("rule", rule.name())], count));
        page.family("atelier_moderation_holds", Counter, by_rule, counter)?;
        // While the store does not say how much waits, nothing is claimed.
        let Some(queue) = queue else { return Ok(()) };
        let by_class = |read: fn(&QueueLength) -> &u64| {
            queue.each_ref().map(|of| ([("class", of.class.name())], read(of)))
        };
        page.family("atelier_moderation_queue_length", Gauge, by_class(|of| &of.rows), gauge)?;
        page.family("atelier_moderation_oldest_seconds", Gauge, by_class(|of| &of.oldest_s), gauge)
    }

    fn process(&self, page: &mut Page<'_>) -> Result<(), Error> {
        let ProcessFacts { store, started_at_s, dropped_log_lines } = &self.facts;
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("store", *store)];
        Info::new(&labels[..]).encode(page.begin("atelier_build", MetricType::Info)?)?;
        page.counter("atelier_log_lines_dropped", dropped_log_lines.load(Ordering::Relaxed))?;
        page.gauge("process_start_time_seconds", *started_at_s)?;
        let numbers = &self.process;
        if let Some(bytes) = numbers.resident_bytes {
            page.gauge("process_resident_memory_bytes", bytes)?;
        }
        if let Some(seconds) = numbers.cpu_seconds {
            page.counter("process_cpu_seconds", seconds)?;
        }
        if let Some(count) = numbers.open_descriptors {
            page.gauge("process_open_fds", count)?;
        }
        if let Some(count) = numbers.max_descriptors {
            page.gauge("process_max_fds", count)?;
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

/// What each metric counts, by its name.
static HELP: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("help.toml")).expect("tests read it at each scrape"));

/// What is written to.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    /// Begins a metric.
    fn begin<'s>(&'s mut self, name: &'s str, kind: MetricType) -> Result<MetricEncoder<'s>, Error> {
        self.0.encode_descriptor(name, &HELP[name], None, kind)
    }

    fn gauge(&mut self, name: &str, value: impl EncodeGaugeValue) -> Result<(), Error> {
        gauge(self.begin(name, MetricType::Gauge)?, &value)
    }

    /// `_total` is added by the format's writer.
    fn counter(&mut self, name: &str, value: impl EncodeCounterValue) -> Result<(), Error> {
        counter(self.begin(name, MetricType::Counter)?, &value)
    }

    /// A metric with several values, told apart by their labels.
    fn family<'v, L: EncodeLabelSet, V: 'v>(
        &mut self,
        name: &str,
        kind: MetricType,
        values: impl IntoIterator<Item = (L, &'v V)>,
        write: impl Fn(MetricEncoder<'_>, &V) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut metric = self.begin(name, kind)?;
        values.into_iter().try_for_each(|(labels, value)| write(metric.encode_family(&labels)?, value))
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
