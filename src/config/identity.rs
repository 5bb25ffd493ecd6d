//! The values of settings about who shoppers are: the keys that verify tokens or the file that has
//! them, and the words of others. How the settings go together is in `shoppers`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::http::{IdentityKeys, IdentityMode, InvalidIdentityKeys};
use crate::service::VotePolicy;

/// Values of `identity`.
pub(super) const MODES: &[(&str, IdentityMode)] =
    &[("off", IdentityMode::Off), ("optional", IdentityMode::Optional), ("required", IdentityMode::Required)];

/// Values of `votes`.
pub(super) const VOTES: &[(&str, VotePolicy)] = &[
    ("open", VotePolicy::Open),
    ("one_a_client", VotePolicy::OneAClient),
    ("identified", VotePolicy::Identified),
];

/// Longest audience, in characters.
const MAX_AUDIENCE_CHARS: usize = 255;

/// The keys, or the file that has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenKeys {
    /// The keys themselves.
    Here(IdentityKeys),
    /// A file with the keys, an entry a line.
    File(PathBuf),
}

impl FromStr for WrittenKeys {
    type Err = InvalidIdentityKeys;

    fn from_str(text: &str) -> Result<Self, InvalidIdentityKeys> {
        match text.strip_prefix("file:") {
            Some("") => Err(InvalidIdentityKeys::Form),
            Some(path) => Ok(Self::File(PathBuf::from(path))),
            None => text.parse().map(Self::Here),
        }
    }
}

/// The keys without their secrets.
impl fmt::Display for WrittenKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(keys) => keys.fmt(formatter),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
        }
    }
}

/// An audience: some visible characters.
pub(super) fn audience(text: &str) -> Result<String, String> {
    let is_shown = text.trim() == text && !text.contains(char::is_control);
    if is_shown && (1..=MAX_AUDIENCE_CHARS).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(format!("write a text of 1 to {MAX_AUDIENCE_CHARS} characters, such as https://reviews.shop.example"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_here_or_in_a_file() {
        assert_eq!("file:/etc/keys".parse(), Ok(WrittenKeys::File("/etc/keys".into())));
        assert_eq!("".parse(), Ok(WrittenKeys::Here(IdentityKeys::default())));
        for bad in ["file:", "?", "a:HS256:c2hvcnQ"] {
            assert!(bad.parse::<WrittenKeys>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_audience_is_a_text() {
        assert_eq!(audience("shop").as_deref(), Ok("shop"));
        for bad in ["", " a", "a\n", &"a".repeat(256)] {
            assert!(audience(bad).is_err(), "{bad}");
        }
    }
}
