//! Keys of moderators, sellers and administrators: how one is drawn, and which one a request has.
//! Only digests are kept, and looking a digest up tells nothing about the key by how long it takes.
//! Deliberately absent: which routes want which scope (`http`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use super::{Service, ServiceError};
use crate::store::moderation::{Key, ModerationAnswer, ModerationQuery};

/// Every key begins with this, so that people and scanners of secrets know one when they see it.
pub const KEY_PREFIX: &str = "atk_";

/// Random bytes of a key.
const KEY_BYTES: usize = 32;

/// A key that was drawn just now. It is shown once.
pub struct DrawnKey {
    /// The key.
    pub text: String,
    /// What is kept of it.
    pub digest: [u8; 32],
}

impl DrawnKey {
    /// Draws a key of 32 random bytes, in base64url behind the prefix.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub fn draw() -> Result<Self, ring::error::Unspecified> {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new().fill(&mut bytes)?;
        let text = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let digest = digest_of(&text);
        Ok(Self { text, digest })
    }
}

fn digest_of(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Whether a text has the form of a key. Others are not looked up.
fn is_key(text: &str) -> bool {
    let encoded = text.strip_prefix(KEY_PREFIX);
    encoded.is_some_and(|encoded| URL_SAFE_NO_PAD.decode(encoded).is_ok_and(|bytes| bytes.len() == KEY_BYTES))
}

impl Service {
    /// The key in force that is this text; `None` when there is none, or it expired or was revoked.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn key_in_force(&self, text: &str) -> Result<Option<Key>, ServiceError> {
        if !is_key(text) {
            return Ok(None);
        }
        match self.ask_moderation(ModerationQuery::Key(digest_of(text))).await? {
            ModerationAnswer::Keys(keys) => {
                let now = self.clock.now();
                Ok(keys.into_iter().find(|key| key.is_valid(now)))
            }
            other => {
                tracing::error!(?other, "the store gave no keys");
                Err(ServiceError::StoreUnavailable)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_keys_have_the_form_of_a_key_and_differ() {
        let draw = || DrawnKey::draw().expect("random numbers");
        let (one, other) = (draw(), draw());
        assert!(is_key(&one.text) && one.text.len() == 47, "{}", one.text);
        assert_ne!(one.text, other.text);
        assert_eq!(one.digest, digest_of(&one.text));
        for bad in ["", "atk_", "atk_x", &one.text[4..], &one.text[..46], &format!("{}A", one.text)] {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
