//! Import: CSV files → checked rows → [`BulkLoad`], all or nothing. A rejects file names
//! every bad row. Deliberately absent: SQL, progress bars, generating such files.
//!
//! One thread parses and checks, the calling thread loads. A bounded channel carries batches from
//! one to the other. Of a row that others name, only the id and the product stay in memory.

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
mod states;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

pub use error::{HeaderProblem, ImportError, TooManyRejects};
pub use parse::{Progress, Stage};
pub use reject::{LeftOut, MAX_LISTED_REJECTS, MAX_SHOWN_VALUE_CHARS, Reject};
pub use rejects::DEFAULT_REJECTS_FILE;
pub use row::MAX_IMPORTED_TEXT_CHARS;
pub use source::{STATES_FILE, Source, Sources};
pub(crate) use states::COLUMNS as STATES_COLUMNS;

use self::input::Input;
use self::parse::{MAX_WAITING_BATCHES, Message, Rows};
use self::rejects::Rejects;
use self::states::States;
use crate::domain::{Set, Timestamp};
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
    /// When the rows are imported; by default, the beginning of 1970. The store keeps it.
    pub imported_at: Timestamp,
}

impl Default for ImportOptions {
    fn default() -> Self {
        let imported_at = Timestamp::nearest(0);
        Self { mode: LoadMode::IntoEmpty, max_rejects: 0, rejects: None, imported_at }
    }
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The sets that were loaded.
    pub sets: Vec<Set>,
    /// Rows of these sets that the store has now, or would have after a dry run.
    pub counts: Counts,
    /// Rows of each file, bad ones included.
    pub rows_read: Counts,
    /// What was left out.
    pub left_out: LeftOut,
    /// What is odd about the files: no rows, no newline at the end.
    pub warnings: Vec<String>,
}

/// Imports files into a store, all sets in one transaction. Sets without files stay as they are.
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
    let load = store.bulk_load(&files.sets, options.mode)?;
    files.load(Some(load), options, progress)
}

/// Reads and checks files as [`import`] does, without a store. Only the list of bad rows
/// is written.
///
/// # Errors
/// As [`import`], except those of the store.
pub fn dry_run(
    sources: &Sources,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    Files::open(sources, options)?.load(None, options, progress)
}

/// Files with good header lines.
struct Files {
    sets: Vec<Set>,
    /// In the order of their kinds.
    inputs: Vec<Input>,
    /// The file of states.
    states: Option<States>,
    rejects: Rejects,
    warnings: Vec<String>,
}

impl Files {
    fn open(sources: &Sources, options: &ImportOptions) -> Result<Self, ImportError> {
        let warnings = sources.require_complete()?;
        let inputs = sources.files().iter().map(Input::open).collect::<Result<_, _>>()?;
        let rejects_file = options.rejects.as_deref().unwrap_or(Path::new(DEFAULT_REJECTS_FILE));
        let rejects = Rejects::new(rejects_file, options.max_rejects, sources)?;
        let states = sources.states().map(|path| States::new(path, options.imported_at)).transpose()?;
        Ok(Self { sets: sources.sets(), inputs, states, rejects, warnings })
    }

    /// Reads everything and loads it, if there is something to load into.
    fn load(
        self,
        mut load: Option<Box<dyn BulkLoad>>,
        options: &ImportOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Summary, ImportError> {
        let bytes_total = self.inputs.iter().map(|input| input.bytes).sum();
        progress(Progress { stage: Stage::Starting, bytes_read: 0, bytes_total, rows: 0 });
        let report = thread::scope(|scope| {
            let (sender, receiver) = sync_channel(MAX_WAITING_BATCHES);
            let parser = thread::Builder::new()
                .name("import-parser".to_owned())
                .spawn_scoped(scope, move || parse::parse(self.inputs, self.states, self.rejects, sender))
                .map_err(ImportError::Thread)?;
            // This call drops the receiver, so the parser stops when the store fails.
            let loaded = load_rows(receiver, load.as_deref_mut(), progress);
            let parsed = parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            loaded?;
            parsed
        })?;
        let parse::Report { rows_read, rows_good, warnings, rejects } = report;
        let warnings = self.warnings.into_iter().chain(warnings).collect();
        let left_out = rejects.finish()?;
        let rows = rows_good.rows();
        progress(Progress { stage: Stage::Committing, bytes_read: bytes_total, bytes_total, rows });
        let all = load.map_or(Ok(rows_good), |load| load.commit(options.imported_at))?;
        let mut counts = Counts::default();
        for kind in self.sets.iter().flat_map(|set| set.kinds()) {
            counts.add(kind, all.of(kind));
        }
        Ok(Summary { sets: self.sets, counts, rows_read, left_out, warnings })
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
            (Some(Rows::OfKind(rows)), Some(load)) => load.add(&rows)?,
            (Some(Rows::OfModeration(rows)), Some(load)) => load.add_of_moderation(&rows)?,
            (None, _) | (_, None) => {}
        }
        progress(reached);
    }
    Ok(())
}
