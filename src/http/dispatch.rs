//! From a request to its answer: path, method, operation, and the headers that every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts as Head;
use http::{Request, Response, StatusCode};
use parking_lot::Mutex;

use super::body::{Payload, discard_rest};
use super::direct::Desk;
use super::error::{Problem, explanation};
use super::openapi::Documents;
use super::rate_limits::{Allowance, Kind, RateLimiter};
use super::routes::{Destination, Operation, find};
use super::server::HttpSettings;
use super::{answers, docs, middleware, questions};
use crate::service::Service;

/// Room for nearly every page of five questions without growing.
pub(super) const TYPICAL_PAGE_BYTES: usize = 8_192;

/// What operations work with. Each worker has its own, so that counting references to it stays on one core.
pub(super) struct App {
    pub(super) service: Arc<Service>,
    pub(super) settings: Arc<HttpSettings>,
    pub(super) rate_limiter: Arc<RateLimiter>,
    pub(super) documents: Documents,
    /// What its connections write on, one at a time.
    pub(super) desk: Mutex<Desk>,
}

/// A success.
pub(super) enum Answer {
    /// 200 with JSON.
    Json(Bytes),
    /// 200 with plain text.
    Text(&'static str),
    /// 200 with a page for people, and what it may load.
    Html { page: &'static str, policy: &'static str },
    /// 201: a small JSON object with the new id, and where the row is listed.
    Created { json: String, location: String },
    /// 204.
    Done,
}

/// Answers a request, whatever it is.
pub(super) async fn respond(app: &App, peer: IpAddr, request: Request<Payload>) -> Response<Bytes> {
    let (head, mut body) = request.into_parts();
    let mut response = match answer(app, peer, &head, &mut body).await {
        Ok(response) | Err(response) => response,
    };
    discard_rest(body);
    app.settings.cors_origins.stamp(&head.headers, response.headers_mut());
    response
}

type Responded = Result<Response<Bytes>, Response<Bytes>>;

async fn answer(app: &App, peer: IpAddr, head: &Head, body: &mut Payload) -> Responded {
    let prefix = app.settings.path_prefix.as_str();
    let path = head.uri.path();
    let query = head.uri.query();
    let (operation, segment) = match path.strip_prefix(prefix).map(|path| find(&head.method, path)) {
        Some(Destination::Operation(operation, segment)) => (operation, segment),
        Some(Destination::Options { allow }) => return Ok(middleware::options(allow)),
        Some(Destination::WrongMethod { operation, segment, allow }) => {
            let problem = check_id(operation, segment).err().unwrap_or(Problem::WrongMethod { allow });
            return Err(problem.into_response(&head.headers, path, prefix));
        }
        Some(Destination::UnknownPath) | None => {
            return Err(Problem::UnknownPath.into_response(&head.headers, path, prefix));
        }
    };
    let allowance = count_write(app, peer, head, operation, segment)
        .map_err(|problem| problem.into_response(&head.headers, path, prefix))?;
    let result = match operation {
        Operation::ListQuestions => questions::list(app, query).await,
        Operation::AddQuestion => questions::add(app, head, body).await,
        Operation::ListAnswers => answers::list(app, segment, query).await,
        Operation::AddAnswer => answers::add(app, segment, head, body).await,
        Operation::VoteQuestion => questions::vote(app, segment).await,
        Operation::ReportQuestion => questions::report(app, segment).await,
        Operation::VoteAnswer => answers::vote(app, segment).await,
        Operation::ReportAnswer => answers::report(app, segment).await,
        Operation::ExplainProblem => explanation(segment).map(Answer::Text).ok_or(Problem::UnknownPath),
        Operation::DescribeApi => Ok(app.documents.describe(&app.settings, app.service.settings())),
        Operation::BrowseApi => Ok(docs::page()),
    };
    let mut responded =
        result.map(success).map_err(|problem| problem.into_response(&head.headers, path, prefix));
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
    let Some(kind) = kind_of_write(operation) else { return Ok(None) };
    check_id(Some(operation), segment)?;
    let client = app.settings.trusted_proxies.client(peer, &head.headers);
    app.rate_limiter.count(kind, client).map_err(|too_many| {
        if app.settings.trusted_proxies.hides_clients(peer, &head.headers) {
            // The likeliest mistake behind a proxy: all shoppers share one allowance.
            tracing::warn!(%peer, "refused a write; it names another client, but its sender is no trusted proxy");
        }
        Problem::TooMany(too_many)
    })
}

/// What an operation counts as, if it writes.
pub(super) fn kind_of_write(operation: Operation) -> Option<Kind> {
    match operation {
        Operation::AddQuestion => Some(Kind::Questions),
        Operation::AddAnswer => Some(Kind::Answers),
        Operation::VoteQuestion | Operation::VoteAnswer => Some(Kind::Votes),
        Operation::ReportQuestion | Operation::ReportAnswer => Some(Kind::Reports),
        Operation::ListQuestions
        | Operation::ListAnswers
        | Operation::ExplainProblem
        | Operation::DescribeApi
        | Operation::BrowseApi => None,
    }
}

/// The id in a path is checked before the method.
pub(super) fn check_id(operation: Option<Operation>, segment: &str) -> Result<(), Problem> {
    match operation {
        Some(
            Operation::ListAnswers
            | Operation::AddAnswer
            | Operation::VoteQuestion
            | Operation::ReportQuestion,
        ) => questions::question_id(segment).map(drop),
        Some(Operation::VoteAnswer | Operation::ReportAnswer) => answers::answer_id(segment).map(drop),
        Some(
            Operation::ListQuestions
            | Operation::AddQuestion
            | Operation::ExplainProblem
            | Operation::DescribeApi
            | Operation::BrowseApi,
        )
        | None => Ok(()),
    }
}

/// What every list from memory is headed by, for a client that any origin's pages may be.
pub(super) fn list_head(app: &App) -> Response<Bytes> {
    let mut response = success(Answer::Json(Bytes::new()));
    app.settings.cors_origins.stamp(&http::HeaderMap::new(), response.headers_mut());
    response
}

fn success(answer: Answer) -> Response<Bytes> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
    let (status, content_type, body) = match answer {
        Answer::Json(json) => (StatusCode::OK, Some(JSON), json),
        Answer::Text(text) => {
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            (StatusCode::OK, Some(plain), Bytes::from_static(text.as_bytes()))
        }
        Answer::Html { page, policy } => {
            let mut response = success(Answer::Text(page));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            return response;
        }
        Answer::Created { json, location } => {
            let mut response = success(Answer::Json(Bytes::from(json)));
            *response.status_mut() = StatusCode::CREATED;
            let location = HeaderValue::try_from(location);
            response
                .headers_mut()
                .insert(LOCATION, location.expect("a checked prefix and digits are visible ASCII"));
            return response;
        }
        Answer::Done => (StatusCode::NO_CONTENT, None, Bytes::new()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}
