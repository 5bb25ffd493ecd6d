//! From a request to its answer: path, method, operation, and the headers that every answer carries.

use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts as Head;
use http::{HeaderMap, Request, Response};

use super::app::App;
use super::openapi;
use super::operations::{answers, health, questions};
use super::pages::{docs, first_page};
use super::request::body::Payload;
use super::request::request_id;
use super::response::allowance::Allowance;
use super::response::caching;
use super::response::cors::{self, CorsOrigins};
use super::response::problem::{Problem, explanation};
use super::response::reply::{Reply, Responded};
use super::routes::{Destination, Operation, find};
use super::watch::access_log::{AccessLog, Exchange};

/// Answers a request, whatever it is.
pub(crate) async fn respond(app: &App, peer: IpAddr, request: Request<Payload>) -> Response<Bytes> {
    // Already begun when its body came later than its head.
    let started = request.extensions().get().copied().unwrap_or_else(|| app.metrics.begin());
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().strip_prefix(app.settings.path_prefix.as_str());
    let destination = path.map_or(Destination::UnknownPath, |path| find(&head.method, path));
    let (operation, segment) = match destination {
        Destination::Operation(operation, segment) => (Some(operation), segment),
        _ => (None, ""),
    };
    let answering = answer(app, peer, &head, destination, &mut body);
    #[cfg(feature = "otel")]
    let answering = crate::http::watch::trace::request(&head, operation, answering);
    let mut response = match answering.await {
        Ok(response) | Err(response) => response,
    };
    finish(&app.settings.cors_origins, &head.headers, &mut response);
    let status = response.status();
    let took = app.metrics.finish(started, operation, status);
    if app.settings.access_log.wants(status, took) {
        let bytes = response.body().len() as u64;
        AccessLog::note(&Exchange { head: &head, operation, segment, status, bytes, took });
    }
    response
}

/// Adds what every answer carries.
pub(crate) fn finish(cors: &CorsOrigins, request: &HeaderMap, response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    cors.stamp(request, headers);
    caching::set(headers, caching::NO_SNIFFING);
    request_id::stamp(request, headers);
}

async fn answer(
    app: &App,
    peer: IpAddr,
    head: &Head,
    destination: Destination<'_>,
    body: &mut Payload,
) -> Responded {
    let prefix = app.settings.path_prefix.as_str();
    let path = head.uri.path();
    let (operation, segment) = match destination {
        Destination::Operation(operation, segment) => (operation, segment),
        Destination::Options { operation, .. } | Destination::WrongMethod { operation, .. }
            if app.history.is_none() && operation.is_some_and(Operation::tells_figures) =>
        {
            return Err(Problem::UnknownPath.into_response(&head.headers, path, prefix));
        }
        Destination::Options { allow, .. } => return Ok(cors::options(allow)),
        Destination::WrongMethod { operation, segment, allow } => {
            let problem = operation.and_then(|operation| operation.check_id(segment).err());
            let problem = problem.unwrap_or(Problem::WrongMethod { allow });
            return Err(problem.into_response(&head.headers, path, prefix));
        }
        Destination::UnknownPath => {
            return Err(Problem::UnknownPath.into_response(&head.headers, path, prefix));
        }
    };
    let allowance = count_write(app, peer, head, operation, segment)
        .map_err(|problem| problem.into_response(&head.headers, path, prefix))?;
    let result = match operation {
        Operation::ListQuestions => questions::list(app, head).await,
        Operation::AddQuestion => questions::add(app, head, body).await,
        Operation::ListAnswers => answers::list(app, segment, head).await,
        Operation::AddAnswer => answers::add(app, segment, head, body).await,
        Operation::VoteQuestion => questions::vote(app, segment).await,
        Operation::ReportQuestion => questions::report(app, segment).await,
        Operation::VoteAnswer => answers::vote(app, segment).await,
        Operation::ReportAnswer => answers::report(app, segment).await,
        Operation::ExplainProblem => explanation(segment).map(Reply::Text).ok_or(Problem::UnknownPath),
        Operation::DescribeApi => Ok(Reply::Json(description(app))),
        Operation::BrowseApi => Ok(docs::page()),
        Operation::Livez => Ok(Reply::State(health::livez())),
        Operation::Readyz => health::readyz(&app.service, &app.server).await.map(Reply::State),
        Operation::FirstPage => first_page::page(app, path).await,
        Operation::Status => first_page::status(app).await,
    };
    let mut responded = result
        .map(|reply| reply.into_response(&app.lists_kept))
        .map_err(|problem| problem.into_response(&head.headers, path, prefix));
    if let (Some(allowance), Ok(response) | Err(response)) = (allowance, &mut responded) {
        allowance.stamp(response.headers_mut());
    }
    responded
}

/// Counts a write against its client's allowance. One whose path is wrong is none.
fn count_write(
    app: &App,
    peer: IpAddr,
    head: &Head,
    operation: Operation,
    segment: &str,
) -> Result<Option<Allowance>, Problem> {
    let Some(kind) = operation.counts_as() else { return Ok(None) };
    operation.check_id(segment)?;
    let client = app.settings.trusted_proxies.client(peer, &head.headers);
    app.rate_limiter.count(kind, client).map_err(|too_many| {
        if app.settings.trusted_proxies.hides_clients(peer, &head.headers) {
            // The likeliest mistake behind a proxy: all shoppers share one allowance.
            tracing::warn!(%peer, "refused a write; it names another client, but its sender is no trusted proxy");
        }
        Problem::TooMany(too_many)
    })
}

/// The description of the interface, written when it is first asked for.
fn description(app: &App) -> Bytes {
    let written = || Bytes::from(openapi::document(&app.settings, app.service.settings()).into_bytes());
    app.description.get_or_init(written).clone()
}
