//! From a request to its answer: path, method, operation, and the headers that every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, LOCATION,
    REFERRER_POLICY,
};
use http::request::Parts as Head;
use http::{HeaderMap, Request, Response, StatusCode};
use parking_lot::Mutex;

use super::access_log::{AccessLog, Exchange};
use super::body::{Payload, discard_rest};
use super::direct::Desk;
use super::encoded_pages::EncodedPages;
use super::encoding::Encoding;
use super::error::{Problem, explanation};
use super::first_page::FirstPage;
use super::metrics::{ServerMetrics, WorkerMetrics};
use super::openapi::Documents;
use super::rate_limits::{Allowance, Kind, RateLimiter};
use super::routes::{Destination, Operation, find};
use super::server::HttpSettings;
use super::tls::Tls;
use super::validators::EntityTag;
use super::{answers, caching, docs, first_page, health, middleware, questions, request_id};
use crate::service::{ListTag, Service};

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
    /// What `Cache-Control` says of lists.
    pub(super) lists_kept: HeaderValue,
    pub(super) encoded_pages: Arc<EncodedPages>,
    pub(super) tls: Option<Arc<Tls>>,
    /// `None` where there is none.
    pub(super) first_page: Option<Arc<FirstPage>>,
    /// This worker's own counters.
    pub(super) metrics: Arc<WorkerMetrics>,
    pub(super) server: Arc<ServerMetrics>,
}

