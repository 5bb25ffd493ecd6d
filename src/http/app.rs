//! What operations work with: the service, settings, counters and caches. Deliberately absent:
//! sockets and their buffers (`connection`).

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::HeaderValue;

use super::request::rate_limits::RateLimiter;
use super::response::encoded_pages::EncodedPages;
use super::settings::HttpSettings;
use super::watch::history::History;
use super::watch::metrics::{ServerMetrics, WorkerMetrics};
use crate::service::Service;

/// What operations work with. Each worker has its own, so that the reference counts stay on one
/// core.
pub(crate) struct App {
    pub(crate) service: Arc<Service>,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) rate_limiter: Arc<RateLimiter>,
    /// The description of the interface, once it was requested.
    pub(crate) description: OnceLock<Bytes>,
    /// The `Cache-Control` of lists.
    pub(crate) lists_kept: HeaderValue,
    pub(crate) encoded_pages: Arc<EncodedPages>,
    /// The last minutes, for the page at `/`; `None` without that page.
    pub(crate) history: Option<Arc<History>>,
    /// This worker's own counters.
    pub(crate) metrics: Arc<WorkerMetrics>,
    pub(crate) server: Arc<ServerMetrics>,
}
