//! The keys that verify tokens: secrets of HS256 and public keys of Ed25519, as they are written in
//! settings. A key has one algorithm, and no token chooses another one. Deliberately absent:
//! reading a token (`token`).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::{hmac, signature};

/// Most keys: the one in use and those that it replaces or that replace it.
const MAX_KEYS: usize = 16;

/// Longest name of a key, in characters.
const MAX_KID_CHARS: usize = 64;

/// Shortest secret, in bytes: as long as the digest (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;

/// Longest secret, in bytes.
const MAX_SECRET_BYTES: usize = 1_024;

/// Bytes of a public key of Ed25519.
const PUBLIC_BYTES: usize = 32;

/// What stands before those bytes in a `SubjectPublicKeyInfo` (RFC 8410), as OpenSSL writes it.
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

const PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDING);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING);

/// The keys of the shop's own server, each with a name of its own. They show no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityKeys(Vec<IdentityKey>);

#[derive(Clone)]
pub(super) struct IdentityKey {
    kid: String,
    verifier: Verifier,
    /// The key as it is written, in bytes.
    bytes: Vec<u8>,
}

#[derive(Clone)]
enum Verifier {
    Hs256(hmac::Key),
    Ed25519,
}

/// Why a text is no list of keys. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentityKeys {
    /// An entry is no key.
    #[error(
        "write keys as KID:HS256:SECRET or KID:EdDSA:PUBLIC_KEY, separated by commas or lines, such as 2026:HS256:c2hv…"
    )]
    Form,
    /// The part behind the algorithm is not base64.
    #[error("write secrets and public keys in base64 or base64url; one of them is not")]
    Encoding,
    /// A secret of HS256 has the wrong length.
    #[error(
        "write secrets of HS256 of {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes, in base64; one is of another length"
    )]
    Secret,
    /// A public key of Ed25519 has the wrong length.
    #[error("write public keys of Ed25519 of {PUBLIC_BYTES} bytes, in base64; one is something else")]
    PublicKey,
    /// Two have the same name.
    #[error("write each KID once; two keys have the same")]
    Twice,
    /// There are too many.
    #[error("write at most {MAX_KEYS} keys; there are more")]
    TooMany,
}

impl FromStr for IdentityKeys {
    type Err = InvalidIdentityKeys;

    /// Reads keys, separated by commas or white space. A line's rest behind `#` is a comment. An
    /// empty text has none.
    fn from_str(text: &str) -> Result<Self, InvalidIdentityKeys> {
        let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(keys, _)| keys));
        let entries = lines.flat_map(|line| line.split(|c: char| c == ',' || c.is_whitespace()));
        let mut keys: Vec<IdentityKey> = Vec::new();
        for entry in entries.filter(|entry| !entry.is_empty()) {
            let key: IdentityKey = entry.parse()?;
            if keys.iter().any(|other| other.kid == key.kid) {
                return Err(InvalidIdentityKeys::Twice);
            }
            keys.push(key);
        }
        if keys.len() > MAX_KEYS { Err(InvalidIdentityKeys::TooMany) } else { Ok(Self(keys)) }
    }
}

impl FromStr for IdentityKey {
    type Err = InvalidIdentityKeys;

    fn from_str(entry: &str) -> Result<Self, InvalidIdentityKeys> {
        let mut parts = entry.splitn(3, ':');
        let mut part = || parts.next().ok_or(InvalidIdentityKeys::Form);
        let (kid, algorithm, encoded) = (part()?, part()?, part()?);
        let is_named = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_named || !(1..=MAX_KID_CHARS).contains(&kid.len()) {
            return Err(InvalidIdentityKeys::Form);
        }
        let engine = if encoded.contains(['+', '/']) { STANDARD } else { URL_SAFE };
        let decoded = || engine.decode(encoded).map_err(|_| InvalidIdentityKeys::Encoding);
        let (verifier, bytes) = match algorithm {
            "HS256" => {
                let secret = decoded()?;
                if !(MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&secret.len()) {
                    return Err(InvalidIdentityKeys::Secret);
                }
                (Verifier::Hs256(hmac::Key::new(hmac::HMAC_SHA256, &secret)), secret)
            }
            "EdDSA" => {
                let mut bytes = decoded()?;
                if let Some(raw) = bytes.strip_prefix(&PUBLIC_PREFIX) {
                    bytes = raw.to_vec();
                }
                if bytes.len() != PUBLIC_BYTES {
                    return Err(InvalidIdentityKeys::PublicKey);
                }
                (Verifier::Ed25519, bytes)
            }
            _ => return Err(InvalidIdentityKeys::Form),
        };
        Ok(Self { kid: kid.to_owned(), verifier, bytes })
    }
}

