//! Why an import fails, in words for whoever started it. A bad row alone is no error: it is a
//! [`Reject`], and becomes one together with too many others.

use std::fmt;
use std::path::PathBuf;

use super::rejects::{MAX_LISTED_REJECTS, Reject};
use crate::store::StoreError;

/// An import's failure. In every case nothing was loaded, unless it is [`StoreError::Unknown`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is not there.
    #[error(
        "{} does not exist: an import needs questions.csv, answers.csv and answers_photos.csv",
        .path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A header line is not what it must be.
    #[error("{}: {problem}", .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: HeaderProblem,
    },
    /// The rejects file cannot be written.
    #[error("cannot write the rejects file {}: {source}", .path.display())]
    RejectsFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The rejects file would overwrite one of the files to import.
    #[error("the rejects file {} is one of the files to import", .path.display())]
    RejectsFileIsSource {
        /// The file.
        path: PathBuf,
    },
    /// More rows are bad than was allowed.
    #[error("{0}")]
    TooManyRejects(Box<RejectedImport>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that reads the files could not be started.
    #[error("cannot start the thread that reads the files: {0}")]
    Thread(std::io::Error),
}

/// What is wrong with a header line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// There is no line with text at all.
    #[error("the file is empty, it has no header line")]
    Empty,
    /// The bytes are not UTF-8.
    #[error("the header line is not UTF-8 text; save the file as CSV with UTF-8")]
    NotUtf8,
    /// The quotes are wrong.
    #[error("the header line is malformed: {0}")]
    Malformed(String),
    /// A column is missing.
    #[error("the column {column} is missing; the header line has: {names}")]
    NoColumn {
        /// The missing column.
        column: &'static str,
        /// The columns that are there, shortened.
        names: String,
    },
    /// A column is there more than once.
    #[error("the column {0} is there more than once")]
    Twice(&'static str),
}

/// An import that was given up because of its bad rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedImport {
    /// How many rows are bad in all files together.
    pub rejects: u64,
    /// How many were allowed.
    pub max_rejects: u64,
    /// The first of them.
    pub first: Vec<Reject>,
    /// The file that lists them, at most [`MAX_LISTED_REJECTS`].
    pub file: PathBuf,
}

impl fmt::Display for RejectedImport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rejects, allowed) = (self.rejects, self.max_rejects);
        let rows = if rejects == 1 { "row is" } else { "rows are" };
        write!(formatter, "nothing was imported: {rejects} {rows} bad, {allowed} allowed; ")?;
        match rejects {
            1 => writeln!(formatter, "it is:")?,
            _ => writeln!(formatter, "the first:")?,
        }
        for reject in &self.first {
            writeln!(formatter, "  {reject}")?;
        }
        let file = self.file.display();
        if rejects > MAX_LISTED_REJECTS {
            write!(formatter, "The first {MAX_LISTED_REJECTS} are listed in {file}")
        } else {
            write!(formatter, "All are listed in {file}")
        }
    }
}
