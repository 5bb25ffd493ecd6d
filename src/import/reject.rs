//! A bad row and what is left out, as reports show them. How they are counted and listed is not
//! decided here.

use std::fmt;
use std::path::PathBuf;

use crate::domain::visible;

/// Most bad rows that are listed; further ones are only counted.
pub const MAX_LISTED_REJECTS: u64 = 100_000;

/// Most characters that are shown of a bad value.
pub const MAX_SHOWN_VALUE_CHARS: usize = 200;

/// A bad row: where it is and what is wrong with it. A row is listed once, with its first bad
/// column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The name of the file.
    pub file: &'static str,
    /// The 1-based physical line where the row starts.
    pub line: u64,
    /// The column; empty when the row as a whole is bad.
    pub column: String,
    /// The bad value, at most [`MAX_SHOWN_VALUE_CHARS`] characters of it. Invisible characters and
    /// bytes that are not UTF-8 are escaped.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Reject {
    /// File, column and reason.
    pub(super) fn kind(&self) -> String {
        let Self { file, column, reason, .. } = self;
        if column.is_empty() { format!("{file}: {reason}") } else { format!("{file}, {column}: {reason}") }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, value, reason } = self;
        write!(formatter, "{file} line {line}")?;
        if !column.is_empty() {
            write!(formatter, ", column {column}")?;
        }
        write!(formatter, ": {reason}: \"{value}\"")
    }
}

/// What an import left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Bad rows.
    pub rows: u64,
    /// Photos without an `http` or `https` address. They are no reason to refuse an import.
    pub photos: u64,
    /// How many there are of each kind, most first: file, column and reason in words.
    pub reasons: Vec<(String, u64)>,
    /// Where they are listed, at most [`MAX_LISTED_REJECTS`]; `None` when nothing was left out.
    pub file: Option<PathBuf>,
}

/// A value as reports show it: shortened, on one line, with invisible characters written out.
pub(super) fn shown(value: &[u8]) -> String {
    // A character has at most four bytes, so this much is enough and a long value costs nothing.
    let beginning = &value[..value.len().min(4 * (MAX_SHOWN_VALUE_CHARS + 1))];
    let mut text = String::new();
    let mut room = MAX_SHOWN_VALUE_CHARS;
    for chunk in beginning.utf8_chunks() {
        let valid = chunk.valid().chars().map(|character| match character {
            '\\' => "\\\\".to_owned(),
            character => visible(character.encode_utf8(&mut [0; 4])),
        });
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        for piece in valid.chain(invalid) {
            if room == 0 {
                text.push('…');
                return text;
            }
            text.push_str(&piece);
            room -= 1;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shortened_and_escaped() {
        assert_eq!(shown(b"a\tb\\\x1b\xFF\0 \xC3\xA9"), "a\\tb\\\\\\u{1b}\\xff\\u{0} é");
        assert_eq!(shown("1\u{a0}0\u{200b}\u{202e}".as_bytes()), "1\\u{a0}0\\u{200b}\\u{202e}");
        let long = shown("é".repeat(100_000).as_bytes());
        assert_eq!(long, format!("{}…", "é".repeat(200)));
        assert_eq!(shown("é".repeat(200).as_bytes()), "é".repeat(200));
    }
}
