//! Entity tags of lists (RFC 9110, section 8.8.3), and whether `If-None-Match` names one: then the
//! response is 304. Also those of revisions, which `If-Match` names before something is replaced.
//! Deliberately absent: what changes a tag (`view::ListTag`).

use http::HeaderMap;
use http::header::{HeaderValue, IF_MATCH, IF_NONE_MATCH};

use crate::view::ListTag;

/// `W/"` before sixteen hexadecimal digits, and `"` behind them.
pub(crate) const TAG_BYTES: usize = 20;
const DIGITS_AT: usize = 3;

/// A list's tag as HTTP writes it. It is weak because all encodings of a list share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntityTag([u8; TAG_BYTES]);

impl EntityTag {
    pub(crate) fn of(tag: ListTag) -> Self {
        const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
        let mut text = *b"W/\"0000000000000000\"";
        for (position, byte) in tag.number().to_be_bytes().into_iter().enumerate() {
            text[DIGITS_AT + 2 * position] = HEXADECIMAL[usize::from(byte >> 4)];
            text[DIGITS_AT + 2 * position + 1] = HEXADECIMAL[usize::from(byte & 15)];
        }
        Self(text)
    }

    /// The value of the header `ETag`.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_value(self) -> HeaderValue {
        HeaderValue::from_bytes(self.as_bytes()).expect("hexadecimal digits and quotes are visible ASCII")
    }

    /// Whether a value of `If-None-Match` names this tag, weak or not, or any (`*`). From the first
    /// syntax error on, it names none.
    pub(crate) fn is_named_in(&self, value: &[u8]) -> bool {
        let mut rest = value.trim_ascii();
        if rest == b"*" {
            return true;
        }
        let digits = &self.0[DIGITS_AT..TAG_BYTES - 1];
        loop {
            rest = rest.trim_ascii_start();
            if let Some(behind_comma) = rest.strip_prefix(b",") {
                rest = behind_comma;
                continue;
            }
            let quoted = rest.strip_prefix(b"W/").unwrap_or(rest).strip_prefix(b"\"");
            let Some(quoted) = quoted else { return false };
            let Some(end) = quoted.iter().position(|&byte| byte == b'"') else { return false };
            if quoted[..end].strip_prefix(digits).is_some_and(is_suffix_of_proxy) {
                return true;
            }
            rest = &quoted[end + 1..];
        }
    }
}

/// Whether this is nothing, or what a proxy that compresses puts behind a tag: `-gzip` (Apache),
/// `-br`, `;gzip` (others).
fn is_suffix_of_proxy(suffix: &[u8]) -> bool {
    let coding = suffix.strip_prefix(b"-").or_else(|| suffix.strip_prefix(b";"));
    suffix.is_empty()
        || coding.is_some_and(|coding| [&b"gzip"[..], b"br", b"zstd", b"deflate"].contains(&coding))
}

/// Whether the client that sent these headers has a list of this tag already.
pub(crate) fn has(headers: &HeaderMap, tag: ListTag) -> bool {
    let mut named = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if named.peek().is_none() {
        return false;
    }
    let tag = EntityTag::of(tag);
    named.any(|value| tag.is_named_in(value.as_bytes()))
}

/// What `If-Match` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It is not there.
    None,
    /// Any revision (`*`).
    Any,
    /// This revision.
    Revision(u64),
    /// A tag that no revision has.
    Never,
}

/// The entity tag of a revision. It is strong: equal revisions are equal bytes.
pub(crate) fn of_revision(revision: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).expect("digits and quotes are visible ASCII")
}

/// Reads `If-Match` as far as revisions can have been sent: one tag, or a star.
pub(crate) fn condition(headers: &HeaderMap) -> Condition {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(value) = values.next() else { return Condition::None };
    let text = value.to_str().unwrap_or_default().trim();
    if values.next().is_some() {
        return Condition::Never;
    }
    if text == "*" {
        return Condition::Any;
    }
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let revision = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    revision.and_then(|digits| digits.parse().ok()).map_or(Condition::Never, Condition::Revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_one_revision_or_any() {
        for (value, expected) in [
            ("\"0\"", Condition::Revision(0)),
            (" \"17\" ", Condition::Revision(17)),
            ("*", Condition::Any),
            ("W/\"17\"", Condition::Never),
            ("17", Condition::Never),
            ("\"x\"", Condition::Never),
            ("\"+1\"", Condition::Never),
            ("\"1\", \"2\"", Condition::Never),
            ("", Condition::Never),
        ] {
            let headers = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(value))]);
            assert_eq!(condition(&headers), expected, "{value}");
        }
        assert_eq!(condition(&HeaderMap::new()), Condition::None);
    }
}
