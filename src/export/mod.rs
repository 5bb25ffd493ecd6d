//! A whole store → the CSV files that `import` reads, with hidden rows, counters and e-mail
//! addresses. Rows are written batch by batch, so memory does not grow with the store. Deliberately
//! absent: SQL, progress bars.

mod error;
mod row;
mod states;

pub use error::ExportError;

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::{Kind, Set};
use crate::files::{self, ExistingFiles, FileError, NewFile};
use crate::import::STATES_FILE;
use crate::store::{Counts, Dump, RowBatch, StoreError, Upkeep, each_batch};

/// Bytes of a file that are written at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// Writes the files of one state of the store into a folder, which is created when missing: those
/// of each set that has rows or was imported, or of questions if there is none. `progress` gets the
/// number of rows written so far after each batch.
///
/// # Errors
/// [`FileError::Exists`] unless files may be replaced. The files get their names as
/// [`files::place`] says, so after an error former files are as they were.
pub fn export(
    store: &dyn Upkeep,
    folder: &Path,
    existing: ExistingFiles,
    progress: &mut dyn FnMut(u64),
) -> Result<Counts, ExportError> {
    fs::create_dir_all(folder).map_err(FileError::failed("create", folder))?;
    let mut dump = store.dump()?;
    let beginnings = beginnings(dump.as_mut())?;
    let mut paths: Vec<PathBuf> = beginnings.iter().map(|first| path(folder, first.kind())).collect();
    let states = folder.join(STATES_FILE);
    paths.push(states.clone());
    files::check_existing(&paths, existing)?;
    let mut done = Done { rows: 0, progress };
    let (mut written, mut counts) = (Vec::new(), Counts::default());
    for (first, path) in beginnings.into_iter().zip(&paths) {
        let rows_before = done.rows;
        let kind = first.kind();
        written.push(done.write(dump.as_mut(), first, path)?);
        counts.add(kind, done.rows - rows_before);
    }
    written.extend(states::write(dump.as_mut(), &states)?);
    drop(dump);
    files::place(written, existing)?;
    Ok(counts)
}

/// The first rows of each kind that gets a file.
fn beginnings(dump: &mut dyn Dump) -> Result<Vec<RowBatch>, StoreError> {
    let mut beginnings = Vec::new();
    for set in Set::ALL {
        let mut of_set = Vec::new();
        for kind in set.kinds().filter(|kind| kind.has_file()) {
            of_set.push(dump.next(kind)?);
        }
        let has_rows = of_set.iter().any(|batch| !batch.is_empty());
        let is_last_resort = set == Set::Questions && beginnings.is_empty();
        if has_rows || is_last_resort || dump.imported_at(set)?.is_some() {
            beginnings.extend(of_set);
        }
    }
    Ok(beginnings)
}

fn path(folder: &Path, kind: Kind) -> PathBuf {
    folder.join(kind.definition().files.first().expect("kinds without a file are left out"))
}

/// How far an export is.
struct Done<'a> {
    rows: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Done<'_> {
    /// Writes one of the files, which has no name yet: the first rows, then the others.
    fn write(&mut self, dump: &mut dyn Dump, first: RowBatch, path: &Path) -> Result<NewFile, ExportError> {
        let failed = |error| FileError::failed("write", path)(error);
        let kind = first.kind();
        let file = NewFile::create(path)?;
        let mut fields = csv::WriterBuilder::new().buffer_capacity(BUFFER_BYTES).from_writer(file);
        let names = kind.definition().columns.iter().filter_map(|column| column.csv);
        fields.write_record(names).map_err(row::io).map_err(failed)?;
        let mut take = |batch: RowBatch| {
            for row in batch.rows() {
                row::write(&mut fields, kind, row).map_err(row::io).map_err(failed)?;
            }
            self.rows += batch.len() as u64;
            (self.progress)(self.rows);
            Ok::<_, ExportError>(())
        };
        take(first)?;
        each_batch(dump, kind, take)?;
        Ok(fields.into_inner().map_err(|error| failed(error.into_error()))?)
    }
}
