//! A list of words as people write it: an entry a line. Deliberately absent: how texts are compared
//! with it (`list`), and where it is kept.

use super::scripts::Class;
use super::stream::words_of;

/// Longest entry, in Unicode scalar values, without its comment.
pub const MAX_ENTRY_CHARS: usize = 100;

/// Most entries of a list.
pub const MAX_ENTRIES: usize = 20_000;

/// Most bytes of a list, comments among them.
pub const MAX_LIST_BYTES: usize = 4 << 20;

/// Why a text is no list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// An entry is too long.
    #[error("line {line}: an entry must have at most {MAX_ENTRY_CHARS} characters")]
    TooLong {
        /// Its line, counted from 1.
        line: usize,
    },
    /// There are too many entries.
    #[error("line {line}: a list must have at most {MAX_ENTRIES} entries")]
    TooMany {
        /// The line of the first one that is too many.
        line: usize,
    },
    /// An entry has a star inside.
    #[error("line {line}: * may stand only at the beginning and at the end of an entry")]
    StarInside {
        /// Its line.
        line: usize,
    },
    /// An entry has neither letters nor digits.
    #[error("line {line}: an entry must have a letter or a digit")]
    NoWord {
        /// Its line.
        line: usize,
    },
    /// A line has a character that is none of a text.
    #[error("line {line}: an entry must have no control characters")]
    Control {
        /// Its line.
        line: usize,
    },
    /// The whole text is too long.
    #[error("a list must have at most {MAX_LIST_BYTES} bytes")]
    TooLarge,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The entry as it was written.
    pub(super) text: String,
    /// Its words, with a space at each end where a word must begin or end.
    pub(super) pattern: String,
    /// The scripts of its words.
    pub(super) classes: Vec<Class>,
}

/// Reads a list.
///
/// # Errors
/// The first line that is wrong, with the limit that it breaks.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, WordsError> {
    if text.len() > MAX_LIST_BYTES {
        return Err(WordsError::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    for (line, written) in (1..).zip(text.lines()) {
        let entry = without_comment(written).trim();
        if entry.is_empty() {
            continue;
        }
        if entries.len() == MAX_ENTRIES {
            return Err(WordsError::TooMany { line });
        }
        entries.push(Entry::parse(entry, line)?);
    }
    Ok(entries)
}

/// A line without its comment: what begins with `#` at its beginning or behind a space.
fn without_comment(line: &str) -> &str {
    let begins = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    &line[..comment.unwrap_or(line.len())]
}

impl Entry {
    fn parse(text: &str, line: usize) -> Result<Self, WordsError> {
        if text.chars().count() > MAX_ENTRY_CHARS {
            return Err(WordsError::TooLong { line });
        }
        if text.chars().any(|character| character.is_control() && character != '\t') {
            return Err(WordsError::Control { line });
        }
        let (begins_anywhere, ends_anywhere) = (text.starts_with('*'), text.ends_with('*'));
        let inner = text.strip_prefix('*').unwrap_or(text);
        let inner = inner.strip_suffix('*').unwrap_or(inner);
        if inner.contains('*') {
            return Err(WordsError::StarInside { line });
        }
        let words = words_of(inner).stream;
        let classes: Vec<Class> = words.tokens.iter().map(|token| token.class).collect();
        if classes.is_empty() {
            return Err(WordsError::NoWord { line });
        }
        let pattern = &words.text[usize::from(begins_anywhere)..];
        let pattern = &pattern[..pattern.len() - usize::from(ends_anywhere)];
        Ok(Self { text: text.to_owned(), pattern: pattern.to_owned(), classes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(text: &str) -> Result<Vec<String>, WordsError> {
        Ok(parse(text)?.into_iter().map(|entry| entry.pattern).collect())
    }

    #[test]
    fn an_entry_is_a_word_or_a_phrase_a_line() {
        let list = "\u{feff}# Rude\r\n Dick \r\n\n*hole\nfoo*  # with a tail\nBuy  now!\n*mid*\nC#\n";
        assert_eq!(patterns(list).unwrap(), [" dick ", "hole ", " foo", " buy now ", "mid", " c "]);
        assert_eq!(patterns("").unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_wrong_names_its_line_and_limit() {
        let long = "a".repeat(101);
        let many = "word\n".repeat(20_001);
        for (text, expected) in [
            (format!("fine\n{long}"), "line 2: an entry must have at most 100 characters"),
            (many, "line 20001: a list must have at most 20000 entries"),
            ("a*b".to_owned(), "line 1: * may stand only at the beginning and at the end of an entry"),
            ("fine\n\n!!!".to_owned(), "line 3: an entry must have a letter or a digit"),
            ("*".to_owned(), "line 1: an entry must have a letter or a digit"),
            ("a\0b".to_owned(), "line 1: an entry must have no control characters"),
            ("#".repeat(MAX_LIST_BYTES + 1), "a list must have at most 4194304 bytes"),
        ] {
            assert_eq!(parse(&text).unwrap_err().to_string(), expected);
        }
        assert!(parse(&"a".repeat(100)).is_ok());
        assert!(parse(&"word\n".repeat(20_000)).is_ok());
    }
}
