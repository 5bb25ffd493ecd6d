//! `GET /docs`: the OpenAPI document as a page on which every operation can be tried. It loads
//! nothing but that document. Deliberately absent: how a page is put together (`html`).

use std::sync::LazyLock;

use bytes::Bytes;

use super::html::Page;
use crate::http::call::Call;
use crate::http::operation::{About, Success};
use crate::http::response::caching;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let style = include_str!("docs/page.css");
    let script = concat!(include_str!("docs/page.js"), include_str!("docs/try.js"));
    Page::new(include_str!("docs/page.html"), style, script)
});

pub(crate) const BROWSE: About = About {
    id: "browseApi",
    tag: "service",
    summary: "This document as a page",
    description: "Every operation can be tried there. Loads nothing from elsewhere.",
    parameters: &[],
    body: None,
    success: Success::Text { what: "A page for people", media_type: "text/html" },
    problems: &[],
};

/// `GET /docs`
pub(crate) async fn browse(_: Call<'_>) -> Result<Reply, Problem> {
    let page = Bytes::from_static(PAGE.text().as_bytes());
    Ok(Reply::Html { page, policy: PAGE.policy(), kept: caching::AN_HOUR })
}
