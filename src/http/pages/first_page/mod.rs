//! `GET /` and `GET /status.json`: what is running and how it performs, as a page for people and as
//! JSON for scripts. Both show the same figures (`status`). The page is complete without its
//! script, which keeps the figures up to date.
//!
//! Deliberately absent: where the store is, what shoppers wrote, who is connected. `--home-page
//! off` removes both.

mod chart;
mod parts;
mod status;
mod words;

use std::sync::LazyLock;

use askama::Template as _;
use bytes::Bytes;

use self::parts::StatusPage;
pub(crate) use self::status::Status;
use super::html::Assets;
use crate::http::call::Call;
use crate::http::response::caching;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

static ASSETS: LazyLock<Assets> =
    LazyLock::new(|| Assets::with_script(include_str!("page.css"), include_str!("page.js")));

/// `GET /status.json`
pub(crate) async fn status(call: Call<'_>) -> Result<Reply, Problem> {
    let app = call.app;
    let history = app.history.as_ref().ok_or(Problem::UnknownPath)?;
    let status = Status::take(app, history).await;
    let json = serde_json::to_vec(&status).expect("names are texts and numbers are finite");
    Ok(Reply::Figures(Bytes::from(json)))
}

/// `GET /`
pub(crate) async fn page(call: Call<'_>) -> Result<Reply, Problem> {
    let app = call.app;
    let history = app.history.as_ref().ok_or(Problem::UnknownPath)?;
    let status = Status::take(app, history).await;
    let base = base(call.head.uri.path());
    let page = StatusPage::new(&ASSETS, &status, base, app.service.example(), app.settings.demo);
    let html = page.render().expect("a string takes everything");
    Ok(Reply::Html { page: Bytes::from(html), policy: ASSETS.policy(), kept: caching::NO_STORE })
}

/// What links on the page begin with. They are relative, so that they also work behind a
/// proxy that changes the paths.
fn base(path: &str) -> String {
    let mut base = String::from("./");
    // Without a slash at its end, a browser takes the last segment for the page.
    if let Some((_, last)) = path.rsplit_once('/').filter(|(_, last)| !last.is_empty()) {
        base.push_str(last);
        base.push('/');
    }
    base
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::watch::history::{MAX_STEPS, STEP};

    #[test]
    fn links_lead_below_the_page() {
        for (path, expected) in
            [("/", "./"), ("/api/shop/", "./"), ("/api/shop", "./shop/"), ("/a:b", "./a:b/")]
        {
            assert_eq!(base(path), expected, "{path}");
        }
    }

    #[test]
    fn what_the_page_calls_five_minutes_is_that_long() {
        let steps = u32::try_from(MAX_STEPS).expect("few");
        assert_eq!(STEP * steps, Duration::from_mins(5));
    }
}
