//! A span for each request, the child of the one that its `traceparent` names (W3C Trace Context).
//! Built with the feature `otel` alone. Deliberately absent: queries, paths as they were sent,
//! texts.

use std::future::Future;

use http::HeaderMap;
use http::request::Parts as Head;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Instrument as _;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::http::operation::Operation;
use crate::http::response::reply::Responded;
use crate::service::SPANS_TARGET;

/// Responds to a request within a span.
pub(crate) async fn request(
    head: &Head,
    operation: Option<&Operation>,
    answering: impl Future<Output = Responded>,
) -> Responded {
    let name = operation.map_or("none", |operation| operation.name);
    let span = tracing::info_span!(
        target: SPANS_TARGET,
        "request",
        otel.name = name,
        otel.kind = "server",
        http.route = name,
        http.response.status_code = Empty,
        otel.status_code = Empty,
    );
    // It fails where no traces are sent.
    let _ = span.set_parent(caller(&head.headers));
    let answered = answering.instrument(span.clone()).await;
    let (Ok(response) | Err(response)) = &answered;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    answered
}

/// The sender's span, if the request names one.
fn caller(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
