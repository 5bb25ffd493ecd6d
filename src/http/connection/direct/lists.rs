//! Writes cached lists without `dispatch`. The service decides their content.

use http::{Method, StatusCode};

use super::DirectConnection;
use super::buffers::WorkerBuffers;
use crate::http::app::App;
use crate::http::request::query::ListQuery;
use crate::http::response::cors::CorsOrigins;
use crate::http::routes::{Destination, find};
use crate::http::watch::access_log::LoggedRequests;

impl<S> DirectConnection<'_, S> {
    /// Writes a list, if the request asks for one and its view is cached.
    pub(super) fn list_from_memory(&self, target: &str, buffers: &mut WorkerBuffers) -> bool {
        let App { settings, metrics, .. } = self.app;
        // Responses for listed origins depend on the origin. Traces and log lines need more than
        // the head that is read here.
        let is_told = cfg!(feature = "otel") || settings.access_log.requests == LoggedRequests::All;
        if is_told || settings.cors_origins != CorsOrigins::Any {
            return false;
        }
        let began = metrics.begin();
        let Some(target) = target.strip_prefix(settings.path_prefix.as_str()) else { return false };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let Destination::Found(row, variables) = find(&Method::GET, path) else { return false };
        let Some(from_memory) = row.from_memory else { return false };
        if !settings.services.serve(row.operation.part) {
            return false;
        }
        let start = buffers.begin_list(self.app, self.state);
        let tag = from_memory(self.app, &ListQuery::parse(query), &variables, &mut buffers.output);
        buffers.end_list(start, tag);
        if tag.is_some() {
            metrics.finish(began, Some(&row.operation), StatusCode::OK);
        }
        tag.is_some()
    }
}
