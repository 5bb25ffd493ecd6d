//! CSV bytes → records: where each field lies, on which line a record starts, and what is
//! malformed.
//!
//! The `csv` crate forgives what an import must notice: a file that ends inside quotes, a lost
//! quote, a record without end. A property test compares the two on well-formed files. Deliberately
//! absent: columns, types, UTF-8.

use std::borrow::Cow;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr3};

/// Longest record in bytes, quotes and line end included. Three texts of the greatest length fit
/// many times over, so a longer record has lost a quote.
pub(super) const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// Most bytes taken from the file at once.
const READ_BYTES: usize = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a record cannot be split into fields. It ends with its first line, and reading goes on at
/// the next one, so that a lost quote costs one row and not all that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// Text between a closing quote and the next comma.
    #[error("a quoted field is followed by text: a quote inside must be doubled, or a quote is missing")]
    TextAfterQuote,
    /// A quote inside a field that does not begin with one.
    #[error("a field has a quote but does not begin with one: put it in quotes and double those inside")]
    QuoteInPlainField,
    /// A carriage return outside of quotes that is not part of a line end.
    #[error(
        "a carriage return without a newline is no line end: save the file with LF or CR LF at the ends of lines"
    )]
    LoneCarriageReturn,
    /// The closing quote never comes.
    #[error("file ends inside a quoted field: it is cut off, or a quote is missing")]
    EndsInQuotes,
    /// Longer than [`MAX_RECORD_BYTES`].
    #[error("the row is longer than {MAX_RECORD_BYTES} bytes: a quote or a line end is missing")]
    TooLong,
}

/// Where a field's content lies in its record, surrounding quotes excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    start: usize,
    end: usize,
    /// Whether quotes inside are doubled.
    doubled: bool,
}

impl Field {
    /// The field's place in its record.
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// `content` of this field with doubled quotes made single.
    pub(super) fn unescape(self, content: &str) -> Cow<'_, str> {
        if self.doubled { Cow::Owned(content.replace("\"\"", "\"")) } else { Cow::Borrowed(content) }
    }
}

/// A record, well-formed or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// The 1-based physical line where it starts.
    pub(super) line: u64,
    /// All its bytes. Of a malformed record it is the first line, as far as it is in memory.
    pub(super) bytes: &'a [u8],
    /// Its fields in file order, at least one.
    pub(super) fields: Result<&'a [Field], Malformed>,
}

/// Reads records one by one through a buffer of fixed size.
pub(super) struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    at_end: bool,
    /// Whether the rest of a malformed line is still to be passed over.
    skipping: bool,
    line: u64,
    position: u64,
    unterminated: Option<u64>,
    fields: Vec<Field>,
}

/// What a look at the unread bytes came to.
enum Step {
    /// Another look is needed: more bytes are there now, or some are passed over.
    Again,
    /// A record of this many bytes.
    Record(usize, Result<(), Malformed>),
    /// The file has ended.
    End,
}

impl<R: Read> Reader<R> {
    /// Begins to read; a byte-order mark is passed over.
    pub(super) fn new(input: R) -> io::Result<Self> {
        let mut reader = Self {
            input,
            buffer: vec![0; MAX_RECORD_BYTES + READ_BYTES],
            start: 0,
            end: 0,
            at_end: false,
            skipping: false,
            line: 1,
            position: 0,
            unterminated: None,
            fields: Vec::new(),
        };
        while reader.end < BYTE_ORDER_MARK.len() && !reader.at_end {
            reader.fill()?;
        }
        if reader.buffer[..reader.end].starts_with(BYTE_ORDER_MARK) {
            reader.start = BYTE_ORDER_MARK.len();
            reader.position = BYTE_ORDER_MARK.len() as u64;
        }
        Ok(reader)
    }

