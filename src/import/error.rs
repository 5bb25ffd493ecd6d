//! Why an import fails, in words for the operator. Deliberately absent: why a single row is bad,
//! which is a [`Reject`].

use std::fmt;
use std::path::PathBuf;

use super::reject::{LeftOut, MAX_LISTED_REJECTS, Reject};
use crate::domain::Kind;
use crate::store::StoreError;

/// An import's failure. In every case nothing was loaded, unless it is [`StoreError::Unknown`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No file of a known name is there.
    #[error("{} has no file that an import takes: {}", .folder.display(), known_files())]
    NoFiles {
        /// Where they were looked for.
        folder: PathBuf,
    },
    /// A file is not there.
    #[error("{} does not exist: {problem}", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// Why it is needed.
        problem: String,
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
    /// The file that should list bad rows is there and is no such list.
    #[error("{}: bad rows would be listed in this file, and it holds something else; name another one", path.display())]
    RejectsFileIsInUse {
        /// The file.
        path: PathBuf,
    },
    /// More rows are bad than was allowed.
    #[error("{0}")]
    TooManyRejects(Box<TooManyRejects>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that reads the files could not be started.
    #[error("cannot start the thread that reads the files: {0}")]
    Thread(std::io::Error),
}

/// The usual names of all files.
fn known_files() -> String {
    let names: Vec<_> = Kind::all().filter_map(|kind| kind.definition().files.first().copied()).collect();
    names.join(", ")
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

/// More bad rows than allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooManyRejects {
    /// What is bad in all files together.
    pub left_out: LeftOut,
    /// How many bad rows were allowed.
    pub allowed: u64,
    /// The first of them.
    pub first: Vec<Reject>,
}

impl fmt::Display for TooManyRejects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, allowed) = (self.left_out.rows, self.allowed);
        let are = if rows == 1 { "row is" } else { "rows are" };
        writeln!(formatter, "nothing was imported: {rows} {are} bad, {allowed} allowed; the first:")?;
        for reject in &self.first {
            writeln!(formatter, "  {reject}")?;
        }
        if rows > self.first.len() as u64 {
            writeln!(formatter, "By reason:")?;
            for (reason, count) in &self.left_out.reasons {
                writeln!(formatter, "  {count:>8}  {reason}")?;
            }
        }
        let all = if rows + self.left_out.photos > MAX_LISTED_REJECTS {
            format!("The first {MAX_LISTED_REJECTS}")
        } else {
            "All".to_owned()
        };
        match &self.left_out.file {
            Some(file) => write!(formatter, "{all} are listed in {}", file.display()),
            None => Ok(()),
        }
    }
}
