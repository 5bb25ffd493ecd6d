//! `GET /docs`: the OpenAPI document as a page on which every operation can be tried. It loads
//! nothing but that document. Deliberately absent: what the document says (`openapi`).

use std::sync::LazyLock;

use askama::Template;
use bytes::Bytes;

use super::html::Assets;
use crate::http::call::Call;
use crate::http::response::caching;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let script = concat!(include_str!("docs/page.js"), include_str!("docs/try.js"));
    Assets::with_script(include_str!("docs/page.css"), script)
});

static PAGE: LazyLock<String> =
    LazyLock::new(|| DocsPage { assets: &ASSETS }.render().expect("a string takes everything"));

/// The page.
#[derive(Template)]
#[template(path = "docs/page.html")]
struct DocsPage<'a> {
    assets: &'a Assets,
}

/// `GET /docs`
pub(crate) async fn browse(_: Call<'_>) -> Result<Reply, Problem> {
    let page = Bytes::from_static(PAGE.as_bytes());
    Ok(Reply::Html { page, policy: ASSETS.policy(), kept: caching::AN_HOUR })
}
