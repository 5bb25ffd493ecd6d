//! `GET /` and `GET /status.json`: what is running here and how it does, as a page for people and as JSON for scripts.
//! Both tell the same figures, which `status` puts together from what is counted anyway; `history` has the last minutes.
//! The page is whole without its script, which only has it follow the figures.
//!
//! Neither tells where the store is, what shoppers wrote, or who is connected. `--first-page off` takes both away.

mod chart;
mod parts;
mod status;
mod words;

use std::sync::LazyLock;
use std::time::Instant;

use bytes::Bytes;

pub(super) use self::status::Status;
use super::caching;
use super::dispatch::{Answer, App};
use super::error::Problem;
use super::history::{History, STEP};
use super::html::{Page, escape};
use super::metrics::ServerMetrics;

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let (style, script) = (include_str!("page.css"), include_str!("page.js"));
    Page::new(include_str!("page.html"), style, script)
});

/// What is known for the page alone.
#[derive(Debug)]
pub(super) struct FirstPage {
    started: Instant,
    history: History,
}

impl FirstPage {
    /// Of a server that begins now.
    pub(super) fn new() -> Self {
        let started = Instant::now();
        Self { started, history: History::new(started) }
    }

    /// Looks at the counters; to be called once a [`STEP`].
    pub(super) fn step(&self, server: &ServerMetrics) {
        self.history.step(server, Instant::now());
    }
}

/// `GET /status.json`
pub(super) async fn status(app: &App) -> Result<Answer, Problem> {
    let page = app.first_page.as_ref().ok_or(Problem::UnknownPath)?;
    let status = Status::take(app, page).await;
    let json = serde_json::to_vec(&status).expect("names are texts and numbers are finite");
    Ok(Answer::Figures(Bytes::from(json)))
}

/// `GET /`, which was asked for as `path`.
pub(super) async fn page(app: &App, path: &str) -> Result<Answer, Problem> {
    let page = app.first_page.as_ref().ok_or(Problem::UnknownPath)?;
    let status = Status::take(app, page).await;
    let base = base(path);
    let html = PAGE.filled(|slot, html| match slot {
        "base" => html.push_str(&base),
        "step_ms" => html.push_str(&STEP.as_millis().to_string()),
        "examples" => parts::examples(app.service.example(), &base, html),
        _ => parts::fill(slot, &status, html),
    });
    Ok(Answer::Html { page: Bytes::from(html), policy: PAGE.policy(), kept: caching::NOT_KEPT })
}

/// What links on the page begin with, as HTML. They are relative to it, so that they also lead somewhere behind a proxy
/// that puts something before the paths that it passes on.
fn base(path: &str) -> String {
    let mut base = String::from("./");
    // Without a slash at its end, a browser takes the last segment for the page.
    if let Some((_, last)) = path.rsplit_once('/').filter(|(_, last)| !last.is_empty()) {
        escape(last, &mut base);
        base.push('/');
    }
    base
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::history::MAX_STEPS;

    #[test]
    fn links_lead_below_the_page() {
        for (path, expected) in
            [("/", "./"), ("/api/shop/", "./"), ("/api/shop", "./shop/"), ("/a:b\"<", "./a:b&#34;&#60;/")]
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