/// A success.
pub(super) enum Answer {
    /// 200 with a list.
    List { body: Bytes, tag: ListTag, encoding: Option<Encoding> },
    /// 304: the client has the list already.
    Unchanged(ListTag),
    /// 200 with the description of the interface.
    Json(Bytes),
    /// 200 with plain text.
    Text(&'static str),
    /// 200 with a page for people, what it may load, and who may keep it.
    Html { page: Bytes, policy: &'static str, kept: &'static str },
    /// 200 with plain text that may be another one in a moment.
    State(&'static str),
    /// 200 with JSON that will be another one in a moment.
    Figures(Bytes),
    /// 201: a small JSON object with the new id, and where the row is listed.
    Created { json: String, location: String },
    /// 204.
    Done,
}

/// Answers a request, whatever it is.
pub(super) async fn respond(app: &App, peer: IpAddr, request: Request<Payload>) -> Response<Bytes> {
    let started = app.metrics.begin();
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().strip_prefix(app.settings.path_prefix.as_str());
    let destination = path.map_or(Destination::UnknownPath, |path| find(&head.method, path));
    let (operation, segment) = match destination {
        Destination::Operation(operation, segment) => (Some(operation), segment),
        _ => (None, ""),
    };
    let answering = answer(app, peer, &head, destination, &mut body);
    #[cfg(feature = "otel")]
    let answering = super::trace::request(&head, operation, answering);
    let mut response = match answering.await {
        Ok(response) | Err(response) => response,
    };
    discard_rest(body);
    finish(app, &head.headers, &mut response);
    let status = response.status();
    let took = app.metrics.finish(started, operation, status);
    if app.settings.access_log.wants(status, took) {
        let bytes = response.body().len() as u64;
        AccessLog::note(&Exchange { head: &head, operation, segment, status, bytes, took });
    }
    response
}

/// Adds what every answer carries.
fn finish(app: &App, request: &HeaderMap, response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    app.settings.cors_origins.stamp(request, headers);
    caching::set(headers, caching::NO_SNIFFING);
    request_id::stamp(request, headers);
}

pub(super) type Responded = Result<Response<Bytes>, Response<Bytes>>;

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
            if app.first_page.is_none() && operation.is_some_and(Operation::tells_figures) =>
        {
            return Err(Problem::UnknownPath.into_response(&head.headers, path, prefix));
        }
        Destination::Options { allow, .. } => return Ok(middleware::options(allow)),
        Destination::WrongMethod { operation, segment, allow } => {
            let problem = check_id(operation, segment).err().unwrap_or(Problem::WrongMethod { allow });
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
        Operation::ExplainProblem => explanation(segment).map(Answer::Text).ok_or(Problem::UnknownPath),
        Operation::DescribeApi => Ok(app.documents.describe(&app.settings, app.service.settings())),
        Operation::BrowseApi => Ok(docs::page()),
        Operation::Livez => Ok(Answer::State(health::livez())),
        Operation::Readyz => health::readyz(&app.service, &app.server).await.map(Answer::State),
        Operation::FirstPage => first_page::page(app, path).await,
        Operation::Status => first_page::status(app).await,
    };
    let mut responded = result
        .map(|answer| success(app, answer))
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
        | Operation::BrowseApi
        | Operation::Livez
        | Operation::Readyz
        | Operation::FirstPage
        | Operation::Status => None,
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
            | Operation::BrowseApi
            | Operation::Livez
            | Operation::Readyz
            | Operation::FirstPage
            | Operation::Status,
        )
        | None => Ok(()),
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

fn success(app: &App, answer: Answer) -> Response<Bytes> {
    let mut response = Response::default();
    match answer {
        Answer::List { body, tag, encoding } => {
            *response.body_mut() = body;
            let headers = response.headers_mut();
            stamp_page(app, headers);
            headers.insert(ETAG, EntityTag::of(tag).to_value());
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, encoding.to_value());
            }
        }
        Answer::Unchanged(tag) => {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            stamp_list(app, response.headers_mut());
            response.headers_mut().insert(ETAG, EntityTag::of(tag).to_value());
        }
        Answer::State(text) => return of_this_moment(TEXT, Bytes::from_static(text.as_bytes())),
        Answer::Text(text) => {
            *response.body_mut() = Bytes::from_static(text.as_bytes());
            response.headers_mut().insert(CONTENT_TYPE, TEXT);
            caching::set(response.headers_mut(), (CACHE_CONTROL, caching::KEPT_AN_HOUR));
        }
        Answer::Json(json) => {
            *response.body_mut() = json;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, JSON);
            caching::set(headers, caching::NOTHING_IN_IT);
            caching::set(headers, (CACHE_CONTROL, caching::KEPT_AN_HOUR));
        }
        Answer::Figures(json) => {
            let mut response = of_this_moment(JSON, json);
            caching::set(response.headers_mut(), caching::NOTHING_IN_IT);
            return response;
        }
        Answer::Html { page, policy, kept } => {
            *response.body_mut() = page;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HTML);
            caching::set(headers, (CONTENT_SECURITY_POLICY, policy));
            caching::set(headers, (REFERRER_POLICY, "no-referrer"));
            caching::set(headers, (CACHE_CONTROL, kept));
        }
        Answer::Created { json, location } => {
            *response.status_mut() = StatusCode::CREATED;
            *response.body_mut() = Bytes::from(json);
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, JSON);
            caching::set(headers, caching::NOTHING_IN_IT);
            caching::keep_nowhere(headers);
            let location = HeaderValue::try_from(location);
            headers.insert(LOCATION, location.expect("a checked prefix and digits are visible ASCII"));
        }
        Answer::Done => {
            *response.status_mut() = StatusCode::NO_CONTENT;
            caching::keep_nowhere(response.headers_mut());
        }
    }
    response
}

/// An answer that may be another one in a moment.
pub(super) fn of_this_moment(content_type: HeaderValue, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    caching::keep_nowhere(response.headers_mut());
    response
}

/// What every list that is shown from memory is headed by, but for its tag, when pages of any origin may read it.
pub(super) fn list_head(app: &App) -> Response<Bytes> {
    let mut response = Response::default();
    stamp_page(app, response.headers_mut());
    finish(app, &HeaderMap::new(), &mut response);
    response
}

/// The headers of a list that is shown.
fn stamp_page(app: &App, headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, JSON);
    caching::set(headers, caching::NOTHING_IN_IT);
    stamp_list(app, headers);
}

/// The headers of a list, shown or not.
fn stamp_list(app: &App, headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, app.lists_kept.clone());
    caching::vary_by(headers, caching::LISTS_VARY);
}
