//! From a request to its response: path, method, rate, operation, and the headers that every
//! response has. Deliberately absent: what an operation does (`operations`, `pages`).

use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts as Head;
use http::{HeaderMap, Method, Request, Response};

use super::app::App;
use super::call::Call;
use super::operation::{Operation, Variables, allow};
use super::request::body::Payload;
use super::request::caller::{Caller, Origin, Role};
use super::request::idempotency::idempotency_key;
use super::request::identity::IdentityMode;
use super::request::key::actor;
use super::request::rate_limits::{Charge, Fate, LocalPeers};
use super::request::request_id;
use super::response::allowance::Kind;
use super::response::caching;
use super::response::cors::{self, CorsOrigins};
use super::response::problem::Problem;
use super::response::reply::{Reply, Responded};
use super::routes::{Destination, find};
use super::services::Part;
use super::settings::HttpSettings;
use super::watch::access_log::{AccessLog, Exchange};

/// Responds to any request.
pub(crate) async fn respond(app: &App, peer: IpAddr, request: Request<Payload>) -> Response<Bytes> {
    // Already begun when its body came later than its head.
    let started = request.extensions().get().copied().unwrap_or_else(|| app.metrics.begin());
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().strip_prefix(app.settings.path_prefix.as_str());
    let destination = path.map_or(Destination::UnknownPath, |path| find(&head.method, path));
    let destination = present(app, destination);
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

/// Adds the headers that every response has.
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
    let allowed = |operation: &Operation| allow(&app.server.operations, operation.path);
    let (row, variables) = match destination {
        Destination::Found(row, variables) => (row, variables),
        Destination::Options(operation) => return Ok(cors::options(&allowed(operation))),
        Destination::WrongMethod(operation, variables) => {
            let problem = operation.check_ids(&variables).err();
            let wrong_method = || Problem::WrongMethod { allow: allowed(operation) };
            return Err(refused(problem.unwrap_or_else(wrong_method)));
        }
        Destination::UnknownPath => return Err(refused(Problem::UnknownPath)),
    };
    let charge = match row.operation.counts_as() {
        Some(kind) => charge(app, peer, head, &row.operation, kind, &variables).await.map_err(refused)?,
        None => None,
    };
    let who = row.operation.who;
    let actor = match who {
        Role::Anyone => Ok(None),
        // In a box, so that all other requests need no room for it.
        who => Box::pin(actor(&app.service, &head.headers, who)).await,
    };
    let reply = match actor {
        Ok(actor) => (row.run)(Call { app, peer, head, body, variables, actor }).await,
        Err(problem) => Err(problem),
    };
    let allowance = charge.map(|charge| app.rate_limiter.settle(charge, fate(&reply)));
    let mut responded = reply.map(|reply| reply.into_response(&app.lists_kept)).map_err(refused);
    if let (Some(allowance), Ok(response) | Err(response)) = (allowance, &mut responded) {
        allowance.stamp(response.headers_mut());
    }
    if who != Role::Anyone
        && let Ok(response) | Err(response) = &mut responded
    {
        caching::forbid(response.headers_mut());
    }
    responded
}

/// Most bytes of the body of a request with this head.
pub(crate) fn max_body_bytes(app: &App, method: &Method, path: &str) -> usize {
    let path = path.strip_prefix(app.settings.path_prefix.as_str());
    let own = match path.map(|path| find(method, path)) {
        Some(Destination::Found(row, _)) => row.operation.max_body_bytes,
        _ => None,
    };
    own.unwrap_or(app.settings.max_body_bytes)
}

/// Whether the settings leave an operation out.
fn is_absent(app: &App, operation: &Operation) -> bool {
    let settings = &app.settings;
    (operation.needs_home_page && app.history.is_none())
        || (operation.needs_identity && settings.identity.mode == IdentityMode::Off)
        || (operation.part == Part::Demo && !settings.demo)
        || !settings.services.serve(operation.part)
}

/// The destination as it is with these settings. A path stays known by its other methods.
fn present<'a>(app: &App, destination: Destination<'a>) -> Destination<'a> {
    match destination {
        Destination::Found(row, variables) if is_absent(app, &row.operation) => {
            let mut others = app.server.operations.iter();
            let is_there =
                |other: &&&'static Operation| other.path == row.operation.path && !is_absent(app, other);
            let other = others.find(is_there);
            other.map_or(Destination::UnknownPath, |other| Destination::WrongMethod(other, variables))
        }
        Destination::Options(operation) | Destination::WrongMethod(operation, _)
            if is_absent(app, operation) =>
        {
            Destination::UnknownPath
        }
        destination => destination,
    }
}

/// Charges a write to its client. A wrong id in the path is no write, and a repetition under a
/// known key passes without a charge.
async fn charge(
    app: &App,
    peer: IpAddr,
    head: &Head,
    operation: &Operation,
    kind: Kind,
    variables: &Variables<'_>,
) -> Result<Option<Charge>, Problem> {
    operation.check_ids(variables)?;
    let HttpSettings { trusted_proxies, local_peers, .. } = &*app.settings;
    let caller = Caller::of(peer, &head.headers, trusted_proxies);
    if caller.origin == Origin::Local && *local_peers == LocalPeers::Exempt {
        return Ok(None);
    }
    let too_many = match app.rate_limiter.charge(kind, caller.client) {
        Ok(charge) => return Ok(charge),
        Err(too_many) => too_many,
    };
    let takes_a_key = matches!(kind, Kind::Questions | Kind::Answers | Kind::Reviews);
    let key = takes_a_key.then(|| idempotency_key(&head.headers).ok()?).flatten();
    if let Some(key) = key
        && app.rate_limiter.take_refused(caller.client)
        && app
            .service
            .is_known(&key)
            .await
            .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?
    {
        return Ok(None);
    }
    app.rate_limiter.log_first(caller);
    Err(Problem::TooMany(too_many))
}

/// What became of a write, for its client's allowance.
fn fate(reply: &Result<Reply, Problem>) -> Fate {
    match reply {
        Ok(Reply::Created { is_new: false, .. }) => Fate::Refused,
        Ok(_) => Fate::Accepted,
        Err(problem) if problem.status().is_server_error() => Fate::Failed,
        Err(_) => Fate::Refused,
    }
}
