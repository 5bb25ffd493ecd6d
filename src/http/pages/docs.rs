//! `GET /docs`: the OpenAPI document as a page on which every operation can be tried. It loads
//! nothing but that document. Deliberately absent: how a page is put together (`html`).

use std::sync::LazyLock;

use bytes::Bytes;

use super::html::Page;
use crate::http::call::Call;
use crate::http::response::caching;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let style = include_str!("docs/page.css");
    let script = concat!(include_str!("docs/page.js"), include_str!("docs/try.js"));
    Page::new(include_str!("docs/page.html"), style, script)
});

/// `GET /docs`
pub(crate) async fn browse(_: Call<'_>) -> Result<Reply, Problem> {
    let page = Bytes::from_static(PAGE.text().as_bytes());
    Ok(Reply::Html { page, policy: PAGE.policy(), kept: caching::AN_HOUR })
}
