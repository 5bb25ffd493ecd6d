//! One record of a file with a known header: each column as a typed value, or what is wrong with
//! it. Deliberately absent: how the rows of the files belong together.

use std::borrow::Cow;

use memchr::memchr;

use super::input::Header;
use super::reader::{Field, Record};
use super::reject::shown;
use crate::domain::{Id, MAX_ID, MAX_IMPORTED_ID, Price, Stars, Timestamp, is_photo_address, normalize};

/// Most characters (Unicode scalar values) of an imported text, after trimming. More than the
/// public routes take: texts that customers once wrote must not hold up an import.
pub const MAX_IMPORTED_TEXT_CHARS: usize = 10_000;

/// Why a row is bad: the parts of a [`Reject`](super::Reject) that do not depend on where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) reason: String,
    /// Whether it is a photo without an address. It is left out and spoils nothing.
    pub(super) is_photo_to_leave_out: bool,
}

impl Problem {
    /// A problem with a row as a whole.
    pub(super) fn of_row(bytes: &[u8], reason: String) -> Self {
        let value = shown(bytes.trim_ascii_end());
        Self { column: String::new(), value, reason, is_photo_to_leave_out: false }
    }
}

/// A well-formed record with as many fields as the header line, all UTF-8.
pub(super) struct Row<'a> {
    text: &'a str,
    fields: &'a [Field],
    header: &'a Header,
}

impl<'a> Row<'a> {
    /// Checks that it is well-formed, the number of fields and the encoding.
    pub(super) fn new(record: Record<'a>, header: &'a Header) -> Result<Self, Problem> {
        let of_row = |reason| Problem::of_row(record.bytes, reason);
        let fields = record.fields.map_err(|problem| of_row(problem.to_string()))?;
        let (length, expected) = (fields.len(), header.names.len());
        if length != expected {
            return Err(of_row(format!("the row has {length} fields, the header line {expected}")));
        }
        match simdutf8::basic::from_utf8(record.bytes) {
            Ok(text) => Ok(Self { text, fields, header }),
            Err(_) => Err(not_utf8(record.bytes, fields, header)),
        }
    }

