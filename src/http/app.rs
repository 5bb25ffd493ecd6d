//! What operations work with. Sockets and their buffers are `connection`'s.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::HeaderValue;

use super::request::rate_limits::RateLimiter;
use super::response::encoded_pages::EncodedPages;
use super::settings::HttpSettings;
use super::watch::history::History;
use super::watch::metrics::{ServerMetrics, WorkerMetrics};
use crate::service::Service;

/// What operations work with. Each worker has its own, so that counting references to it stays on one core.
pub(crate) struct App {
    pub(crate) service: Arc<Service>,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) rate_limiter: Arc<RateLimiter>,
    /// The description of the interface, once it was asked for.
    pub(crate) description: OnceLock<Bytes>,
    /// What `Cache-Control` says of lists.
    pub(crate) lists_kept: HeaderValue,
    pub(crate) encoded_pages: Arc<EncodedPages>,
    /// The last minutes, for the page at `/`; `None` without that page.
    pub(crate) history: Option<Arc<History>>,
    /// This worker's own counters.
    pub(crate) metrics: Arc<WorkerMetrics>,
    pub(crate) server: Arc<ServerMetrics>,
}