    /// The next record, or `None` at the end. Blank lines are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            match self.step()? {
                Step::Again => {}
                Step::End => return Ok(None),
                Step::Record(length, found) => {
                    let (start, line) = (self.start, self.line);
                    self.consume(length);
                    let bytes = &self.buffer[start..start + length];
                    self.skipping = found.is_err() && !bytes.ends_with(b"\n");
                    let fields = found.map(|()| self.fields.as_slice());
                    return Ok(Some(Record { line, bytes, fields }));
                }
            }
        }
    }

    /// Bytes of the file that have been used up.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The line of the last record when the file ends right behind it, without a newline.
    pub(super) fn unterminated(&self) -> Option<u64> {
        self.unterminated
    }

    fn step(&mut self) -> io::Result<Step> {
        let input = &self.buffer[self.start..self.end];
        if input.is_empty() && self.at_end {
            return Ok(Step::End);
        }
        if self.skipping {
            let rest = first_line(input);
            self.skipping = !input[..rest].ends_with(b"\n");
            self.consume(rest);
            if self.start == self.end {
                self.fill()?;
            }
            return Ok(Step::Again);
        }
        let problem = match scan(input, self.at_end, &mut self.fields) {
            Ok(length) if length > MAX_RECORD_BYTES => Malformed::TooLong,
            Ok(length) if is_blank(&input[..length], &self.fields) => {
                self.consume(length);
                return Ok(Step::Again);
            }
            Ok(length) => {
                if !input[..length].ends_with(b"\n") {
                    self.unterminated = Some(self.line);
                }
                return Ok(Step::Record(length, Ok(())));
            }
            Err(Stop::NeedsMore) if input.len() > MAX_RECORD_BYTES => Malformed::TooLong,
            Err(Stop::NeedsMore) => {
                self.fill()?;
                return Ok(Step::Again);
            }
            Err(Stop::Malformed(problem)) => problem,
        };
        Ok(Step::Record(first_line(input), Err(problem)))
    }

    fn consume(&mut self, length: usize) {
        let bytes = &self.buffer[self.start..self.start + length];
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        self.position += length as u64;
        self.start += length;
    }

    /// Moves the unread bytes to the front and reads some more behind them.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.end..self.buffer.len().min(self.end + READ_BYTES);
        let read = loop {
            match self.input.read(&mut self.buffer[room.clone()]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(())
    }
}

/// How long the first line is, with its newline if that is there.
fn first_line(input: &[u8]) -> usize {
    memchr(b'\n', input).map_or(input.len(), |newline| newline + 1)
}

fn is_blank(bytes: &[u8], fields: &[Field]) -> bool {
    fields.len() == 1 && bytes.trim_ascii().is_empty()
}

/// Why no record was found.
enum Stop {
    /// The bytes end before the record does, and the file goes on.
    NeedsMore,
    Malformed(Malformed),
}

/// What follows a field.
enum Next {
    /// Another field, starting here.
    Field(usize),
    /// The next record, starting here.
    Record(usize),
}

/// Splits the record at the start of `input` into `fields` and returns its length with its line
/// end. Spaces and tabs around a quoted field do not matter.
fn scan(input: &[u8], at_end: bool, fields: &mut Vec<Field>) -> Result<usize, Stop> {
    fields.clear();
    let mut start = 0;
    loop {
        let quote = start + blanks(&input[start..], b" \t");
        let (field, next) = if input.get(quote) == Some(&b'"') {
            quoted_field(input, quote + 1, at_end)?
        } else {
            plain_field(input, start, at_end)?
        };
        fields.push(field);
        match next {
            Next::Field(position) => start = position,
            Next::Record(position) => return Ok(position),
        }
    }
}

/// How many bytes at the start of `input` are among `kinds`.
fn blanks(input: &[u8], kinds: &[u8]) -> usize {
    input.iter().take_while(|byte| kinds.contains(byte)).count()
}

fn plain_field(input: &[u8], start: usize, at_end: bool) -> Result<(Field, Next), Stop> {
    let end = match memchr3(b',', b'\n', b'"', &input[start..]) {
        Some(offset) => start + offset,
        None if at_end => input.len(),
        None => return Err(Stop::NeedsMore),
    };
    let (content_end, next) = match input.get(end) {
        Some(b',') => (end, Next::Field(end + 1)),
        Some(b'"') => return Err(Stop::Malformed(Malformed::QuoteInPlainField)),
        _ => {
            let returns = input[start..end].iter().rev().take_while(|&&byte| byte == b'\r').count();
            (end - returns, Next::Record((end + 1).min(input.len())))
        }
    };
    if memchr(b'\r', &input[start..content_end]).is_some() {
        return Err(Stop::Malformed(Malformed::LoneCarriageReturn));
    }
    Ok((Field { start, end: content_end, doubled: false }, next))
}

/// The quoted field whose content begins at `start`.
fn quoted_field(input: &[u8], start: usize, at_end: bool) -> Result<(Field, Next), Stop> {
    let mut from = start;
    let mut doubled = false;
    let end = loop {
        match memchr(b'"', &input[from..]) {
            Some(offset) if input.get(from + offset + 1) == Some(&b'"') => {
                doubled = true;
                from += offset + 2;
            }
            Some(offset) => break from + offset,
            None if at_end => return Err(Stop::Malformed(Malformed::EndsInQuotes)),
            None => return Err(Stop::NeedsMore),
        }
    };
    let after = end + 1 + blanks(&input[end + 1..], b" \t\r");
    let next = match input.get(after) {
        Some(b',') => Next::Field(after + 1),
        Some(b'\n') => Next::Record(after + 1),
        None if at_end => Next::Record(after),
        None => return Err(Stop::NeedsMore),
        Some(_) if input[end..after].contains(&b'\r') => {
            return Err(Stop::Malformed(Malformed::LoneCarriageReturn));
        }
        Some(_) => return Err(Stop::Malformed(Malformed::TextAfterQuote)),
    };
    Ok((Field { start, end, doubled }, next))
}

#[cfg(test)]
mod tests;
