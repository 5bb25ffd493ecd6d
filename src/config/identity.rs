//! The settings about who shoppers are: the keys that verify tokens, which may stand in a file of
//! their own, and the other words. What tokens say is not known here.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::WrongSetting;
use super::options::ServeOptions;
use crate::http::{IdentityKeys, IdentityMode, IdentitySettings, InvalidIdentityKeys};
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

/// The largest file of keys, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1_024;

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

impl ServeOptions {
    /// Who shoppers are. Keys in a file are not read, so that no token is right.
    pub(super) fn identity_settings(&self) -> IdentitySettings {
        let keys = match &self.identity_keys {
            WrittenKeys::Here(keys) => keys.clone(),
            WrittenKeys::File(_) => IdentityKeys::default(),
        };
        IdentitySettings {
            mode: self.identity,
            keys,
            audience: self.identity_audience.clone().unwrap_or_default(),
            reserved_names: self.reserved_names.clone(),
        }
    }

    /// The same with the keys in a file, which is read now.
    ///
    /// # Errors
    /// When the file cannot be read, has something else in it, or has no key. A key is not repeated.
    pub fn read_identity_settings(&self) -> Result<IdentitySettings, WrongSetting> {
        Ok(IdentitySettings { keys: self.read_identity_keys()?, ..self.identity_settings() })
    }

    /// Whether the settings about tokens go together.
    pub(super) fn check_identity(&self) -> Result<(), WrongSetting> {
        let is_off = self.identity == IdentityMode::Off;
        let has_keys = self.identity_keys != WrittenKeys::Here(IdentityKeys::default());
        let (place, wanted) = if is_off && self.votes == VotePolicy::Identified {
            ("votes", "write identity = \"optional\" or \"required\" as well, or votes = \"one_a_client\"")
        } else if !is_off && !has_keys {
            ("identity", "write identity_keys as well, or identity = \"off\"")
        } else if !is_off && self.identity_audience.is_none() {
            ("identity", "write identity_audience as well, or identity = \"off\"")
        } else {
            return Ok(());
        };
        Err(WrongSetting::without_value(place, wanted))
    }

    fn read_identity_keys(&self) -> Result<IdentityKeys, WrongSetting> {
        use std::io::Read as _;
        let path = match &self.identity_keys {
            WrittenKeys::Here(keys) => return Ok(keys.clone()),
            WrittenKeys::File(path) => path,
        };
        let place = format!("identity_keys = \"file:{}\"", path.display());
        let wrong = |complaint: &str| WrongSetting::without_value(&place, complaint);
        let mut text = String::new();
        let read = std::fs::File::open(path);
        let read = read.and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text));
        match read {
            Ok(length) if length as u64 == MAX_FILE_BYTES => {
                Err(wrong("it is too large; write a file of a few keys"))
            }
            Ok(_) => {
                let keys: IdentityKeys =
                    text.parse().map_err(|error: InvalidIdentityKeys| wrong(&error.to_string()))?;
                let what = "there is no key in it; write one as KID:HS256:SECRET";
                if keys.is_empty() { Err(wrong(what)) } else { Ok(keys) }
            }
            Err(error) => {
                Err(wrong(&format!("it cannot be read ({error}); write the path of a file with keys")))
            }
        }
    }
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
