//! Bad rows: counted without limit, listed in a CSV file up to one, the first few kept for the error message.
//! The file is made when the first bad row turns up and not before.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{ImportError, RejectedImport};
use super::source::{SourceFile, Sources};

/// Where bad rows are listed unless another file is named: in the current directory.
pub const DEFAULT_REJECTS_FILE: &str = "atelier-rejects.csv";

/// Most bad rows that are listed; further ones are only counted.
pub const MAX_LISTED_REJECTS: u64 = 100_000;

/// Most characters that are shown of a bad value.
pub const MAX_SHOWN_VALUE_CHARS: usize = 200;

/// Bad rows that an error message shows.
const FIRST_REJECTS: usize = 5;

/// A bad row: where it is and what is wrong with it. A row is listed once, with its first bad column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file.
    pub file: SourceFile,
    /// The 1-based physical line where the row starts.
    pub line: u64,
    /// The column; empty when the row as a whole is bad.
    pub column: String,
    /// The bad value, at most [`MAX_SHOWN_VALUE_CHARS`] characters of it, control characters and bytes that
    /// are not UTF-8 escaped.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, value, reason } = self;
        write!(formatter, "{file} line {line}")?;
        if !column.is_empty() {
            write!(formatter, ", column {column}")?;
        }
        write!(formatter, ": {reason}: \"{value}\"")
    }
}

/// A value fit for a report: shortened, on one line, without anything that a terminal would obey.
pub(super) fn shown(value: &[u8]) -> String {
    // A character has at most four bytes, so this much is enough and a long value costs nothing.
    let beginning = &value[..value.len().min(4 * (MAX_SHOWN_VALUE_CHARS + 1))];
    let mut text = String::new();
    let mut room = MAX_SHOWN_VALUE_CHARS;
    for chunk in beginning.utf8_chunks() {
        let valid = chunk.valid().chars().map(|character| match character {
            '\\' => "\\\\".to_owned(),
            character if character.is_control() => character.escape_default().to_string(),
            character => character.to_string(),
        });
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        for piece in valid.chain(invalid) {
            if room == 0 {
                text.push('…');
                return text;
            }
            text.push_str(&piece);
            room -= 1;
        }
    }
    text
}

/// The bad rows of an import.
pub(super) struct Rejects {
    path: PathBuf,
    allowed: u64,
    count: u64,
    first: Vec<Reject>,
    list: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Refuses a path that is one of the files to import.
    pub(super) fn new(path: &Path, allowed: u64, sources: &Sources) -> Result<Self, ImportError> {
        // A path that cannot be resolved is not there yet, and so is none of the files.
        if let Ok(resolved) = path.canonicalize() {
            let is_this = |file: SourceFile| sources.path(file).canonicalize().is_ok_and(|it| it == resolved);
            if SourceFile::ALL.into_iter().any(is_this) {
                return Err(ImportError::RejectsFileIsSource { path: path.to_owned() });
            }
        }
        Ok(Self { path: path.to_owned(), allowed, count: 0, first: Vec::new(), list: None })
    }

    /// Counts a bad row and lists it while there is room.
    pub(super) fn add(&mut self, reject: Reject) -> Result<(), ImportError> {
        self.count += 1;
        if self.count <= MAX_LISTED_REJECTS {
            self.list(&reject).map_err(|source| self.cannot_write(source))?;
        }
        if self.first.len() < FIRST_REJECTS {
            self.first.push(reject);
        }
        Ok(())
    }

    /// Whether there are more than allowed.
    pub(super) fn exceeded(&self) -> bool {
        self.count > self.allowed
    }

    /// Completes the list: how many rows are bad and where they are listed.
    ///
    /// # Errors
    /// Also when they are more than allowed.
    pub(super) fn finish(mut self) -> Result<(u64, Option<PathBuf>), ImportError> {
        let Some(mut list) = self.list.take() else {
            return Ok((self.count, None));
        };
        list.flush().map_err(|source| self.cannot_write(source))?;
        if self.exceeded() {
            return Err(ImportError::TooManyRejects(Box::new(RejectedImport {
                rejects: self.count,
                max_rejects: self.allowed,
                first: self.first,
                file: self.path,
            })));
        }
        Ok((self.count, Some(self.path)))
    }

    fn list(&mut self, reject: &Reject) -> io::Result<()> {
        let list = if let Some(list) = &mut self.list {
            list
        } else {
            let list = self.list.insert(csv::Writer::from_path(&self.path)?);
            list.write_record(["file", "line", "column", "value", "reason"])?;
            list
        };
        let Reject { file, line, column, value, reason } = reject;
        list.write_record([file.file_name(), &line.to_string(), column, value, reason])?;
        Ok(())
    }

    fn cannot_write(&self, source: io::Error) -> ImportError {
        ImportError::RejectsFile { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: u64) -> Reject {
        let (column, value) = ("helpful".to_owned(), shown(b"a,\"\n\x1b[2J\xFFb"));
        Reject { file: SourceFile::Answers, line, column, value, reason: "must be a number".to_owned() }
    }

    fn sources(directory: &Path) -> Sources {
        Sources::in_directory(directory)
    }

    #[test]
    fn values_are_shortened_and_escaped() {
        assert_eq!(shown(b"a\tb\\\x1b\xFF\0 \xC3\xA9"), "a\\tb\\\\\\u{1b}\\xff\\u{0} é");
        let long = shown("é".repeat(100_000).as_bytes());
        assert_eq!(long, format!("{}…", "é".repeat(200)));
        assert_eq!(shown("é".repeat(200).as_bytes()), "é".repeat(200));
    }

    #[test]
    fn the_list_is_a_csv_file_made_with_the_first_bad_row() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rejects.csv");
        let mut rejects = Rejects::new(&path, 1, &sources(directory.path())).unwrap();
        assert!(!path.exists());
        rejects.add(reject(7)).unwrap();
        assert!(!rejects.exceeded());
        assert_eq!(rejects.finish().unwrap(), (1, Some(path.clone())));
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "file,line,column,value,reason\nanswers.csv,7,helpful,\"a,\"\"\\n\\u{1b}[2J\\xffb\",must be a number\n"
        );
    }

    #[test]
    fn too_many_are_counted_and_the_list_is_bounded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rejects.csv");
        let mut rejects = Rejects::new(&path, 1, &sources(directory.path())).unwrap();
        for line in 2..MAX_LISTED_REJECTS + 4 {
            rejects.add(reject(line)).unwrap();
        }
        let error = rejects.finish().unwrap_err();
        let ImportError::TooManyRejects(report) = &error else { panic!("{error}") };
        assert_eq!((report.rejects, report.first.len()), (100_002, FIRST_REJECTS));
        assert!(error.to_string().contains("The first 100000 are listed in"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 100_001);
    }

    #[test]
    fn a_file_to_import_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("answers.csv");
        std::fs::write(&path, "id").unwrap();
        let same = directory.path().join(".").join("answers.csv");
        let refused = Rejects::new(&same, 0, &sources(directory.path()));
        assert!(matches!(refused, Err(ImportError::RejectsFileIsSource { .. })));
    }

    #[test]
    fn a_list_that_cannot_be_written_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing").join("rejects.csv");
        let mut rejects = Rejects::new(&path, 0, &sources(directory.path())).unwrap();
        assert!(matches!(rejects.add(reject(2)), Err(ImportError::RejectsFile { .. })));
    }
}
