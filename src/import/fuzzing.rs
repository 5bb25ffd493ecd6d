//! The reader of CSV files and the checks of rows, on any bytes: for `crate::fuzzing`.
//! Deliberately absent: the comparison with the `csv` crate, which `reader` tests.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a target says that something is wrong")]

use std::io::Read;

use super::check::Seen;
use super::input::Header;
use super::reader::{Field, Reader};
use super::row::{Problem, Row};
use super::source::SourceFile;
use crate::store::Batch;

/// Returns a few bytes at a time, as a slow pipe does.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

/// A line, and the fields of the record that starts there or what is wrong with it.
type Line = (u64, Result<Vec<Vec<u8>>, String>);

fn lines(bytes: &[u8], at_once: usize) -> Vec<Line> {
    let mut reader = Reader::new(Trickle(bytes, at_once)).expect("bytes in memory can be read");
    let mut lines = Vec::new();
    while let Some(record) = reader.next().expect("bytes in memory can be read") {
        let content = |field: &Field| record.bytes[field.range()].to_vec();
        let fields = record.fields.map(|fields| fields.iter().map(content).collect());
        lines.push((record.line, fields.map_err(|problem| problem.to_string())));
    }
    assert_eq!(reader.position(), bytes.len() as u64);
    lines
}

/// The same bytes give the same records, however many arrive at once, and each record is on a later
/// line. They can be checked as rows of all three files. The first byte says how many arrive at
/// once.
pub fn csv(bytes: &[u8]) {
    let [at_once, bytes @ ..] = bytes else { return };
    let whole = lines(bytes, bytes.len().max(1));
    assert_eq!(whole, lines(bytes, usize::from(*at_once).max(1)));
    assert!(whole.is_sorted_by(|(line, _), (next, _)| line < next), "{whole:?}");
    let mut seen = Seen::default();
    let questions = rows(SourceFile::Questions, bytes, |row, batch| seen.question(row, batch));
    let answers = rows(SourceFile::Answers, bytes, |row, batch| seen.answer(row, batch));
    let photos = rows(SourceFile::Photos, bytes, |row, batch| seen.photo(row, batch));
    for rows in [questions, answers, photos] {
        assert_eq!(rows, whole.len(), "a row is neither good nor bad");
    }
}

/// Checks all rows of a file and returns how many there are, good and bad ones.
fn rows<R>(
    file: SourceFile,
    bytes: &[u8],
    mut check: impl FnMut(&Row<'_>, &mut Batch<R>) -> Result<(), Problem>,
) -> usize {
    let names: Vec<String> = file.columns().iter().map(|&name| name.to_owned()).collect();
    let header = Header { positions: (0..names.len()).collect(), names };
    let mut reader = Reader::new(bytes).expect("bytes in memory can be read");
    let mut batch = Batch::default();
    let mut bad = 0;
    while let Some(record) = reader.next().expect("bytes in memory can be read") {
        if let Err(problem) = Row::new(record, &header).and_then(|row| check(&row, &mut batch)) {
            assert!(record.line > 0 && !problem.reason.is_empty());
            bad += 1;
        }
    }
    batch.rows.len() + bad
}
