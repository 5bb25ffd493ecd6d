//! The only place where a failure becomes a status: plain text for clients that do not ask for
//! JSON, RFC 9457 problem details for those that do. Deliberately absent: what broke inside, which
//! is logged where it broke.

use std::sync::LazyLock;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

use super::caching;
use crate::domain::{FieldError, State, Timestamp};
use crate::http::response::allowance::TooMany;
use crate::service::{Refusal, Scope, ServiceError};

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
    /// The token of a shopper is wrong.
    BadIdentity(String),
    /// There is no token, and it takes one.
    IdentityRequired,
    /// Nobody votes for a row of their own.
    OwnRow,
    /// The row is somebody else's.
    NotTheAuthor,
    /// There is no decision to appeal against.
    NothingToAppeal,
    /// The decision was appealed against before.
    AppealedBefore,
    /// No key, or one that is not in force.
    WrongKey {
        /// Whether there was one.
        is_sent: bool,
    },
    /// The key does not allow it.
    ScopeMissing(Scope),
    WrongMethod {
        /// The path's methods.
        allow: String,
    },
    InvalidKey,
    KeyTaken,
    WrongContentType,
    /// The route takes this content type alone.
    OtherContentType {
        wanted: &'static str,
    },
    EncodedBody,
    BodyTooLarge {
        max_bytes: usize,
    },
    BodyTooSlow,
    HeadTooSlow,
    Malformed(String),
    NotAnObject(String),
    InvalidFields(Vec<FieldError>),
    /// What is wrong with parameters of the query. Pointers lead to their names.
    InvalidParameters(Vec<FieldError>),
    /// The word that the shop does not allow.
    RefusedText(Box<Refusal>),
    UnknownQuestion,
    UnknownAnswer,
    /// There is no such product, or there could be none.
    UnknownProduct,
    /// There is no such review, or there could be none.
    UnknownReview,
    /// There is no such question, answer or review, or there could be none.
    UnknownItem,
    /// There is no such decision, or there could be none.
    UnknownDecision,
    /// There is no such list of words.
    UnknownWordList,
    /// Another decision about the row came later. Its present state and revision.
    Superseded {
        state: State,
        revision: u64,
    },
    /// Somebody else is looking at the row, until then.
    Claimed {
        by: String,
        until: Timestamp,
    },
    /// The list of words has another revision than the request names: this one.
    WordsChanged {
        revision: u64,
    },
    /// The request does not say which revision it replaces.
    NoCondition,
    TooMany(TooMany),
    Overloaded,
    Unavailable,
    /// Why requests should go to another process.
    NotReady(&'static str),
}

/// What is the same in all problems of a kind: a row of the table `problems.toml`.
#[derive(Debug, Deserialize)]
pub(crate) struct Kind {
    /// The last segment of the member `type`.
    pub(crate) name: String,
    pub(crate) status: u16,
    pub(crate) title: String,
    /// What is wrong, with places such as `{max_bytes}` for what differs.
    detail: String,
    /// What the address in `type` responds: a sentence or two for people.
    pub(crate) explanation: String,
}

#[derive(Deserialize)]
struct Table {
    problem: Vec<Kind>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("problems.toml")).expect("a test reads the table"));

/// All kinds of problems, in the order of the table.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    TABLE.problem.iter()
}

