//! Import: three CSV files → checked rows → [`BulkLoad`], all or nothing. Every bad row is named in a rejects file.
//! Deliberately absent: SQL, progress bars, generating such files.
//!
//! One thread parses and checks, the calling thread loads. A bounded channel of batches is between them. Of a row only its
//! id and product stay in memory, some dozen bytes.

mod check;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod index;
mod parse;
mod reader;
mod rejects;
mod row;
mod source;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

pub use error::{HeaderProblem, ImportError, TooManyRejects};
pub use rejects::{DEFAULT_REJECTS_FILE, LeftOut, MAX_LISTED_REJECTS, MAX_SHOWN_VALUE_CHARS, Reject};
pub use row::MAX_IMPORTED_TEXT_CHARS;
pub use source::{SourceFile, Sources};

use self::parse::{MAX_WAITING_BATCHES, Message, Rows};
use self::rejects::Rejects;
use self::source::Input;
use crate::store::{
    AnswerBatch, BulkLoad, Counts, LastIds, LoadMode, PhotoBatch, QuestionBatch, Store, StoreError,
};

/// How to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// Most bad rows, in all files together, that are left out; with more of them nothing is loaded.
    pub max_rejects: u64,
    /// Where bad rows are listed; by default [`DEFAULT_REJECTS_FILE`]. The file is created, or replaced, with the first one.
    pub rejects: Option<PathBuf>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { mode: LoadMode::IntoEmpty, max_rejects: 0, rejects: None }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is going on.
    pub stage: Stage,
    /// Bytes of all files that are read and loaded.
    pub bytes_read: u64,
    /// Bytes of all files; 0 when they are pipes.
    pub bytes_total: u64,
    /// Rows of all files that are read, bad ones included; while committing, the rows that are loaded.
    pub rows: u64,
}

/// The step that an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The header lines are good and the store is ready; nothing is read yet.
    Starting,
    /// Reading a file and loading its rows.
    Loading(SourceFile),
    /// Everything is loaded; the store makes it durable and visible, which may take a while.
    Committing,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows that the store has now.
    pub counts: Counts,
    /// Rows of each file, bad ones included.
    pub rows_read: Counts,
    /// What was left out.
    pub left_out: LeftOut,
    /// What is odd about the files: no rows, no newline at the end.
    pub warnings: Vec<String>,
}

/// Imports the three files into a store, in one transaction.
///
/// `progress` is called on this thread after each batch, a few thousand times for a few million rows.
///
/// # Errors
/// All files are opened and their header lines checked before the store is touched. Nothing is loaded unless
/// everything is; see [`ImportError`].
pub fn import(
    store: &dyn Store,
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let files = Files::open(sources, options)?;
    files.load(store.bulk_load(options.mode)?, progress)
}

/// Reads and checks the three files as [`import`] does, without a store. Only the list of bad rows is written.
///
/// # Errors
/// As [`import`], except those of the store.
pub fn dry_run(
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    Files::open(sources, options)?.load(Box::new(Nowhere::default()), progress)
}

/// Three files with good header lines.
struct Files {
    inputs: [Input; 3],
    rejects: Rejects,
}

impl Files {
    fn open(sources: &Sources, options: &ImportOptions) -> Result<Self, ImportError> {
        let open = |file| Input::open(file, sources.path(file));
        let inputs = [open(SourceFile::Questions)?, open(SourceFile::Answers)?, open(SourceFile::Photos)?];
        let rejects_file = options.rejects.as_deref().unwrap_or(Path::new(DEFAULT_REJECTS_FILE));
        Ok(Self { inputs, rejects: Rejects::new(rejects_file, options.max_rejects, sources)? })
    }

    fn load(
        self,
        mut load: Box<dyn BulkLoad>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Summary, ImportError> {
        let bytes_total = self.inputs.iter().map(|input| input.bytes).sum();
        progress(Progress { stage: Stage::Starting, bytes_read: 0, bytes_total, rows: 0 });
        let report = thread::scope(|scope| {
            let (sender, receiver) = sync_channel(MAX_WAITING_BATCHES);
            let parser = thread::Builder::new()
                .name("import-parser".to_owned())
                .spawn_scoped(scope, move || parse::parse(self.inputs, self.rejects, sender))
                .map_err(ImportError::Thread)?;
            // This call drops the receiver, so the parser stops when the store fails.
            let loaded = load_rows(receiver, load.as_mut(), progress);
            let parsed = parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            loaded?;
            parsed
        })?;
        let rows_read = report.rows_read;
        let left_out = report.rejects.finish()?;
        let rows = rows_read.rows() - left_out.rows - left_out.photos;
        progress(Progress { stage: Stage::Committing, bytes_read: bytes_total, bytes_total, rows });
        let counts = load.commit()?;
        Ok(Summary { counts, rows_read, left_out, warnings: report.warnings })
    }
}

/// Counts rows and keeps none.
#[derive(Default)]
struct Nowhere(Counts);

impl BulkLoad for Nowhere {
    fn add_questions(&mut self, batch: &QuestionBatch) -> Result<(), StoreError> {
        self.0.questions += batch.rows.len() as u64;
        Ok(())
    }

    fn add_answers(&mut self, batch: &AnswerBatch) -> Result<(), StoreError> {
        self.0.answers += batch.rows.len() as u64;
        Ok(())
    }

    fn add_photos(&mut self, batch: &PhotoBatch) -> Result<(), StoreError> {
        self.0.photos += batch.rows.len() as u64;
        Ok(())
    }

    fn raise_last_ids(&mut self, _: LastIds) {}

    fn commit(self: Box<Self>) -> Result<Counts, StoreError> {
        Ok(self.0)
    }
}

/// Loads batches until there are no more.
fn load_rows(
    messages: Receiver<Message>,
    load: &mut dyn BulkLoad,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), StoreError> {
    for Message { rows, progress: reached } in messages {
        match rows {
            Rows::Questions(batch) => load.add_questions(&batch)?,
            Rows::Answers(batch) => load.add_answers(&batch)?,
            Rows::Photos(batch) => load.add_photos(&batch)?,
            Rows::GivenUp => {}
        }
        progress(reached);
    }
    Ok(())
}
