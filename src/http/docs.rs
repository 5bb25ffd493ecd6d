//! `GET /docs`: the OpenAPI document as a page that loads nothing but that document. How a page is put together is
//! `html`'s business.

use std::sync::LazyLock;

use bytes::Bytes;

use super::caching;
use super::dispatch::Answer;
use super::html::Page;

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let (style, script) = (include_str!("docs/page.css"), include_str!("docs/page.js"));
    Page::new(include_str!("docs/page.html"), style, script)
});

/// The page.
pub(super) fn page() -> Answer {
    let page = Bytes::from_static(PAGE.text().as_bytes());
    Answer::Html { page, policy: PAGE.policy(), kept: caching::KEPT_AN_HOUR }
}
