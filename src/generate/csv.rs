//! One CSV file in the making: rows are appended to a buffer by hand, because a general writer would cost
//! more than all the rest. The file has a temporary name until it is whole; an abandoned one is removed.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::GenerateError;

/// A buffer longer than this is written out at the next opportunity, in bytes.
const BUFFER_BYTES: usize = 1 << 20;

/// A CSV file that has not got its final name yet.
pub(super) struct CsvFile {
    path: PathBuf,
    temporary_path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    row_start: usize,
    previous_row_start: Option<usize>,
    rows: u64,
    written_bytes: u64,
    published: bool,
}

impl CsvFile {
    /// Starts `name` in `directory` with its line of column names. The temporary name is fixed, so that
    /// what a killed run left behind is overwritten by the next.
    pub(super) fn create(directory: &Path, name: &str, columns: &str) -> Result<Self, GenerateError> {
        let temporary_path = directory.join(format!("{name}.partial"));
        let file = File::create(&temporary_path)
            .map_err(|error| GenerateError::new("create", &temporary_path, error))?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4);
        buffer.extend_from_slice(columns.as_bytes());
        buffer.push(b'\n');
        Ok(Self {
            path: directory.join(name),
            temporary_path,
            file,
            row_start: buffer.len(),
            buffer,
            previous_row_start: None,
            rows: 0,
            written_bytes: 0,
            published: false,
        })
    }

    /// Adds a field that needs no quotes.
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.buffer.extend_from_slice(text);
        self.buffer.push(b',');
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

    /// Ends the row. With `before_previous` it changes places with the row before it, if that belongs to
    /// the same group.
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

    /// Ends a group of rows. Only here is anything written out, so that how large the buffer is has no
    /// influence on which rows can change places.
    pub(super) fn end_group(&mut self) -> Result<(), GenerateError> {
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

    /// Brings everything to the disk, still under the temporary name.
    pub(super) fn complete(&mut self) -> Result<(), GenerateError> {
        self.write_out()?;
        self.file.sync_all().map_err(|error| GenerateError::new("write", &self.temporary_path, error))
    }

    /// Gives the completed file its name, in place of an older one.
    pub(super) fn publish(mut self) -> Result<(), GenerateError> {
        fs::rename(&self.temporary_path, &self.path)
            .map_err(|error| GenerateError::new("put in place", &self.path, error))?;
        self.published = true;
        Ok(())
    }

    fn write_out(&mut self) -> Result<(), GenerateError> {
        self.file
            .write_all(&self.buffer)
            .map_err(|error| GenerateError::new("write", &self.temporary_path, error))?;
        self.written_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        self.row_start = 0;
        Ok(())
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        if !self.published {
            // The error that brought us here is the one to report; a file that stays is overwritten next time.
            let _ = fs::remove_file(&self.temporary_path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(file: CsvFile) -> String {
        let mut file = file;
        let path = file.path.clone();
        file.complete().and_then(|()| file.publish()).unwrap();
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn fields_are_quoted_only_when_they_must_be() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = CsvFile::create(directory.path(), "a.csv", "x,y").unwrap();
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
        let mut file = CsvFile::create(directory.path(), "a.csv", "x").unwrap();
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

    #[test]
    fn an_abandoned_file_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        drop(CsvFile::create(directory.path(), "a.csv", "x").unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
