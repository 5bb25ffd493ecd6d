//! A line in the log for each request, or for those that failed or took long: route, id, status,
//! time. Deliberately absent: queries, paths as they were sent, texts, names and addresses, which
//! clients do not expect in a log.

use std::time::Duration;

use http::request::Parts as Head;
use http::{HeaderMap, StatusCode};

use crate::domain::Id;
use crate::http::operation::{Operation, Purpose, Variables};
use crate::http::request::query::ListQuery;
use crate::http::request::request_id::X_REQUEST_ID;

/// The longest request id that is logged, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// What the lines are filed under.
pub const ACCESS_LOG_TARGET: &str = "access";

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessLog {
    /// Which ones.
    pub requests: LoggedRequests,
    /// How long a request takes that is called slow.
    pub slow: Duration,
}

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedRequests {
    /// None.
    Off,
    /// Those with a status of 500 or more, and slow ones.
    Errors,
    /// All.
    All,
}

/// A request with its response.
pub(crate) struct Exchange<'a> {
    pub(crate) head: &'a Head,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) variables: Variables<'a>,
    pub(crate) status: StatusCode,
    /// Bytes of the response's body.
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
}

impl AccessLog {
    /// None.
    pub const OFF: Self = Self { requests: LoggedRequests::Off, slow: Duration::MAX };

    /// Whether a request is to be [logged](Self::note). A request does no more for a log that is
    /// off.
    #[inline]
    pub(crate) fn wants(&self, status: StatusCode, took: Duration) -> bool {
        match self.requests {
            LoggedRequests::Off => false,
            LoggedRequests::Errors => status.as_u16() >= 500 || took >= self.slow,
            LoggedRequests::All => true,
        }
    }

    /// Logs a request.
    #[cold]
    pub(crate) fn note(exchange: &Exchange<'_>) {
        let Exchange { head, operation, variables, status, bytes, took } = *exchange;
        tracing::info!(
            target: ACCESS_LOG_TARGET,
            method = method(head),
            route = operation.map_or("none", |operation| operation.name),
            id = operation.and_then(|operation| row_id(operation, &variables, head.uri.query())),
            status = status.as_u16(),
            microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            bytes,
            request_id = request_id(&head.headers),
            "request"
        );
    }

    /// Logs a request that could not be read. Nothing of it is in the line.
    #[cold]
    pub(crate) fn note_refused(status: StatusCode, why: &str, bytes: usize) {
        tracing::info!(
            target: ACCESS_LOG_TARGET,
            method = "other",
            route = "none",
            status = status.as_u16(),
            bytes,
            why,
            "request"
        );
    }
}

/// The method, if it is a usual one. Clients may invent others.
fn method(head: &Head) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH"]
        .into_iter()
        .find(|name| head.method.as_str() == *name)
        .unwrap_or("other")
}

/// The product, question, answer or review that a request is about, if its id is one.
fn row_id(operation: &Operation, variables: &Variables<'_>, query: Option<&str>) -> Option<u64> {
    match operation.variables().zip(variables).find(|(name, _)| *name != "kind") {
        Some((_, id)) if id.bytes().all(|byte| byte.is_ascii_digit()) => id.parse().ok(),
        None if operation.purpose == Purpose::List => ListQuery::parse(query).product_id().ok().map(Id::get),
        _ => None,
    }
}

/// The id that a proxy gave to the request, if it looks like one. Fewer characters are allowed than
/// in ids that are sent back, so that an e-mail address is none.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    (!id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES && id.bytes().all(fits)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::operations;

    #[test]
    fn errors_are_what_went_wrong_or_took_long() {
        let log = |requests| AccessLog { requests, slow: Duration::from_millis(500) };
        let wants =
            |requests, status, milliseconds| log(requests).wants(status, Duration::from_millis(milliseconds));
        for (status, milliseconds, errors) in [
            (StatusCode::OK, 1, false),
            (StatusCode::NOT_FOUND, 499, false),
            (StatusCode::OK, 500, true),
            (StatusCode::SERVICE_UNAVAILABLE, 1, true),
        ] {
            assert!(!wants(LoggedRequests::Off, status, milliseconds));
            assert_eq!(wants(LoggedRequests::Errors, status, milliseconds), errors, "{status}");
            assert!(wants(LoggedRequests::All, status, milliseconds));
        }
        assert!(!AccessLog::OFF.wants(StatusCode::SERVICE_UNAVAILABLE, Duration::MAX));
    }

    #[test]
    fn ids_are_numbers_and_nothing_else() {
        let operations = operations();
        for (name, segment, query, id) in [
            ("list_questions", "", Some("product_id=7&email=ann@mail.test"), Some(7)),
            ("list_questions", "", Some("product_id=ann@mail.test"), None),
            ("list_questions", "", None, None),
            ("list_answers", "0033", None, Some(33)),
            ("vote_answer", "ann@mail.test", None, None),
            ("vote_answer", "", None, None),
            ("show_item", "question", None, None),
            ("explain_problem", "unavailable", None, None),
            ("browse_api", "", Some("product_id=7"), None),
        ] {
            let operation = operations.iter().find(|operation| operation.name == name);
            let logged = operation.and_then(|operation| row_id(operation, &[segment, ""], query));
            assert_eq!(logged, id, "{segment} {query:?}");
        }
    }

    #[test]
    fn a_request_id_is_not_a_text() {
        for (sent, logged) in [
            ("4bf92f35-77b3.4da6_a3ce:1", true),
            ("ann@mail.test", false),
            ("two words", false),
            ("", false),
            (&"x".repeat(65), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, sent.parse().expect("a value"));
            assert_eq!(request_id(&headers).is_some(), logged, "{sent}");
        }
    }
}
