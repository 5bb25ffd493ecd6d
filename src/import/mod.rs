//! Migration: three CSV files → checked rows → [`BulkLoad`], all or nothing.
//!
//! One thread parses and checks, the calling thread loads; a bounded channel of batches between
//! them keeps memory at a few dozen bytes for a row's id and product, however large the files are. Every bad
//! row is named in a rejects file. Deliberately absent: SQL, progress bars, generating such files.

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

pub use error::{HeaderProblem, ImportError, RejectedImport};
pub use rejects::{DEFAULT_REJECTS_FILE, MAX_LISTED_REJECTS, MAX_SHOWN_VALUE_CHARS, Reject};
pub use row::MAX_IMPORTED_TEXT_CHARS;
pub use source::{SourceFile, Sources};

use self::parse::{MAX_WAITING_BATCHES, Message, Rows};
use self::rejects::Rejects;
use self::source::Input;
use crate::store::{BulkLoad, Counts, LoadMode, StoreError, Upkeep};

/// How to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// What happens to rows that are there.
    pub mode: LoadMode,
    /// Most bad rows, in all files together, that are left out; with more of them nothing is loaded.
    pub max_rejects: u64,
    /// Where bad rows are listed; [`DEFAULT_REJECTS_FILE`] without a name. The file is made, or replaced,
    /// only when there are any.
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
    /// Rows of all files that are read, bad ones included.
    pub rows: u64,
}

/// What an import is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading a file and loading its rows.
    Loading(SourceFile),
    /// Everything is loaded; the store makes it durable and visible, which may take a while.
    Committing,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows that the store has now.
    pub counts: Counts,
    /// Rows of each file, bad ones included.
    pub rows_read: Counts,
    /// Bad rows that were left out.
    pub rejects: u64,
    /// Where the bad rows are listed; `None` when there are none.
    pub rejects_file: Option<PathBuf>,
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
    store: &dyn Upkeep,
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let open = |file| Input::open(file, sources.path(file));
    let inputs = [open(SourceFile::Questions)?, open(SourceFile::Answers)?, open(SourceFile::Photos)?];
    let rejects_file = options.rejects.as_deref().unwrap_or(Path::new(DEFAULT_REJECTS_FILE));
    let rejects = Rejects::new(rejects_file, options.max_rejects, sources)?;
    let bytes_total = inputs.iter().map(|input| input.bytes).sum();

    let mut load = store.bulk_load(options.mode)?;
    let report = thread::scope(|scope| {
        let (sender, receiver) = sync_channel(MAX_WAITING_BATCHES);
        let parser = thread::Builder::new()
            .name("import-parser".to_owned())
            .spawn_scoped(scope, move || parse::parse(inputs, rejects, sender))
            .map_err(ImportError::Thread)?;
        // The receiver goes with this call, so a parser that is still at work notices a failed load.
        let loaded = load_rows(receiver, load.as_mut(), progress);
        let parsed = parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        loaded?;
        parsed
    })?;

    let rows_read = report.rows_read;
    let (rejects, rejects_file) = report.rejects.finish()?;
    progress(Progress {
        stage: Stage::Committing,
        bytes_read: bytes_total,
        bytes_total,
        rows: rows_read.rows(),
    });
    let counts = load.commit()?;
    Ok(Summary { counts, rows_read, rejects, rejects_file, warnings: report.warnings })
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
