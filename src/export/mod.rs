//! A whole store → the three CSV files that `import` reads: hidden rows, counters and e-mail addresses included.
//! Batch after batch, so memory does not grow with the store. Deliberately absent: SQL, progress bars.

mod row;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::Texts;
use crate::files::{self, NewFile};
use crate::import::{SourceFile, Sources};
use crate::store::{Batch, Counts, StoreError, Upkeep};

/// Bytes of a file that are written at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file of that name is there, and it is not to be replaced.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be written.
    #[error("cannot {action} {}", path.display())]
    Write {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What happens to files that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingFiles {
    /// They are a reason to refuse.
    Refuse,
    /// They go when the new ones are whole.
    Replace,
}

/// Writes the files of one state of the store into a folder, which is made if need be. `progress` is told
/// how many rows are written, batch by batch.
///
/// The files get their names when all three are on the disk. Former ones go before that, so a program that is killed at
/// that moment leaves too few files, which no import takes, but never files of two exports.
///
/// # Errors
/// [`ExportError::Exists`] unless files may be replaced. Then, and after any other failure, former files are as
/// they were.
pub fn export(
    store: &dyn Upkeep,
    folder: &Path,
    existing: ExistingFiles,
    progress: &mut dyn FnMut(u64),
) -> Result<Counts, ExportError> {
    fs::create_dir_all(folder).map_err(failed("create", folder))?;
    let paths = Sources::in_directory(folder);
    for file in SourceFile::ALL {
        let path = paths.path(file);
        if existing == ExistingFiles::Refuse && path.try_exists().map_err(failed("look for", path))? {
            return Err(ExportError::Exists(path.to_owned()));
        }
    }
    let mut dump = store.dump()?;
    let mut done = Done { rows: 0, progress };
    let questions = done.write(SourceFile::Questions, &paths, || dump.questions(), row::question)?;
    let answers = done.write(SourceFile::Answers, &paths, || dump.answers(), row::answer)?;
    let photos = done.write(SourceFile::Photos, &paths, || dump.photos(), row::photo)?;
    drop(dump);
    let counts = Counts { questions: questions.rows, answers: answers.rows, photos: photos.rows };
    place([questions, answers, photos], existing)?;
    files::sync_folder(folder).map_err(failed("write", folder))?;
    Ok(counts)
}

/// A file that is whole and on the disk, but has not got its name yet.
struct Written {
    file: NewFile,
    path: PathBuf,
    rows: u64,
}

/// How far an export is.
struct Done<'a> {
    rows: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Done<'_> {
    /// Writes one of the files.
    fn write<Row>(
        &mut self,
        source: SourceFile,
        paths: &Sources,
        mut next: impl FnMut() -> Result<Batch<Row>, StoreError>,
        write: fn(&mut row::Fields, &Row, &Texts) -> csv::Result<()>,
    ) -> Result<Written, ExportError> {
        let path = paths.path(source);
        let file = NewFile::create(path).map_err(failed("create", path))?;
        let mut fields = csv::WriterBuilder::new().buffer_capacity(BUFFER_BYTES).from_writer(file);
        let rows_before = self.rows;
        fields.write_record(source.columns()).map_err(row::io).map_err(failed("write", path))?;
        loop {
            let batch = next()?;
            if batch.rows.is_empty() {
                break;
            }
            for row in &batch.rows {
                write(&mut fields, row, &batch.texts).map_err(row::io).map_err(failed("write", path))?;
            }
            self.rows += batch.rows.len() as u64;
            (self.progress)(self.rows);
        }
        let file = fields.into_inner().map_err(|error| failed("write", path)(error.into_error()))?;
        // Here, so that a full disk is noticed before a former file goes.
        file.sync().map_err(failed("write", path))?;
        Ok(Written { file, path: path.to_owned(), rows: self.rows - rows_before })
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    move |source| ExportError::Write { action, path: path.to_owned(), source }
}

fn place(written: [Written; 3], existing: ExistingFiles) -> Result<(), ExportError> {
    if existing == ExistingFiles::Replace {
        for Written { path, .. } in &written {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed("replace", path)(error));
                }
                _ => {}
            }
        }
    }
    for Written { file, path, .. } in written {
        match file.place() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ExportError::Exists(path));
            }
            placed => placed.map_err(failed("put in place", &path))?,
        }
    }
    Ok(())
}