    /// A column of the kind's definition, trimmed but otherwise as in the file.
    fn raw(&self, column: usize) -> &'a str {
        self.text[self.fields[self.header.positions[column]].range()].trim()
    }

    /// A column that has one word.
    pub(super) fn word(&self, column: usize) -> &'a str {
        self.raw(column)
    }

    /// A problem with a column.
    pub(super) fn problem(&self, column: usize, reason: impl Into<String>) -> Problem {
        Problem {
            column: self.header.names[self.header.positions[column]].clone(),
            value: shown(self.raw(column).as_bytes()),
            reason: reason.into(),
            is_photo_to_leave_out: false,
        }
    }

    pub(super) fn id<T: Id>(&self, column: usize) -> Result<T, Problem> {
        T::parse(self.raw(column)).map_err(|error| self.problem(column, error.to_string()))
    }

    /// The id of the row itself.
    pub(super) fn own_id<T: Id>(&self, column: usize) -> Result<T, Problem> {
        let id: T = self.id(column)?;
        if id.get() <= MAX_IMPORTED_ID {
            Ok(id)
        } else {
            Err(self.problem(
                column,
                format!("must be at most {MAX_IMPORTED_ID}, because new ids are larger than it"),
            ))
        }
    }

    /// An id that may lead nowhere, 0 included.
    pub(super) fn reference(&self, column: usize) -> Result<u64, Problem> {
        let text = self.raw(column);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok().filter(|number| *number <= MAX_ID) } else { None };
        number.ok_or_else(|| self.problem(column, format!("must be an integer between 0 and {MAX_ID}")))
    }

    /// One to five stars.
    pub(super) fn stars(&self, column: usize) -> Result<Stars, Problem> {
        Stars::parse(self.raw(column)).map_err(|error| self.problem(column, error.to_string()))
    }

    /// A price.
    pub(super) fn price(&self, column: usize) -> Result<Price, Problem> {
        Price::parse(self.raw(column)).map_err(|error| self.problem(column, error.to_string()))
    }

    /// Whether a column that may miss its value does: nothing, or the literal `null`.
    pub(super) fn is_missing(&self, column: usize) -> bool {
        matches!(self.raw(column), "" | "null")
    }

    pub(super) fn date(&self, column: usize) -> Result<Timestamp, Problem> {
        Timestamp::parse(self.raw(column)).map_err(|error| self.problem(column, error.to_string()))
    }

    /// `1`, `true` or `t`, `0`, `false` or `f`; nothing means false. PostgreSQL writes `t` and `f`.
    pub(super) fn flag(&self, column: usize) -> Result<bool, Problem> {
        match self.raw(column) {
            "0" | "" => Ok(false),
            "1" => Ok(true),
            text if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("f") => Ok(false),
            text if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("t") => Ok(true),
            _ => Err(self.problem(column, "must be 0, 1, true, false, t or f")),
        }
    }

    /// A number of 32 bits in decimal digits; nothing means 0.
    pub(super) fn count(&self, column: usize) -> Result<u32, Problem> {
        let text = self.raw(column);
        if text.is_empty() {
            return Ok(0);
        }
        // `parse` alone would let a plus sign pass.
        let number = if text.starts_with('+') { None } else { text.parse().ok() };
        number.ok_or_else(|| self.problem(column, format!("must be an integer between 0 and {}", u32::MAX)))
    }

    /// A text, trimmed, with unified line ends; it may be empty.
    pub(super) fn text(&self, column: usize) -> Result<Cow<'a, str>, Problem> {
        let content = self.raw(column);
        let text = match self.fields[self.header.positions[column]].unescape(content) {
            Cow::Borrowed(text) => normalize(text),
            Cow::Owned(text) => Cow::Owned(normalize(&text).into_owned()),
        };
        if memchr(0, text.as_bytes()).is_some() {
            return Err(self.problem(column, "must not contain the control character U+0000"));
        }
        // There are never more characters than bytes, so most texts need no count.
        if text.len() > MAX_IMPORTED_TEXT_CHARS && text.chars().count() > MAX_IMPORTED_TEXT_CHARS {
            return Err(
                self.problem(column, format!("must have at most {MAX_IMPORTED_TEXT_CHARS} characters"))
            );
        }
        Ok(text)
    }

    /// The address of a photo.
    pub(super) fn photo_url(&self, column: usize) -> Result<Cow<'a, str>, Problem> {
        let url = self.text(column)?;
        if is_photo_address(&url) {
            return Ok(url);
        }
        let problem = self.problem(column, "is no http or https address with a host: the photo is left out");
        Err(Problem { is_photo_to_leave_out: true, ..problem })
    }
}

fn not_utf8(bytes: &[u8], fields: &[Field], header: &Header) -> Problem {
    let reason = "the text is not UTF-8".to_owned();
    let bad = fields.iter().zip(&header.names).find_map(|(field, name)| {
        let content = &bytes[field.range()];
        std::str::from_utf8(content).is_err().then(|| (name.clone(), shown(content)))
    });
    let (column, value) = bad.unwrap_or_else(|| (String::new(), shown(bytes)));
    Problem { column, value, reason, is_photo_to_leave_out: false }
}

#[cfg(test)]
mod tests {
    use super::super::reader::Reader;
    use super::*;
    use crate::domain::{AnswerId, InvalidId};

