//! `GET /docs`: the OpenAPI document as a page that loads nothing but that document. How a page is put together is
//! `html`'s business.

use std::sync::LazyLock;

use bytes::Bytes;

use super::html::Page;
use crate::http::response::caching;
use crate::http::response::reply::Reply;

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let (style, script) = (include_str!("docs/page.css"), include_str!("docs/page.js"));
    Page::new(include_str!("docs/page.html"), style, script)
});

/// The page.
pub(crate) fn page() -> Reply {
    let page = Bytes::from_static(PAGE.text().as_bytes());
    Reply::Html { page, policy: PAGE.policy(), kept: caching::KEPT_AN_HOUR }
}
