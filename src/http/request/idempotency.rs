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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<IdempotencyKey>, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        idempotency_key(&headers)
    }

    #[test]
    fn a_key_is_a_quoted_or_a_bare_text() {
        let key = |text: &str| Ok(Some(IdempotencyKey::parse(text.to_owned()).unwrap()));
        assert_eq!(read(&[]), Ok(None));
        for text in ["\"8e03978e\"", "8e03978e", " \"8e03978e\" "] {
            assert_eq!(read(&[text]), key("8e03978e"), "{text}");
        }
        assert_eq!(read(&[r#""a\"b\\c,d;e""#]), key(r#"a"b\c,d;e"#));
        assert_eq!(read(&[&format!("\"{}\"", "k".repeat(255))]), key(&"k".repeat(255)));
    }

    #[test]
    fn anything_else_is_none() {
        let long = "k".repeat(256);
        for bad in [
            &[""][..],
            &["\"\""],
            &["\""],
            &["\"a"],
            &["a\""],
            &["\"a\"b\""],
            &[r#""a\b""#],
            &[r#""a\""#],
            &["a b"],
            &["\"a b\""],
            &["a,b"],
            &["a;b=1"],
            &["\"a\";b=1"],
            &["ü"],
            &[&long],
            &["a", "a"],
        ] {
            assert_eq!(read(bad), Err(Problem::InvalidKey), "{bad:?}");
        }
    }
}
