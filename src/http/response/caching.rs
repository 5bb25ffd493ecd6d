//! Who may cache a response, for how long, and what it varies by (RFC 9111), and two headers that
//! keep browsers from misreading a response. Deliberately absent: entity tags (`validators`).

use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};

/// A list may be cached, and is revalidated each time, so that a list after a write shows it.
const LIST: &str = "public, no-cache";

/// How long a shared cache may serve a stale list when the service fails, in seconds.
const STALE_IF_ERROR_S: u32 = 300;

/// Responses to writes, and errors.
pub(crate) const NO_STORE: &str = "no-store";

/// Explanations of problems change with the program alone.
pub(crate) const AN_HOUR: &str = "public, max-age=3600";

/// What never changes under its address.
pub(crate) const FOREVER: &str = "public, max-age=31536000, immutable";

/// What lists vary by.
pub(crate) const LISTS_VARY: &str = "Accept-Encoding";

/// What errors vary by.
pub(crate) const ERRORS_VARY: &str = "Accept";

/// Browsers believe the content type.
pub(crate) const NO_SNIFFING: (HeaderName, &str) = (X_CONTENT_TYPE_OPTIONS, "nosniff");

/// JSON that is opened as a page loads nothing, runs nothing, and is shown in no other page.
pub(crate) const INERT: (HeaderName, &str) =
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");

/// The `Cache-Control` of lists. With `shared_cache_s`, a cache in front of the service may serve a
/// list for that long without asking, and a browser still asks each time.
pub(crate) fn of_lists(shared_cache_s: u32) -> HeaderValue {
    if shared_cache_s == 0 {
        return HeaderValue::from_static(LIST);
    }
    let value = format!("public, max-age=0, s-maxage={shared_cache_s}, stale-if-error={STALE_IF_ERROR_S}");
    HeaderValue::try_from(value).expect("words and digits are visible ASCII")
}

/// Sets a header that is the same in all responses of a kind.
pub(crate) fn set(headers: &mut HeaderMap, (name, value): (HeaderName, &'static str)) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Forbids caching of the response.
pub(crate) fn forbid(headers: &mut HeaderMap) {
    set(headers, (CACHE_CONTROL, NO_STORE));
}

/// Adds a name to `Vary`.
pub(crate) fn vary_by(headers: &mut HeaderMap, name: &'static str) {
    let value = match headers.get(VARY).and_then(|value| value.to_str().ok()) {
        Some(former) => HeaderValue::try_from(format!("{former}, {name}")),
        None => Ok(HeaderValue::from_static(name)),
    };
    headers.insert(VARY, value.expect("names of headers are visible ASCII"));
}
