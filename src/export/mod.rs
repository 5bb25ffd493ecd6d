//! A whole store → the three CSV files that `import` reads, with hidden rows, counters and e-mail
//! addresses. Rows are written batch by batch, so memory does not grow with the store. Deliberately
//! absent: SQL, progress bars.

mod row;

use std::fs;
use std::path::Path;

use crate::domain::Texts;
use crate::files::{self, ExistingFiles, FileError, NewFile};
use crate::import::{SourceFile, Sources};
use crate::store::{Batch, Counts, StoreError, Upkeep};

/// Bytes of a file that are written at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// Why an export fails.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file or folder cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the files of one state of the store into a folder, which is created when missing.
/// `progress` gets the number of rows written so far after each batch.
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
    let paths = Sources::in_directory(folder);
    files::check_existing(&SourceFile::ALL.map(|file| paths.path(file)), existing)?;
    let mut dump = store.dump()?;
    let mut done = Done { rows: 0, progress };
    let (questions, question_rows) =
        done.write(SourceFile::Questions, &paths, || dump.questions(), row::question)?;
    let (answers, answer_rows) = done.write(SourceFile::Answers, &paths, || dump.answers(), row::answer)?;
    let (photos, photo_rows) = done.write(SourceFile::Photos, &paths, || dump.photos(), row::photo)?;
    drop(dump);
    files::place(vec![questions, answers, photos], existing)?;
    Ok(Counts { questions: question_rows, answers: answer_rows, photos: photo_rows })
}

/// How far an export is.
struct Done<'a> {
    rows: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Done<'_> {
    /// Writes one of the files, which has no name yet; also returns how many rows it has.
    fn write<Row>(
        &mut self,
        source: SourceFile,
        paths: &Sources,
        next: impl FnMut() -> Result<Batch<Row>, StoreError>,
        write: fn(&mut row::Fields, &Row, &Texts) -> csv::Result<()>,
    ) -> Result<(NewFile, u64), ExportError> {
        let path = paths.path(source);
        let failed = |error| FileError::failed("write", path)(error);
        let file = NewFile::create(path)?;
        let mut fields = csv::WriterBuilder::new().buffer_capacity(BUFFER_BYTES).from_writer(file);
        let rows_before = self.rows;
        fields.write_record(source.columns()).map_err(row::io).map_err(failed)?;
        Batch::each(next, |batch| {
            for row in &batch.rows {
                write(&mut fields, row, &batch.texts).map_err(row::io).map_err(failed)?;
            }
            self.rows += batch.rows.len() as u64;
            (self.progress)(self.rows);
            Ok::<_, ExportError>(())
        })?;
        let file = fields.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok((file, self.rows - rows_before))
    }
}