    fn with_row<T>(line: &[u8], check: impl FnOnce(Result<Row<'_>, Problem>) -> T) -> T {
        let names = ["extra", "a", "b"].map(str::to_owned).to_vec();
        let header = Header { names, positions: vec![1, 2] };
        let mut reader = Reader::new(line).unwrap();
        check(Row::new(reader.next().unwrap().unwrap(), &header))
    }

    fn problem<T>(
        line: &[u8],
        read: impl FnOnce(&Row<'_>) -> Result<T, Problem>,
    ) -> (String, String, String) {
        let Err(problem) = with_row(line, |row| row.and_then(|row| read(&row))) else { panic!("a good row") };
        (problem.column, problem.value, problem.reason)
    }

    fn value<T>(line: &[u8], read: impl FnOnce(&Row<'_>) -> Result<T, Problem>) -> T {
        with_row(line, |row| read(&row.unwrap()).unwrap())
    }

    fn strings(column: &str, value: &str, reason: &str) -> (String, String, String) {
        (column.to_owned(), value.to_owned(), reason.to_owned())
    }

    #[test]
    fn the_row_as_a_whole() {
        let expected = strings("", "1,2", "the row has 2 fields, the header line 3");
        assert_eq!(problem(b"1,2\r\n", |_| Ok(())), expected);
        assert_eq!(problem(b",x\xFF,\n", |_| Ok(())), strings("a", "x\\xff", "the text is not UTF-8"));
        assert_eq!(problem(b"\xE9,,\n", |_| Ok(())), strings("extra", "\\xe9", "the text is not UTF-8"));
    }

    #[test]
    fn ids_and_dates() {
        assert_eq!(value(b"x, 007 ,2\n", |row| row.id(0).map(AnswerId::get)), 7);
        let expected = strings("b", "-2", &InvalidId.to_string());
        assert_eq!(problem(b",,\"-2\"\n", |row| row.id::<AnswerId>(1)), expected);
        let largest = |row: &Row<'_>| row.own_id(0).map(AnswerId::get);
        assert_eq!(value(b",9007194959773695,\n", largest), MAX_IMPORTED_ID);
        assert_eq!(
            problem(b",9007194959773696,\n", largest).2,
            "must be at most 9007194959773695, because new ids are larger than it"
        );
        assert_eq!(value(b",1595884714409,\n", |row| row.date(0)).milliseconds(), 1_595_884_714_409);
        assert_eq!(value(b",2018-10-18,\n", |row| row.date(0)).milliseconds(), 1_539_820_800_000);
        assert_eq!(problem(b",,soon\n", |row| row.date(1)).1, "soon");
    }

    #[test]
    fn flags() {
        for text in ["0", "False", "", "f", "F"] {
            assert!(!value(format!(",{text},\n").as_bytes(), |row| row.flag(0)), "{text}");
        }
        for text in ["1", " TRUE ", "t", "T"] {
            assert!(value(format!(",{text},\n").as_bytes(), |row| row.flag(0)), "{text}");
        }
        let expected = strings("b", "yes", "must be 0, 1, true, false, t or f");
        assert_eq!(problem(b",,yes\n", |row| row.flag(1)), expected);
    }

    #[test]
    fn counts() {
        for (text, expected) in [("0", 0), (" 12 ", 12), ("", 0), ("4294967295", u32::MAX)] {
            assert_eq!(value(format!(",{text},\n").as_bytes(), |row| row.count(0)), expected, "{text}");
        }
        for text in ["-1", "+1", "1.0", "4294967296", "x"] {
            let reason = "must be an integer between 0 and 4294967295";
            let line = format!(",,{text}\n");
            assert_eq!(problem(line.as_bytes(), |row| row.count(1)), strings("b", text, reason));
        }
    }

    #[test]
    fn texts() {
        let text = |line: &[u8]| value(line, |row| row.text(0).map(Cow::into_owned));
        assert_eq!(text(b",\" a \"\"b\"\"\r\nc\rd, \xE2\x80\x83\",\n"), "a \"b\"\nc\nd,");
        assert_eq!(text(b",,\n"), "");
        assert_eq!(text(format!(", {} ,\n", "é".repeat(10_000)).as_bytes()).chars().count(), 10_000);
        let (_, shown, reason) = problem(format!(",,{}\n", "é".repeat(10_001)).as_bytes(), |row| {
            row.text(1).map(Cow::into_owned)
        });
        assert_eq!(shown, format!("{}…", "é".repeat(200)));
        assert_eq!(reason, "must have at most 10000 characters");
        let expected = strings("b", "x\\u{0}", "must not contain the control character U+0000");
        assert_eq!(problem(b",,x\0\n", |row| row.text(1).map(Cow::into_owned)), expected);
    }
}
