//! The permission for pages of other origins to read responses (CORS, the Fetch standard), which
//! every response has. Deliberately absent: how long a response may be cached (`caching`).

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, HeaderValue, ORIGIN,
};
use http::{HeaderMap, Response, StatusCode};

use super::caching;

/// The headers that pages of other origins may read, besides the few that they always may.
pub(crate) const EXPOSED: &str =
    "Location, Link, Retry-After, RateLimit, RateLimit-Policy, ETag, X-Request-Id";

/// The headers that those pages may send. `*` stands for all others, such as those of tracing, but
/// never for `Authorization`, and with credentials it stands for nothing.
const ALLOWED_HEADERS: &str =
    "Authorization, Atelier-Identity, Content-Type, Idempotency-Key, Accept, If-None-Match, X-Request-Id, *";

/// Which origins' pages may read responses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CorsOrigins {
    /// Pages of any origin.
    #[default]
    Any,
    /// Pages of these.
    Listed(Vec<HeaderValue>),
}

/// Why a text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an origin; write * or origins separated by commas, such as https://shop.example,http://localhost:8080, without paths"
)]
pub struct InvalidOrigin(String);

impl CorsOrigins {
    /// Reads `*`, or origins separated by commas, such as `https://shop.example`.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let mut origins = Vec::new();
        for origin in text.split(',').map(str::trim).filter(|origin| !origin.is_empty()) {
            if origin == "*" {
                return Ok(Self::Any);
            }
            let invalid = || InvalidOrigin(origin.to_owned());
            let url = url::Url::parse(origin).map_err(|_| invalid())?;
            if url.origin().ascii_serialization() != origin {
                return Err(invalid());
            }
            origins.push(HeaderValue::from_str(origin).map_err(|_| invalid())?);
        }
        if origins.is_empty() { Err(InvalidOrigin(text.to_owned())) } else { Ok(Self::Listed(origins)) }
    }

    /// Adds the headers that every response has.
    pub(crate) fn stamp(&self, request: &HeaderMap, headers: &mut HeaderMap) {
        match self {
            Self::Any => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            Self::Listed(origins) => {
                caching::vary_by(headers, "Origin");
                if let Some(origin) = request.get(ORIGIN).filter(|origin| origins.contains(origin)) {
                    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                }
            }
        }
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// The response to `OPTIONS`, a preflight or not.
pub(crate) fn options<B: Default>(allow: &str) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let allow = HeaderValue::try_from(allow);
    headers.insert(ALLOW, allow.expect("names of methods are visible ASCII"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    );
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_exactly() {
        assert_eq!(CorsOrigins::parse("*"), Ok(CorsOrigins::Any));
        assert!(matches!(
            CorsOrigins::parse("https://shop.example, http://localhost:8080"),
            Ok(CorsOrigins::Listed(origins)) if origins.len() == 2
        ));
        for bad in ["", ",", "shop.example", "https://shop.example/", "https://shop.example/path", "null"] {
            assert!(CorsOrigins::parse(bad).is_err(), "{bad}");
        }
    }
}
