//! The reader of CSV files and the checks of rows, on any bytes: for `crate::fuzzing`.
//! Deliberately absent: the comparison with the `csv` crate, which `reader` tests.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a target says that something is wrong")]

use std::io::Read;

use super::check::Checks;
use super::input::Header;
use super::reader::{Field, Reader};
use super::row::Row;
use crate::domain::Kind;
use crate::store::RowBatch;

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
/// line. They can be checked as rows of every file. The first byte says how many arrive at once.
pub fn csv(bytes: &[u8]) {
    let [at_once, bytes @ ..] = bytes else { return };
    let whole = lines(bytes, bytes.len().max(1));
    assert_eq!(whole, lines(bytes, usize::from(*at_once).max(1)));
    assert!(whole.is_sorted_by(|(line, _), (next, _)| line < next), "{whole:?}");
    let mut checks = Checks::new(Kind::Product);
    for kind in Kind::all().filter(|kind| kind.has_file()) {
        checks.begin(kind);
        assert_eq!(rows(kind, bytes, &mut checks), whole.len(), "a row is neither good nor bad");
    }
}

/// Checks all rows of a file and returns how many there are, good and bad ones.
fn rows(kind: Kind, bytes: &[u8], checks: &mut Checks) -> usize {
    let columns = kind.definition().columns.iter();
    let names: Vec<String> = columns.filter_map(|column| column.csv.map(str::to_owned)).collect();
    // Columns that are in no file come last.
    let header = Header { positions: (0..kind.definition().columns.len()).collect(), names };
    let mut reader = Reader::new(bytes).expect("bytes in memory can be read");
    let mut batch = RowBatch::new(kind);
    let mut bad = 0;
    while let Some(record) = reader.next().expect("bytes in memory can be read") {
        if let Err(problem) = Row::new(record, &header).and_then(|row| checks.check(&row, &mut batch)) {
            assert!(record.line > 0 && !problem.reason.is_empty());
            bad += 1;
        }
    }
    batch.len() + bad
}
