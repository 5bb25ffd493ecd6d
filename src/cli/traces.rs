//! Sends spans to an OpenTelemetry collector, by OTLP over HTTP, in batches, from a thread of its
//! own. What spans there are is up to other layers. Built only with the feature `otel`.
//!
//! When the collector is unavailable or slow, spans are lost. Requests never wait for it.

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;

use super::logging::Listener;
use crate::config::ServeOptions;
use crate::service::SPANS_TARGET;

/// Spans that wait to be sent. Further ones are lost.
const MAX_WAITING_SPANS: usize = 8_192;

/// Spans sent at once.
const MAX_SPANS_PER_BATCH: usize = 512;

/// How long the collector may take for a batch.
const SEND_WAIT: Duration = Duration::from_secs(3);

/// How long the end of the process waits for the last spans to be sent.
const FLUSH_WAIT: Duration = Duration::from_secs(2);

/// While it lives, spans are sent. Dropping it sends those that wait.
pub(super) struct Traces(SdkTracerProvider);

/// Begins to send spans, if the options name a collector.
pub(super) fn start(options: &ServeOptions) -> anyhow::Result<Option<(Listener, Traces)>> {
    let Some(endpoint) = &options.otlp_endpoint else { return Ok(None) };
    let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).with_timeout(SEND_WAIT);
    let exporter = exporter.build().with_context(|| format!("cannot send spans to {endpoint}"))?;
    let limits = BatchConfigBuilder::default()
        .with_max_queue_size(MAX_WAITING_SPANS)
        .with_max_export_batch_size(MAX_SPANS_PER_BATCH);
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(limits.build()).build())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(options.trace_ratio))))
        .with_resource(Resource::builder().with_service_name("atelier").with_attribute(version).build())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("atelier"));
    let spans = Targets::new().with_target(SPANS_TARGET, LevelFilter::TRACE);
    Ok(Some((layer.with_filter(spans).boxed(), Traces(provider))))
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH_WAIT) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}
