//! One CSV file that is being written: rows are appended to a buffer by hand, because a general
//! writer would cost more than all the rest of the generator. What the fields mean is not known
//! here.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::{Kind, Set};
use crate::files::{FileError, NewFile};

/// A buffer longer than this is written out at the next opportunity, in bytes.
const BUFFER_BYTES: usize = 1 << 20;

/// Where the files go, and of which sets there are any.
pub(super) struct Folder<'a> {
    pub(super) path: &'a Path,
    pub(super) sets: &'a [Set],
}

impl Folder<'_> {
    /// Starts the file of a kind. Of a set that is not wanted, rows are made and dropped.
    pub(super) fn create(&self, kind: Kind) -> Result<CsvFile, FileError> {
        let definition = kind.definition();
        let is_wanted = self.sets.contains(&definition.set);
        let path = is_wanted.then(|| self.path.join(definition.files[0]));
        let columns: Vec<&str> = definition.columns.iter().filter_map(|column| column.csv).collect();
        CsvFile::create(kind, path, &columns.join(","))
    }
}

/// A CSV file that has not got its final name yet.
pub(super) struct CsvFile {
    pub(super) kind: Kind,
    /// `None` when nothing is written.
    file: Option<(PathBuf, NewFile)>,
    buffer: Vec<u8>,
    row_start: usize,
    previous_row_start: Option<usize>,
    rows: u64,
    written_bytes: u64,
}

impl CsvFile {
    fn create(kind: Kind, path: Option<PathBuf>, columns: &str) -> Result<Self, FileError> {
        let create = |path: PathBuf| NewFile::create(&path).map(|file| (path, file));
        let file = path.map(create).transpose()?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4);
        buffer.extend_from_slice(columns.as_bytes());
        buffer.push(b'\n');
        Ok(Self {
            kind,
            file,
            row_start: buffer.len(),
            buffer,
            previous_row_start: None,
            rows: 0,
            written_bytes: 0,
        })
    }

    /// Adds a field that needs no quotes.
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.buffer.extend_from_slice(text);
        self.buffer.push(b',');
    }

    /// Adds the literal that stands for nothing.
    pub(super) fn null(&mut self) {
        self.plain(b"null");
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: u64) {
        self.plain(itoa::Buffer::new().format(number).as_bytes());
    }

    /// Adds a text, in quotes when it needs them.
    pub(super) fn text(&mut self, text: &[u8]) {
        if memchr::memchr3(b',', b'"', b'\n', text).is_none() {
            return self.plain(text);
        }
        self.buffer.push(b'"');
        let mut rest = text;
        while let Some(quote) = memchr::memchr(b'"', rest) {
            self.buffer.extend_from_slice(&rest[..=quote]);
            self.buffer.push(b'"');
            rest = &rest[quote + 1..];
        }
        self.buffer.extend_from_slice(rest);
        self.buffer.extend_from_slice(b"\",");
    }

    /// Ends the row. With `before_previous` it changes places with the row before it, if that one
    /// belongs to the same group.
    pub(super) fn end_row(&mut self, before_previous: bool) {
        if let Some(last) = self.buffer.last_mut() {
            *last = b'\n';
        }
        self.rows += 1;
        match self.previous_row_start {
            Some(previous) if before_previous => {
                let length = self.row_start - previous;
                self.buffer[previous..].rotate_left(length);
                // A row is moved by one place at most.
                self.previous_row_start = None;
            }
            _ => self.previous_row_start = Some(self.row_start),
        }
        self.row_start = self.buffer.len();
    }

    /// Ends a group of rows. The buffer is written out only here, so its size has no influence on
    /// which rows can change places.
    pub(super) fn end_group(&mut self) -> Result<(), FileError> {
        self.previous_row_start = None;
        if self.buffer.len() < BUFFER_BYTES { Ok(()) } else { self.write_out() }
    }

    /// Rows so far, without the column names.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.written_bytes + self.buffer.len() as u64
    }

    /// Writes the rest, and returns the file, which still has no name; `None` when nothing is
    /// written.
    pub(super) fn complete(mut self) -> Result<Option<NewFile>, FileError> {
        self.write_out()?;
        Ok(self.file.map(|(_, file)| file))
    }

    fn write_out(&mut self) -> Result<(), FileError> {
        if let Some((path, file)) = &mut self.file {
            file.write_all(&self.buffer).map_err(FileError::failed("write", path))?;
        }
        self.written_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        self.row_start = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn content(file: CsvFile) -> String {
        let file = file.complete().unwrap().unwrap();
        fs::read_to_string(file.temporary()).unwrap()
    }

    #[test]
    fn fields_are_quoted_only_when_they_must_be() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = CsvFile::create(Kind::Question, Some(directory.path().join("a.csv")), "x,y").unwrap();
        for text in ["plain 'text'", "a, b", "so \"called\"", "two\nlines"] {
            file.number(7);
            file.text(text.as_bytes());
            file.end_row(false);
        }
        assert_eq!(
            content(file),
            "x,y\n7,plain 'text'\n7,\"a, b\"\n7,\"so \"\"called\"\"\"\n7,\"two\nlines\"\n"
        );
    }

    #[test]
    fn rows_change_places_within_their_group() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = CsvFile::create(Kind::Question, Some(directory.path().join("a.csv")), "x").unwrap();
        for (number, before_previous) in [(1, true), (2, false), (30, true), (4, true)] {
            file.number(number);
            file.end_row(before_previous);
        }
        file.end_group().unwrap();
        file.number(5);
        file.end_row(true);
        assert_eq!((file.rows(), file.bytes()), (5, 13));
        assert_eq!(content(file), "x\n1\n30\n2\n4\n5\n");
    }
}
