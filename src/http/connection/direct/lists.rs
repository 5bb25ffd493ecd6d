//! Lists that are in memory, written without going through `dispatch`. What a list holds is the service's.

use http::{Method, StatusCode};

use super::DirectConnection;
use super::buffers::WorkerBuffers;
use crate::domain::{Id as _, QuestionId};
use crate::http::app::App;
use crate::http::request::query::ListQuery;
use crate::http::response::cors::CorsOrigins;
use crate::http::routes::{Destination, Operation, find};
use crate::http::watch::access_log::LoggedRequests;

impl<S> DirectConnection<'_, S> {
    /// Writes a list, if that is what is asked for and its view is in memory.
    pub(super) fn list_from_memory(&self, target: &str, buffers: &mut WorkerBuffers) -> bool {
        let App { service, settings, metrics, .. } = self.app;
        // Responses for listed origins depend on who asks; traces and lines of a log tell of more than a head has here.
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
        let Destination::Operation(operation, segment) = find(&Method::GET, path) else { return false };
        let query = ListQuery::parse(query);
        let page = query.page(service.settings().max_page_size);
        let start = buffers.begin_list(self.app, self.state);
        let output = &mut buffers.output;
        let tag = match operation {
            Operation::ListQuestions => (query.product_id().ok())
                .and_then(|product_id| service.list_questions_from_memory(product_id, page, output)),
            Operation::ListAnswers => (QuestionId::parse(segment).ok())
                .and_then(|question_id| service.list_answers_from_memory(question_id, page, output)),
            _ => None,
        };
        buffers.end_list(start, tag);
        if tag.is_some() {
            metrics.finish(began, Some(operation), StatusCode::OK);
        }
        tag.is_some()
    }
}
