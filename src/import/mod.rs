//! Import: three CSV files → checked rows → [`BulkLoad`], all or nothing. A rejects file names
//! every bad row. Deliberately absent: SQL, progress bars, generating such files.
//!
//! One thread parses and checks, the calling thread loads. A bounded channel carries batches from
//! one to the other. Only the id and the product of a row stay in memory, a few dozen bytes.

mod check;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod index;
mod input;
mod parse;
mod reader;
mod reject;
mod rejects;
mod row;
mod source;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

pub use error::{HeaderProblem, ImportError, TooManyRejects};
pub use parse::{Progress, Stage};
pub use reject::{LeftOut, MAX_LISTED_REJECTS, MAX_SHOWN_VALUE_CHARS, Reject};
pub use rejects::DEFAULT_REJECTS_FILE;
pub use row::MAX_IMPORTED_TEXT_CHARS;
pub use source::{SourceFile, Sources};

use self::input::Input;
use self::parse::{MAX_WAITING_BATCHES, Message, Rows};
use self::rejects::Rejects;
use crate::store::{BulkLoad, Counts, LoadMode, StoreError, Upkeep};

/// How to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// Most bad rows, in all files together, that are left out; with more of them nothing is
    /// loaded.
    pub max_rejects: u64,
    /// Where bad rows are listed; by default [`DEFAULT_REJECTS_FILE`]. The file is created, or
    /// replaced, with the first one.
    pub rejects: Option<PathBuf>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { mode: LoadMode::IntoEmpty, max_rejects: 0, rejects: None }
    }
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows that the store has now, or would have after a dry run.
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
/// `progress` is called on this thread after each batch, a few thousand times for a few million
/// rows.
///
/// # Errors
/// All files are opened and their header lines checked before the store is touched. Nothing is
/// loaded unless everything is; see [`ImportError`].
pub fn import(
    store: &dyn Upkeep,
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let files = Files::open(sources, options)?;
    files.load(Some(store.bulk_load(options.mode)?), progress)
}

/// Reads and checks the three files as [`import`] does, without a store. Only the list of bad rows
/// is written.
///
/// # Errors
/// As [`import`], except those of the store.
pub fn dry_run(
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    Files::open(sources, options)?.load(None, progress)
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

    /// Reads everything and loads it, if there is something to load into.
    fn load(
        self,
        mut load: Option<Box<dyn BulkLoad>>,
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
            let loaded = load_rows(receiver, load.as_deref_mut(), progress);
            let parsed = parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            loaded?;
            parsed
        })?;
        let parse::Report { rows_read, rows_good, warnings, rejects } = report;
        let left_out = rejects.finish()?;
        let rows = rows_good.rows();
        progress(Progress { stage: Stage::Committing, bytes_read: bytes_total, bytes_total, rows });
        let counts = load.map_or(Ok(rows_good), BulkLoad::commit)?;
        Ok(Summary { counts, rows_read, left_out, warnings })
    }
}

/// Loads batches until there are no more. Without a load they are only counted.
fn load_rows(
    messages: Receiver<Message>,
    mut load: Option<&mut (dyn BulkLoad + 'static)>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), StoreError> {
    for Message { rows, progress: reached } in messages {
        match (rows, &mut load) {
            (Rows::Questions(batch), Some(load)) => load.add_questions(&batch)?,
            (Rows::Answers(batch), Some(load)) => load.add_answers(&batch)?,
            (Rows::Photos(batch), Some(load)) => load.add_photos(&batch)?,
            (Rows::GivenUp, _) | (_, None) => {}
        }
        progress(reached);
    }
    Ok(())
}
