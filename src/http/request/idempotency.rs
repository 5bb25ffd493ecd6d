//! The header `Idempotency-Key` of posts, as in the draft of the IETF's HTTP API group: a string of
//! structured fields (RFC 9651), such as `"8e03978e"`, or the same without quotes. Deliberately
//! absent: what a key does (`service::submissions`).

use http::HeaderMap;

use crate::domain::IdempotencyKey;
use crate::http::response::problem::Problem;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The key of a request, if it has one.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let key = text.and_then(|text| key_text(text.trim()));
    key.and_then(|key| IdempotencyKey::parse(key).ok()).map(Some).ok_or(Problem::InvalidKey)
}

/// The text between the quotes, or all of it if there are none. Without quotes, a comma would begin
/// a second header that a proxy joined to the first, and a semicolon would begin parameters.
fn key_text(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let is_bare = !text.contains(['"', ',', ';']);
        return is_bare.then(|| text.to_owned());
    };
    let quoted = quoted.strip_suffix('"')?;
    let mut key = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => key.push(characters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            '"' => return None,
            other => key.push(other),
        }
    }
    Some(key)
}
