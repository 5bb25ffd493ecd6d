//! The shop's own server in tests: it signs who a shopper is. What the service makes of a token is
//! not here.

use atelier::http::{IdentityMode, IdentitySettings};
use atelier::service::Clock as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use super::Shop;

/// What tokens of tests are for.
pub(crate) const AUDIENCE: &str = "reviews.shop.test";

/// The secret of the key `one`.
pub(crate) const SECRET: [u8; 32] = [7; 32];

/// Signs a header and a payload with a secret.
pub(crate) fn sign(secret: &[u8], header: &Value, payload: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", part(header), part(payload));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

impl Shop {
    /// Has tokens of the key `one` count.
    pub(crate) fn knows_shoppers(&mut self, mode: IdentityMode) {
        let keys = format!("one:HS256:{}", URL_SAFE_NO_PAD.encode(SECRET));
        let keys = keys.parse().expect("a key");
        let audience = AUDIENCE.to_owned();
        self.http_settings.identity =
            IdentitySettings { mode, keys, audience, ..IdentitySettings::default() };
    }

    /// What a token of this shopper says, good for ten minutes.
    pub(crate) fn claims(&self, subject: &str) -> Value {
        let now_s = self.clock.now().milliseconds() / 1_000;
        json!({"sub": subject, "aud": AUDIENCE, "exp": now_s + 600})
    }

    /// A good token of this shopper.
    pub(crate) fn token(&self, subject: &str) -> String {
        self.token_with(subject, &[])
    }

    /// A good token that says more.
    pub(crate) fn token_with(&self, subject: &str, more: &[(&str, Value)]) -> String {
        let mut claims = self.claims(subject);
        for (name, value) in more {
            claims[*name] = value.clone();
        }
        sign(&SECRET, &json!({"alg": "HS256", "typ": "JWT"}), &claims)
    }
}
