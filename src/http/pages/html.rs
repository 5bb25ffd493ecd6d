//! Pages for people. Each is one file with its script, style and icon, and loads nothing else. Its
//! policy names script and style by their hashes, so that no other script runs there. Deliberately
//! absent: what the pages show (`docs`, `first_page`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The colours of all pages.
const PALETTE: &str = include_str!("html/palette.css");

/// The icon of all pages, as an address that holds it.
pub(crate) const ICON: &str = include_str!("html/icon.txt");

/// A page whose slots, written `{{name}}`, are filled for each reader.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    policy: String,
}

impl Page {
    /// Puts style and script in their places.
    pub(crate) fn new(html: &str, style: &str, script: &str) -> Self {
        let style = format!("{PALETTE}{style}");
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            hash(script),
            hash(&style)
        );
        let html = html.replace("/* icon.txt */", ICON.trim_end());
        let text = html.replace("/* page.css */", &style).replace("/* page.js */", script);
        Self { text, policy }
    }

    /// The page as it is.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Its `Content-Security-Policy`.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }

    /// The page with its slots filled, see [`filled`].
    pub(crate) fn filled(&self, fill: impl FnMut(&str, &mut String)) -> String {
        filled(&self.text, fill)
    }
}

/// The style of pages without a script, which have forms and pictures of this service.
#[derive(Debug)]
pub(crate) struct Style {
    text: String,
    policy: String,
}

impl Style {
    /// The colours of all pages, and this style.
    pub(crate) fn new(style: &str) -> Self {
        let text = format!("{PALETTE}{style}");
        let policy = format!(
            "default-src 'none'; style-src '{}'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
            hash(&text)
        );
        Self { text, policy }
    }

    /// The style as it is.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The `Content-Security-Policy` of its pages.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

/// A text with its slots, written `{{name}}`, filled: `fill` appends what belongs there, as HTML.
pub(crate) fn filled(text: &str, mut fill: impl FnMut(&str, &mut String)) -> String {
    let mut filled = String::with_capacity(text.len() * 2);
    let mut pieces = text.split("{{");
    filled.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (slot, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        fill(slot, &mut filled);
        filled.push_str(rest);
    }
    filled
}

/// A text as a policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// Appends a text that HTML shows as it is, between tags and in quoted attributes.
pub(crate) fn escape(text: &str, html: &mut String) {
    for sign in text.chars() {
        match sign {
            '&' | '<' | '>' | '"' | '\'' => {
                // A string takes everything.
                let _ = write!(html, "&#{};", u32::from(sign));
            }
            _ => html.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_filled_where_it_is() {
        let page = Page::new(
            "<style>/* page.css */</style>{{a}}-{{b}}{{a}}.<script>/* page.js */</script>",
            "p{}",
            "f()",
        );
        let filled = page.filled(|slot, html| html.push_str(&slot.to_uppercase()));
        assert!(filled.ends_with("p{}</style>A-BA.<script>f()</script>"), "{filled}");
        assert!(page.policy().contains(&hash("f()")));
    }

    #[test]
    fn what_html_takes_for_its_own_is_escaped() {
        let mut html = String::new();
        escape("/a&b<c>\"d\"'é", &mut html);
        assert_eq!(html, "/a&#38;b&#60;c&#62;&#34;d&#34;&#39;é");
    }
}
