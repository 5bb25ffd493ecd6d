//! From a request to its response: path, method, rate, operation, and the headers that every response carries. The order
//! of the checks is here and nothing else; what an operation does is in `operations` and `pages`.

use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts as Head;
use http::{HeaderMap, Request, Response};

use super::app::App;
use super::call::Call;
use super::operation::{Operation, Variables, allow};
use super::request::body::Payload;
use super::request::caller::Caller;
use super::request::request_id;
use super::response::allowance::Allowance;
use super::response::caching;
use super::response::cors::{self, CorsOrigins};
use super::response::problem::Problem;
use super::response::reply::Responded;
use super::routes::{Destination, find};
use super::watch::access_log::{AccessLog, Exchange};

/// Answers a request, whatever it is.
pub(crate) async fn respond(app: &App, peer: IpAddr, request: Request<Payload>) -> Response<Bytes> {
    // Already begun when its body came later than its head.
    let started = request.extensions().get().copied().unwrap_or_else(|| app.metrics.begin());
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().strip_prefix(app.settings.path_prefix.as_str());
    let destination = path.map_or(Destination::UnknownPath, |path| find(&head.method, path));
    let (operation, variables) = match destination {
        Destination::Found(row, variables) => (Some(&row.operation), variables),
        _ => (None, Default::default()),
    };
    let responding = reply(app, peer, &head, destination, &mut body);
    #[cfg(feature = "otel")]
    let responding = crate::http::watch::trace::request(&head, operation, responding);
    let mut response = match responding.await {
        Ok(response) | Err(response) => response,
    };
    finish(&app.settings.cors_origins, &head.headers, &mut response);
    let status = response.status();
    let took = app.metrics.finish(started, operation, status);
    if app.settings.access_log.wants(status, took) {
        let bytes = response.body().len() as u64;
        AccessLog::note(&Exchange { head: &head, operation, variables, status, bytes, took });
    }
    response
}

/// Adds the headers that every response carries.
pub(crate) fn finish(cors: &CorsOrigins, request: &HeaderMap, response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    cors.stamp(request, headers);
    caching::set(headers, caching::NO_SNIFFING);
    request_id::stamp(request, headers);
}

async fn reply(
    app: &App,
    peer: IpAddr,
    head: &Head,
    destination: Destination<'_>,
    body: &mut Payload,
) -> Responded {
    let (prefix, path) = (app.settings.path_prefix.as_str(), head.uri.path());
    let refused = |problem: Problem| problem.into_response(&head.headers, path, prefix);
    let is_absent = |operation: &Operation| operation.needs_home_page && app.history.is_none();
    let allowed = |operation: &Operation| allow(&app.server.operations, operation.path);
    let (row, variables) = match destination {
        Destination::Found(row, variables) if !is_absent(&row.operation) => (row, variables),
        Destination::Options(operation) if !is_absent(operation) => {
            return Ok(cors::options(&allowed(operation)));
        }
        Destination::WrongMethod(operation, variables) if !is_absent(operation) => {
            let problem = operation.check_ids(&variables).err();
            let wrong_method = || Problem::WrongMethod { allow: allowed(operation) };
            return Err(refused(problem.unwrap_or_else(wrong_method)));
        }
        _ => return Err(refused(Problem::UnknownPath)),
    };
    let allowance = count_write(app, peer, head, &row.operation, &variables).map_err(refused)?;
    let reply = (row.run)(Call { app, head, body, variables }).await;
    let mut responded = reply.map(|reply| reply.into_response(&app.lists_kept)).map_err(refused);
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
    operation: &Operation,
    variables: &Variables<'_>,
) -> Result<Option<Allowance>, Problem> {
    let Some(kind) = operation.counts_as() else { return Ok(None) };
    operation.check_ids(variables)?;
    let caller = Caller::of(peer, &head.headers, &app.settings.trusted_proxies);
    app.rate_limiter.count(kind, caller.client).map_err(|too_many| {
        if app.settings.trusted_proxies.hides_clients(caller.peer, &head.headers) {
            // The likeliest mistake behind a proxy: all shoppers share one allowance.
            tracing::warn!(peer = %caller.peer, "refused a write; it names another client, but its sender is no trusted proxy");
        }
        Problem::TooMany(too_many)
    })
}