impl IdentityKeys {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of this name, or the only one.
    pub(super) fn find(&self, kid: Option<&str>) -> Option<&IdentityKey> {
        match (kid, self.0.as_slice()) {
            (Some(kid), keys) => keys.iter().find(|key| key.kid == kid),
            (None, [key]) => Some(key),
            (None, _) => None,
        }
    }
}

impl IdentityKey {
    /// Whether a token may name its algorithm like this. RFC 9864 calls `EdDSA` by its curve.
    pub(super) fn is_called(&self, algorithm: &str) -> bool {
        match self.verifier {
            Verifier::Hs256(_) => algorithm == "HS256",
            Verifier::Ed25519 => matches!(algorithm, "EdDSA" | "Ed25519"),
        }
    }

    /// Whether the signature is that of the message. It takes the same time for all of a length.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Hs256(key) => hmac::verify(key, message, signature).is_ok(),
            Verifier::Ed25519 => {
                let key = signature::UnparsedPublicKey::new(&signature::ED25519, &self.bytes);
                key.verify(message, signature).is_ok()
            }
        }
    }
}

impl PartialEq for IdentityKey {
    fn eq(&self, other: &Self) -> bool {
        (&self.kid, &self.bytes) == (&other.kid, &other.bytes)
            && std::mem::discriminant(&self.verifier) == std::mem::discriminant(&other.verifier)
    }
}

impl Eq for IdentityKey {}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The key without its secret.
impl fmt::Display for IdentityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verifier {
            Verifier::Hs256(_) => write!(formatter, "{}:HS256:***", self.kid),
            Verifier::Ed25519 => write!(formatter, "{}:EdDSA:{}", self.kid, URL_SAFE.encode(&self.bytes)),
        }
    }
}

/// The keys without their secrets.
impl fmt::Display for IdentityKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        formatter.write_str(&keys.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn read(text: &str) -> Result<IdentityKeys, InvalidIdentityKeys> {
        text.parse()
    }

    #[test]
    fn keys_are_read_in_both_alphabets_and_shown_without_secrets() {
        let keys = read(&format!("a:HS256:{SECRET}, b:EdDSA:{PUBLIC}=")).expect("keys");
        assert_eq!(keys.to_string(), format!("a:HS256:***,b:EdDSA:{PUBLIC}="));
        assert_eq!(format!("{keys:?}"), format!("IdentityKeys([a:HS256:***, b:EdDSA:{PUBLIC}=])"));
        let spelt = SECRET.replace('-', "+").replace('_', "/");
        let lines = format!("# the new one\nb:EdDSA:MCowBQYDK2VwAyEA{PUBLIC}=\n\na:HS256:{spelt}== # old\n");
        assert_eq!(
            read(&lines).map(|mut keys| {
                keys.0.reverse();
                keys
            }),
            Ok(keys)
        );
        assert_eq!(read(""), Ok(IdentityKeys::default()));
    }

    #[test]
    fn a_key_is_found_by_its_name_or_is_the_only_one() {
        let one = read(&format!("a:HS256:{SECRET}")).expect("a key");
        assert!(one.find(None).is_some() && one.find(Some("a")).is_some() && one.find(Some("b")).is_none());
        let two = read(&format!("a:HS256:{SECRET},b:EdDSA:{PUBLIC}")).expect("keys");
        assert!(two.find(None).is_none() && two.find(Some("b")).is_some() && two.find(Some("")).is_none());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        use InvalidIdentityKeys::{Encoding, Form, PublicKey, Secret, TooMany, Twice};
        let short = "c2hvcnQ";
        for (text, expected) in [
            ("secret".to_owned(), Form),
            (format!("a:none:{SECRET}"), Form),
            (format!("a:RS256:{SECRET}"), Form),
            (format!(":HS256:{SECRET}"), Form),
            (format!("a b:HS256:{SECRET}"), Form),
            (format!("{}:HS256:{SECRET}", "a".repeat(65)), Form),
            ("a:HS256:not base64".to_owned(), Encoding),
            ("a:HS256:ä".to_owned(), Encoding),
            (format!("a:HS256:{short}"), Secret),
            ("a:HS256:".to_owned(), Secret),
            (format!("a:EdDSA:{SECRET}"), PublicKey),
            (format!("a:HS256:{SECRET},a:EdDSA:{PUBLIC}"), Twice),
            ((0..17).map(|n| format!("{n}:EdDSA:{PUBLIC}")).collect::<Vec<_>>().join("\n"), TooMany),
        ] {
            let refused = read(&text).expect_err(&text);
            assert!(refused == expected || (text.contains(' ') && refused != Twice), "{text}: {refused}");
            assert!(!refused.to_string().contains(SECRET) && refused.to_string().starts_with("write "));
        }
    }
}
