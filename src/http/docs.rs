//! `GET /docs`: the OpenAPI document as a page that loads nothing but that document. Script and style stand in the page,
//! and the policy sent with it names them by their hashes, so that no other script runs there.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::dispatch::Answer;

const SCRIPT: &str = include_str!("docs/page.js");
const STYLE: &str = include_str!("docs/page.css");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let page = include_str!("docs/page.html");
    page.replace("/* page.css */", STYLE).replace("/* page.js */", SCRIPT)
});

static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

/// A text as a policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The page.
pub(super) fn page() -> Answer {
    Answer::Html { page: &PAGE, policy: &POLICY }
}
