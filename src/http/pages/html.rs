//! What all pages for people share: colours, icon, and a policy that names style and script by
//! their hashes, so that no other script runs there. A page has its script, style and icon in it
//! and loads nothing else. Deliberately absent: what the pages show (`docs`, `first_page`, `demo`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The colours of all pages.
const PALETTE: &str = include_str!("html/palette.css");

/// The icon of all pages, as an address that holds it.
const ICON: &str = include_str!("html/icon.txt");

/// The style and the script of pages, with the policy that lets them in.
#[derive(Debug)]
pub(crate) struct Assets {
    style: String,
    script: &'static str,
    policy: String,
}

impl Assets {
    /// Of a page that its script fills with figures of this service, and that posts nothing.
    pub(crate) fn with_script(style: &str, script: &'static str) -> Self {
        let style = format!("{PALETTE}{style}");
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            hash(script),
            hash(&style)
        );
        Self { style, script, policy }
    }

    /// Of pages without a script, which have forms and pictures of this service.
    pub(crate) fn with_forms(style: &str) -> Self {
        let style = format!("{PALETTE}{style}");
        let policy = format!(
            "default-src 'none'; style-src '{}'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
            hash(&style)
        );
        Self { style, script: "", policy }
    }

    /// The colours of all pages, and the style of these.
    pub(crate) fn style(&self) -> &str {
        &self.style
    }

    /// The script; empty where there is none.
    pub(crate) fn script(&self) -> &str {
        self.script
    }

    /// The icon.
    #[expect(clippy::unused_self, reason = "templates ask the assets for it")]
    pub(crate) fn icon(&self) -> &'static str {
        ICON.trim_end()
    }

    /// The `Content-Security-Policy` of the pages.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

/// A text as a policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_script_and_the_whole_style() {
        let assets = Assets::with_script("p{}", "f()");
        assert!(assets.style().ends_with("p{}") && assets.style().starts_with(PALETTE));
        assert!(assets.policy().contains(&hash("f()")));
        assert!(assets.policy().contains(&hash(assets.style())));
    }
}
