//! Who may keep an answer, for how long, and what else it depends on: `Cache-Control` and `Vary` (RFC 9111), and the two
//! headers that keep browsers from making more of an answer than it is.

use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};

/// A list may be kept, and is asked for again each time: a list after a write shows it.
const LIST: &str = "public, no-cache";

/// How long a shared cache may show what it has when nobody answers, in seconds.
const STALE_IF_ERROR_S: u32 = 300;

/// Answers to writes, and errors.
pub(crate) const NOT_KEPT: &str = "no-store";

/// Explanations of problems change with the program alone.
pub(crate) const KEPT_AN_HOUR: &str = "public, max-age=3600";

/// What lists depend on beside their address.
pub(crate) const LISTS_VARY: &str = "Accept-Encoding";

/// What errors depend on beside their address.
pub(crate) const ERRORS_VARY: &str = "Accept";

/// No browser takes an answer for something else than it says it is.
pub(crate) const NO_SNIFFING: (HeaderName, &str) = (X_CONTENT_TYPE_OPTIONS, "nosniff");

/// JSON that is opened as a page loads nothing, runs nothing, and is shown in no other page.
pub(crate) const NOTHING_IN_IT: (HeaderName, &str) =
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");

/// What `Cache-Control` says of lists. With `shared_cache_s` a cache in front of the service may show a list for so long
/// without asking, and a browser still asks each time.
pub(crate) fn of_lists(shared_cache_s: u32) -> HeaderValue {
    if shared_cache_s == 0 {
        return HeaderValue::from_static(LIST);
    }
    let value = format!("public, max-age=0, s-maxage={shared_cache_s}, stale-if-error={STALE_IF_ERROR_S}");
    HeaderValue::try_from(value).expect("words and digits are visible ASCII")
}

/// Sets a header that is the same in all answers of a kind.
pub(crate) fn set(headers: &mut HeaderMap, (name, value): (HeaderName, &'static str)) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Says that nobody may keep the answer.
pub(crate) fn keep_nowhere(headers: &mut HeaderMap) {
    set(headers, (CACHE_CONTROL, NOT_KEPT));
}

/// Adds what the answer depends on, in one header.
pub(crate) fn vary_by(headers: &mut HeaderMap, name: &'static str) {
    let value = match headers.get(VARY).and_then(|value| value.to_str().ok()) {
        Some(former) => HeaderValue::try_from(format!("{former}, {name}")),
        None => Ok(HeaderValue::from_static(name)),
    };
    headers.insert(VARY, value.expect("names of headers are visible ASCII"));
}
