//! The only place where a failure becomes a status: plain text for clients that do not ask for
//! JSON, RFC 9457 problem details for those that do. Deliberately absent: what broke inside, which
//! is logged where it broke.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};

use super::caching;
use crate::domain::FieldError;
use crate::http::response::allowance::TooMany;
use crate::service::ServiceError;

/// How long a client should wait while the service is overloaded or unavailable, in seconds.
const RETRY_AFTER_SECONDS: &str = "1";

const PLAIN: &str = "text/plain; charset=utf-8";

/// Every failure of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// What is wrong with the head or with the chunks of the body.
    MalformedRequest(&'static str),
    TargetTooLong {
        max_bytes: usize,
    },
    HeadTooLarge {
        max_fields: usize,
        max_bytes: usize,
    },
    InvalidProductId,
    InvalidQuestionId,
    InvalidAnswerId,
    UnknownPath,
    WrongMethod {
        /// The path's methods.
        allow: String,
    },
    InvalidKey,
    KeyTaken,
    WrongContentType,
    EncodedBody,
    BodyTooLarge {
        max_bytes: usize,
    },
    BodyTooSlow,
    Malformed(String),
    NotAnObject(String),
    InvalidFields(Vec<FieldError>),
    UnknownQuestion,
    UnknownAnswer,
    TooMany(TooMany),
    Overloaded,
    Unavailable,
    /// Why requests should go to another process.
    NotReady(&'static str),
}

/// Status, name in the `type` member, title.
type Kind = (StatusCode, &'static str, &'static str);

impl Problem {
    /// The failure of a service call about a question or an answer.
    pub(crate) fn from_service(error: ServiceError, not_found: Self) -> Self {
        match error {
            ServiceError::NotFound => not_found,
            ServiceError::KeyTaken => Self::KeyTaken,
            ServiceError::Overloaded => Self::Overloaded,
            ServiceError::StoreUnavailable | ServiceError::ThreadPanicked => Self::Unavailable,
        }
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.kind().0
    }

    fn kind(&self) -> Kind {
        match self {
            Self::MalformedRequest(_) => (StatusCode::BAD_REQUEST, "malformed-request", "Malformed request"),
            Self::TargetTooLong { .. } => (StatusCode::URI_TOO_LONG, "target-too-long", "Target too long"),
            Self::HeadTooLarge { .. } => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "Headers too large")
            }
            Self::InvalidProductId => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-product-id", "Invalid product id")
            }
            Self::InvalidQuestionId => (StatusCode::NOT_FOUND, "invalid-question-id", "Invalid question id"),
            Self::InvalidAnswerId => (StatusCode::NOT_FOUND, "invalid-answer-id", "Invalid answer id"),
            Self::UnknownPath => (StatusCode::NOT_FOUND, "unknown-path", "Unknown path"),
            Self::WrongMethod { .. } => {
                (StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "Method not allowed")
            }
            Self::InvalidKey => (StatusCode::BAD_REQUEST, "invalid-key", "Invalid Idempotency-Key"),
            Self::KeyTaken => (StatusCode::UNPROCESSABLE_ENTITY, "key-taken", "Idempotency-Key taken"),
            Self::WrongContentType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", "Unsupported content type")
            }
            Self::EncodedBody => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded-body", "Encoded body"),
            Self::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "Body too large"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow", "Body too slow"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed-body", "Malformed body"),
            Self::NotAnObject(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not-an-object", "Unusable body"),
            Self::InvalidFields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", "Invalid fields"),
            Self::UnknownQuestion => (StatusCode::NOT_FOUND, "unknown-question", "Unknown question"),
            Self::UnknownAnswer => (StatusCode::NOT_FOUND, "unknown-answer", "Unknown answer"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many-writes", "Too many writes"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Overloaded"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Unavailable"),
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready"),
        }
    }

    /// What is wrong, as plain text for the client.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::MalformedRequest(why) => format!("Error: this is no HTTP request: {why}"),
            Self::TargetTooLong { max_bytes } => {
                format!("Error: the request target must have at most {max_bytes} bytes")
            }
            Self::HeadTooLarge { max_fields, max_bytes } => {
                format!("Error: the head must have at most {max_fields} headers and {max_bytes} bytes")
            }
            Self::InvalidProductId => "Error: invalid product_id provided".to_owned(),
            Self::InvalidQuestionId => "Error: invalid question_id provided".to_owned(),
            Self::InvalidAnswerId => "Error: invalid answer_id provided".to_owned(),
            Self::UnknownPath => "Error: there is nothing at this path".to_owned(),
            Self::WrongMethod { allow } => format!("Error: this path answers {allow}"),
            Self::InvalidKey => {
                "Error: Idempotency-Key must be one text of 1 to 255 visible ASCII characters, such as \"8e03978e-40d5\""
                    .to_owned()
            }
            Self::KeyTaken => {
                "Error: another question or answer was sent with this Idempotency-Key before".to_owned()
            }
            Self::WrongContentType => {
                "Error: Content-Type must be application/json or application/x-www-form-urlencoded".to_owned()
            }
            Self::EncodedBody => {
                "Error: the body must not be compressed, so Content-Encoding must be absent or identity".to_owned()
            }
            Self::BodyTooLarge { max_bytes } => {
                format!("Error: the body must have at most {max_bytes} bytes")
            }
            Self::BodyTooSlow => "Error: the body did not arrive in time".to_owned(),
            Self::Malformed(why) | Self::NotAnObject(why) => format!("Error: {why}"),
            Self::InvalidFields(errors) => {
                let details: Vec<&str> = errors.iter().map(|error| error.detail.as_str()).collect();
                format!("Error: {}", details.join("; "))
            }
            Self::UnknownQuestion => "Error: there is no such question".to_owned(),
            Self::UnknownAnswer => "Error: there is no such answer".to_owned(),
            Self::TooMany(TooMany { allowance, retry_after_s }) => {
                format!("Error: at most {}, try again in {retry_after_s} s", allowance.described())
            }
            Self::Overloaded => "Error: the server is overloaded, try again".to_owned(),
            Self::Unavailable => "Error: the service cannot answer at the moment, try again".to_owned(),
            Self::NotReady(why) => format!("Error: {why}"),
        }
    }

    /// Writes the response. `path` is the request's, for `instance`; `prefix` is put before `type`.
    pub(crate) fn into_response(self, request: &HeaderMap, path: &str, prefix: &str) -> Response<Bytes> {
        let (status, name, title) = self.kind();
        let detail = self.detail();
        let (content_type, body) = if asks_for_json(request) {
            let mut problem = serde_json::json!({
                "type": format!("{prefix}/problems/{name}"),
                "title": title,
                "status": status.as_u16(),
                "detail": detail,
                "instance": path,
            });
            if let Self::InvalidFields(errors) = &self {
                problem["errors"] = errors
                    .iter()
                    .map(|error| serde_json::json!({"detail": error.detail, "pointer": error.pointer}))
                    .collect();
            }
            ("application/problem+json", problem.to_string())
        } else {
            (PLAIN, detail)
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        caching::forbid(headers);
        caching::vary_by(headers, caching::ERRORS_VARY);
        if content_type != PLAIN {
            caching::set(headers, caching::INERT);
        }
        match self {
            Self::WrongMethod { allow } => {
                let allow = HeaderValue::try_from(allow);
                headers.insert(ALLOW, allow.expect("names of methods are visible ASCII"));
            }
            Self::EncodedBody => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            Self::Overloaded | Self::Unavailable | Self::NotReady(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            Self::TooMany(TooMany { allowance, retry_after_s }) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
                allowance.stamp(headers);
            }
            _ => {}
        }
        response
    }
}