impl Problem {
    /// The failure of a service call about a row.
    pub(crate) fn from_service(error: ServiceError, not_found: Self) -> Self {
        match error {
            ServiceError::NotFound => not_found,
            ServiceError::KeyTaken => Self::KeyTaken,
            ServiceError::Refused(refusal) => Self::RefusedText(refusal),
            ServiceError::IdentityNeeded => Self::IdentityRequired,
            ServiceError::OwnRow => Self::OwnRow,
            ServiceError::NotTheAuthor => Self::NotTheAuthor,
            ServiceError::NothingToAppeal => Self::NothingToAppeal,
            ServiceError::AppealedBefore => Self::AppealedBefore,
            ServiceError::Overloaded => Self::Overloaded,
            ServiceError::StoreUnavailable | ServiceError::ThreadPanicked => Self::Unavailable,
        }
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind().status).expect("the table has statuses of HTTP")
    }

    /// Its row in the table.
    pub(crate) fn kind(&self) -> &'static Kind {
        kinds().find(|kind| kind.name == self.name()).expect("a test finds every name in the table")
    }

    /// Its name in the table.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::MalformedRequest(_) => "malformed-request",
            Self::TargetTooLong { .. } => "target-too-long",
            Self::HeadTooLarge { .. } => "head-too-large",
            Self::InvalidProductId => "invalid-product-id",
            Self::InvalidQuestionId => "invalid-question-id",
            Self::InvalidAnswerId => "invalid-answer-id",
            Self::UnknownPath => "unknown-path",
            Self::BadIdentity(_) => "bad-identity",
            Self::IdentityRequired => "identity-required",
            Self::OwnRow => "own-row",
            Self::NotTheAuthor => "not-the-author",
            Self::NothingToAppeal => "nothing-to-appeal",
            Self::AppealedBefore => "appealed-before",
            Self::WrongKey { .. } => "wrong-key",
            Self::ScopeMissing(_) => "scope-missing",
            Self::WrongMethod { .. } => "wrong-method",
            Self::InvalidKey => "invalid-key",
            Self::KeyTaken => "key-taken",
            Self::WrongContentType => "wrong-content-type",
            Self::OtherContentType { .. } => "other-content-type",
            Self::EncodedBody => "encoded-body",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::BodyTooSlow => "body-too-slow",
            Self::HeadTooSlow => "head-too-slow",
            Self::Malformed(_) => "malformed-body",
            Self::NotAnObject(_) => "not-an-object",
            Self::InvalidFields(_) => "invalid-fields",
            Self::InvalidParameters(_) => "invalid-parameters",
            Self::RefusedText(_) => "refused-text",
            Self::UnknownQuestion => "unknown-question",
            Self::UnknownAnswer => "unknown-answer",
            Self::UnknownProduct => "unknown-product",
            Self::UnknownReview => "unknown-review",
            Self::UnknownItem => "unknown-item",
            Self::UnknownDecision => "unknown-decision",
            Self::UnknownWordList => "unknown-word-list",
            Self::Superseded { .. } => "superseded",
            Self::Claimed { .. } => "claimed",
            Self::WordsChanged { .. } => "words-changed",
            Self::NoCondition => "no-condition",
            Self::TooMany(_) => "too-many-writes",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
            Self::NotReady(_) => "not-ready",
        }
    }

    /// What is wrong, as plain text for the client.
    pub(crate) fn detail(&self) -> String {
        let detail = &self.kind().detail;
        match self {
            Self::MalformedRequest(why) | Self::NotReady(why) => detail.replace("{why}", why),
            Self::Malformed(why) | Self::NotAnObject(why) | Self::BadIdentity(why) => {
                detail.replace("{why}", why)
            }
            Self::TargetTooLong { max_bytes } | Self::BodyTooLarge { max_bytes } => {
                detail.replace("{max_bytes}", &max_bytes.to_string())
            }
            Self::HeadTooLarge { max_fields, max_bytes } => detail
                .replace("{max_fields}", &max_fields.to_string())
                .replace("{max_bytes}", &max_bytes.to_string()),
            Self::WrongMethod { allow } => detail.replace("{allow}", allow),
            Self::OtherContentType { wanted } => detail.replace("{wanted}", wanted),
            Self::Superseded { state, revision } => {
                detail.replace("{state}", state.name()).replace("{revision}", &revision.to_string())
            }
            Self::Claimed { by, until } => detail.replace("{by}", by).replace("{until}", &until.to_string()),
            Self::WordsChanged { revision } => detail.replace("{revision}", &revision.to_string()),
            Self::ScopeMissing(scope) => detail.replace("{scope}", scope.name()),
            Self::InvalidFields(errors) | Self::InvalidParameters(errors) => {
                let details: Vec<&str> = errors.iter().map(|error| error.detail.as_str()).collect();
                detail.replace("{details}", &details.join("; "))
            }
            Self::RefusedText(refusal) => {
                let Refusal { field, matched, from, to } = &**refusal;
                detail
                    .replace("{field}", field)
                    .replace("{from}", &(from + 1).to_string())
                    .replace("{to}", &to.to_string())
                    .replace("{word}", matched)
            }
            Self::TooMany(TooMany { allowance, retry_after_s }) => detail
                .replace("{allowance}", &allowance.described())
                .replace("{retry_after_s}", &retry_after_s.to_string()),
            _ => detail.clone(),
        }
    }

    /// Adds what only problems of this kind have.
    fn add_members(&self, problem: &mut serde_json::Value) {
        let errors = |errors: &[FieldError], place: &str| {
            let error =
                |error: &FieldError| serde_json::json!({"detail": error.detail, place: error.pointer});
            errors.iter().map(error).collect()
        };
        match self {
            Self::InvalidFields(wrong) => problem["errors"] = errors(wrong, "pointer"),
            Self::InvalidParameters(wrong) => problem["errors"] = errors(wrong, "parameter"),
            Self::RefusedText(refusal) => {
                problem["errors"] = serde_json::json!([{
                    "detail": self.detail().trim_start_matches("Error: "),
                    "pointer": format!("#/{}", refusal.field),
                    "word": refusal.matched,
                    "from": refusal.from,
                    "to": refusal.to,
                }]);
            }
            Self::Superseded { state, revision } => {
                problem["state"] = state.name().into();
                problem["revision"] = (*revision).into();
            }
            Self::Claimed { by, until } => {
                problem["claimed_by"] = by.as_str().into();
                problem["claimed_until"] = until.to_string().into();
            }
            Self::WordsChanged { revision } => problem["revision"] = (*revision).into(),
            _ => {}
        }
    }

    /// Writes the response. `path` is the request's, for `instance`; `prefix` is put before `type`.
    pub(crate) fn into_response(self, request: &HeaderMap, path: &str, prefix: &str) -> Response<Bytes> {
        let Kind { name, status, title, .. } = self.kind();
        let detail = self.detail();
        let (content_type, body) = if asks_for_json(request) {
            let mut problem = serde_json::json!({
                "type": format!("{prefix}/problems/{name}"),
                "title": title,
                "status": status,
                "detail": detail,
                "instance": path,
            });
            self.add_members(&mut problem);
            ("application/problem+json", problem.to_string())
        } else {
            (PLAIN, detail)
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status();
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
            Self::BadIdentity(_) | Self::IdentityRequired => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Atelier-Identity"));
            }
            Self::WrongKey { is_sent } => {
                let challenge = if is_sent { "Bearer error=\"invalid_token\"" } else { "Bearer" };
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            Self::ScopeMissing(scope) => {
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.name());
                let challenge = HeaderValue::try_from(challenge);
                headers.insert(WWW_AUTHENTICATE, challenge.expect("names of scopes are visible ASCII"));
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
