//! Request ids: what a client or proxy calls a request in `X-Request-Id` comes back with its answer, so that both ends can
//! speak of the same one. None is made up here: the log has no line for a request in which it could be found again, and nginx
//! makes one up for every request if it is asked to.

use http::HeaderMap;
use http::header::HeaderName;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest one that is sent back.
const MAX_BYTES: usize = 128;

/// Whether an id may be sent back and written into logs: letters, digits and a few signs that mean nothing to a shell, a
/// page or a log.
pub(crate) fn is_sound(id: &[u8]) -> bool {
    let sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~:+/=@".contains(byte);
    (1..=MAX_BYTES).contains(&id.len()) && id.iter().all(sound)
}

/// Sends back what the request is called.
pub(crate) fn stamp(request: &HeaderMap, headers: &mut HeaderMap) {
    if let Some(id) = request.get(X_REQUEST_ID).filter(|id| is_sound(id.as_bytes())) {
        headers.insert(X_REQUEST_ID, id.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_mean_something_elsewhere_are_not_sound() {
        for sound in ["1", "4bf92f35-77b3", "a_b.c~d:e+f/g=h@i", &"x".repeat(128)] {
            assert!(is_sound(sound.as_bytes()), "{sound}");
        }
        for unsound in ["", " ", "a b", "a\tb", "<a>", "a\"b", "a;b", "a,b", "$a", "ä", &"x".repeat(129)] {
            assert!(!is_sound(unsound.as_bytes()), "{unsound}");
        }
    }
}
