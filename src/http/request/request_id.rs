//! Request ids: the `X-Request-Id` of a request comes back with its response, so that both ends can
//! name the same one. Deliberately absent: making ids, which a proxy can do.

use http::HeaderMap;
use http::header::HeaderName;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest one that is sent back.
const MAX_BYTES: usize = 128;

/// Whether an id may be sent back and logged: letters, digits and a few characters that have no
/// meaning in a shell, a page or a log.
pub(crate) fn is_sound(id: &[u8]) -> bool {
    let sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:+/=@".contains(byte);
    (1..=MAX_BYTES).contains(&id.len()) && id.iter().all(sound)
}

/// Sends back the id of the request.
pub(crate) fn stamp(request: &HeaderMap, headers: &mut HeaderMap) {
    if let Some(id) = request.get(X_REQUEST_ID).filter(|id| is_sound(id.as_bytes())) {
        headers.insert(X_REQUEST_ID, id.clone());
    }
}
