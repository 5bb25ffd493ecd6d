//! The reply of an operation, and the response that it becomes: status, body and headers.
//! Deliberately absent: failures (`problem`), the headers that every response has (`cors`).

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, LOCATION,
    REFERRER_POLICY,
};
use http::{HeaderMap, Response, StatusCode};

use super::caching;
use super::encoding::Encoding;
use super::validators::{self, EntityTag};
use crate::view::ListTag;

/// A success.
pub(crate) enum Reply {
    /// 200 with a list.
    List { body: Bytes, tag: ListTag, encoding: Option<Encoding> },
    /// 304: the client has the list already.
    Unchanged(ListTag),
    /// 200 with the description of the interface.
    Json(Bytes),
    /// 200 with plain text.
    Text(&'static str),
    /// 200 with a page for people, what it may load, and who may cache it.
    Html { page: Bytes, policy: &'static str, kept: &'static str },
    /// A page for people that changes all the time, what it may load, and its status.
    Page { page: Bytes, policy: &'static str, status: StatusCode },
    /// 200 with a picture that never changes.
    Picture(Bytes),
    /// 303: what came of a form is at this place.
    SeeOther(String),
    /// 200 with plain text that may change at any moment.
    State(&'static str),
    /// 200 with JSON that changes all the time.
    Figures(Bytes),
    /// 200 with plain text that has a revision.
    Revised { text: Bytes, revision: u64 },
    /// 204: what was sent has this revision now.
    Replaced { revision: u64 },
    /// 201: a small JSON object with the row's id, where the row is listed, and whether it was
    /// added by this request.
    Created { json: String, location: String, is_new: bool },
    /// 201 without anything that has a place of its own.
    Noted,
    /// 204.
    Done,
}

pub(crate) type Responded = Result<Response<Bytes>, Response<Bytes>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

impl Reply {
    /// Makes the response. `lists_kept` is the `Cache-Control` of lists.
    pub(crate) fn into_response(self, lists_kept: &HeaderValue) -> Response<Bytes> {
        let mut response = Response::default();
        match self {
            Self::List { body, tag, encoding } => {
                *response.body_mut() = body;
                let headers = response.headers_mut();
                stamp_page(lists_kept, headers);
                headers.insert(ETAG, EntityTag::of(tag).to_value());
                if let Some(encoding) = encoding {
                    headers.insert(CONTENT_ENCODING, encoding.to_value());
                }
            }
            Self::Unchanged(tag) => {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                stamp_list(lists_kept, response.headers_mut());
                response.headers_mut().insert(ETAG, EntityTag::of(tag).to_value());
            }
            Self::State(text) => return of_this_moment(TEXT, Bytes::from_static(text.as_bytes())),
            Self::Text(text) => {
                *response.body_mut() = Bytes::from_static(text.as_bytes());
                response.headers_mut().insert(CONTENT_TYPE, TEXT);
                caching::set(response.headers_mut(), (CACHE_CONTROL, caching::AN_HOUR));
            }
            Self::Json(json) => {
                *response.body_mut() = json;
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, JSON);
                caching::set(headers, caching::INERT);
                caching::set(headers, (CACHE_CONTROL, caching::AN_HOUR));
            }
            Self::Figures(json) => {
                let mut response = of_this_moment(JSON, json);
                caching::set(response.headers_mut(), caching::INERT);
                return response;
            }
            Self::Revised { text, revision } => {
                let mut response = of_this_moment(TEXT, text);
                response.headers_mut().insert(ETAG, validators::of_revision(revision));
                return response;
            }
            Self::Replaced { revision } => {
                *response.status_mut() = StatusCode::NO_CONTENT;
                caching::forbid(response.headers_mut());
                response.headers_mut().insert(ETAG, validators::of_revision(revision));
            }
            Self::Html { .. } | Self::Page { .. } | Self::Picture(_) | Self::SeeOther(_) => {
                return self.into_page();
            }
            Self::Created { json, location, .. } => {
                *response.status_mut() = StatusCode::CREATED;
                *response.body_mut() = Bytes::from(json);
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, JSON);
                caching::set(headers, caching::INERT);
                caching::forbid(headers);
                let location = HeaderValue::try_from(location);
                headers.insert(LOCATION, location.expect("a checked prefix and digits are visible ASCII"));
            }
            Self::Noted => {
                let mut response = of_this_moment(TEXT, Bytes::from_static(b"Created"));
                *response.status_mut() = StatusCode::CREATED;
                return response;
            }
            Self::Done => {
                *response.status_mut() = StatusCode::NO_CONTENT;
                caching::forbid(response.headers_mut());
            }
        }
        response
    }

    /// Makes the response of a reply for people.
    fn into_page(self) -> Response<Bytes> {
        let mut response = Response::default();
        match self {
            Self::Html { page, policy, kept } => {
                *response.body_mut() = page;
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HTML);
                caching::set(headers, (CONTENT_SECURITY_POLICY, policy));
                caching::set(headers, (REFERRER_POLICY, "no-referrer"));
                caching::set(headers, (CACHE_CONTROL, kept));
            }
            Self::Page { page, policy, status } => {
                let mut response = of_this_moment(HTML, page);
                *response.status_mut() = status;
                caching::set(response.headers_mut(), (CONTENT_SECURITY_POLICY, policy));
                // Forms name the page that they come from.
                caching::set(response.headers_mut(), (REFERRER_POLICY, "same-origin"));
                return response;
            }
            Self::Picture(svg) => {
                *response.body_mut() = svg;
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
                caching::set(headers, caching::INERT);
                caching::set(headers, (CACHE_CONTROL, caching::FOREVER));
            }
            Self::SeeOther(place) => {
                let mut response = of_this_moment(TEXT, Bytes::new());
                *response.status_mut() = StatusCode::SEE_OTHER;
                let place = HeaderValue::try_from(place);
                let place = place.expect("a checked prefix, ids and words are visible ASCII");
                response.headers_mut().insert(LOCATION, place);
                return response;
            }
            // The others are for programs.
            _ => {}
        }
        response
    }
}

/// A response that may change at any moment.
pub(crate) fn of_this_moment(content_type: HeaderValue, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    caching::forbid(response.headers_mut());
    response
}

/// The head of every list that is served from memory, without its tag, when pages of any origin may
/// read it.
pub(crate) fn list_head(lists_kept: &HeaderValue) -> Response<Bytes> {
    let mut response = Response::default();
    stamp_page(lists_kept, response.headers_mut());
    response
}

/// The headers of a list that is shown.
fn stamp_page(lists_kept: &HeaderValue, headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, JSON);
    caching::set(headers, caching::INERT);
    stamp_list(lists_kept, headers);
}

/// The headers of a list, shown or not.
fn stamp_list(lists_kept: &HeaderValue, headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, lists_kept.clone());
    caching::vary_by(headers, caching::LISTS_VARY);
}
