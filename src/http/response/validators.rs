//! Entity tags of lists (RFC 9110, section 8.8.3) and what `If-None-Match` says of them: a client or cache that has the list
//! already is told so in place of the list. What makes a list another one is `service::ListTag`'s.

use http::HeaderMap;
use http::header::{HeaderValue, IF_NONE_MATCH};

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

    /// Whether a value of `If-None-Match` names this tag, weak or not, or any (`*`). What is not written as it should be names
    /// none from there on.
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
            if &quoted[..end] == digits {
                return true;
            }
            rest = &quoted[end + 1..];
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_named_however_the_list_is_written() {
        let tag = EntityTag(*b"W/\"0123456789abcdef\"");
        for value in [
            r#"W/"0123456789abcdef""#,
            r#""0123456789abcdef""#,
            "*",
            " * ",
            r#""x", W/"0123456789abcdef""#,
            r#"W/"a,b" ,,"",W/"0123456789abcdef","y""#,
            r#""0123456789abcdef", and then nonsense"#,
        ] {
            assert!(tag.is_named_in(value.as_bytes()), "{value}");
        }
        for value in [
            "",
            ",",
            "0123456789abcdef",
            r#"W/"0123456789abcdef"#,
            r#"w/"0123456789abcdef""#,
            r#""0123456789ABCDEF""#,
            r#""0123456789abcde""#,
            r#""x, 0123456789abcdef""#,
            r#"nonsense, "0123456789abcdef""#,
            r#""*""#,
            "*, *",
        ] {
            assert!(!tag.is_named_in(value.as_bytes()), "{value}");
        }
        assert!(!tag.is_named_in(b"\xff\""));
    }
}