/// Whether `Accept` names JSON or problem details (RFC 9110, section 12.5.1; `q=0` means "not
/// that").
fn asks_for_json(request: &HeaderMap) -> bool {
    request.get_all(http::header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or("");
            let named = media_type.eq_ignore_ascii_case("application/json")
                || media_type.eq_ignore_ascii_case("application/problem+json");
            let refused = parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            named && !refused
        })
    })
}

/// What the address in a problem's `type` responds: a sentence or two for people.
pub(crate) fn explanation(name: &str) -> Option<&'static str> {
    Some(match name {
        "malformed-request" => "The request breaks a rule of HTTP/1.1. The detail names the rule.",
        "target-too-long" => {
            "The request target (path and query) has more bytes than the limit that the detail names."
        }
        "head-too-large" => {
            "The request has more headers, or more bytes in them, than the limits that the detail names."
        }
        "invalid-product-id" => {
            "The parameter product_id is missing or is not an integer between 1 and 2^53-1 in decimal digits."
        }
        "invalid-question-id" => "The question id in the path is not an integer between 1 and 2^53-1.",
        "invalid-answer-id" => "The answer id in the path is not an integer between 1 and 2^53-1.",
        "unknown-path" => "There is nothing at this path.",
        "wrong-method" => {
            "The path exists, but not with this method. The header Allow names those that it has."
        }
        "invalid-key" => {
            "The header Idempotency-Key is there more than once, or is not 1 to 255 visible ASCII characters, in double \
             quotes or without any."
        }
        "key-taken" => {
            "Something else was sent with the same Idempotency-Key within the last 24 hours: other fields, or to another \
             product or question. Every question and answer needs a key of its own."
        }
        "wrong-content-type" => {
            "A question or answer is sent as application/json or application/x-www-form-urlencoded."
        }
        "encoded-body" => {
            "The body has a Content-Encoding, such as gzip. A question or answer is sent without any."
        }
        "body-too-large" => "The body has more bytes than the limit that the detail names.",
        "body-too-slow" => "The body did not arrive in time.",
        "malformed-body" => "The body cannot be read: it is empty, is not UTF-8 or is not one JSON value.",
        "not-an-object" => "The body is JSON, but not an object, or holds half of a surrogate pair.",
        "invalid-fields" => "Fields are missing or break a limit. The member errors names each of them.",
        "unknown-question" => "There is no question with this id.",
        "unknown-answer" => "There is no answer with this id.",
        "too-many-writes" => {
            "The client has sent as many writes of this kind as it may in an hour, or as many refused writes as it \
             may in a minute. The header Retry-After says when it may send the next."
        }
        "overloaded" => "Too many requests wait already. The header Retry-After says when to try again.",
        "unavailable" => {
            "The store does not answer. The header Retry-After says when to try again. A write may have been done or \
             not."
        }
        "not-ready" => {
            "The process is stopping, or cannot reach its store. Send requests to another process for now."
        }
        _ => return None,
    })
}
