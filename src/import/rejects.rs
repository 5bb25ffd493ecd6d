//! Bad rows and photos that are left out: counted by reason, and listed in a CSV file up to a
//! limit. Deliberately absent: what is wrong with a row, which `check`, `row` and `reader` find
//! out.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::{ImportError, TooManyRejects};
use super::reject::{LeftOut, MAX_LISTED_REJECTS, Reject};
use super::source::Sources;

/// Where bad rows are listed unless another file is named: in the current directory.
pub const DEFAULT_REJECTS_FILE: &str = "atelier-rejects.csv";

/// Bad rows that an error message shows.
const FIRST_REJECTS: usize = 5;

/// Most reasons that are counted each on its own. The header line alone decides on most of them, so
/// there are few.
const MAX_REASONS: usize = 30;

/// The first line of a list.
const HEADER: [&str; 5] = ["file", "line", "column", "value", "reason"];

/// What an import has left out so far.
pub(super) struct Rejects {
    path: PathBuf,
    allowed: u64,
    rows: u64,
    photos: u64,
    reasons: BTreeMap<String, u64>,
    first: Vec<Reject>,
    list: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Refuses a path that is one of the files to import, or another file that is no list of bad
    /// rows: the list would replace it.
    pub(super) fn new(path: &Path, allowed: u64, sources: &Sources) -> Result<Self, ImportError> {
        // A path that cannot be resolved is not there yet, and so is none of the files.
        if let Ok(resolved) = path.canonicalize() {
            let is_this = |path: &Path| path.canonicalize().is_ok_and(|it| it == resolved);
            if sources.files().iter().any(|file| is_this(&file.path)) {
                return Err(ImportError::RejectsFileIsSource { path: path.to_owned() });
            }
            if resolved.is_file() && !is_list(&resolved) {
                return Err(ImportError::RejectsFileIsInUse { path: path.to_owned() });
            }
        }
        let (path, reasons) = (path.to_owned(), BTreeMap::new());
        Ok(Self { path, allowed, rows: 0, photos: 0, reasons, first: Vec::new(), list: None })
    }

    /// Counts a bad row, or a photo to leave out, and lists it while there is room.
    pub(super) fn add(&mut self, reject: Reject, is_photo_to_leave_out: bool) -> Result<(), ImportError> {
        if is_photo_to_leave_out {
            self.photos += 1;
        } else {
            self.rows += 1;
        }
        let kind = reject.kind();
        let is_counted = self.reasons.len() < MAX_REASONS || self.reasons.contains_key(&kind);
        *self.reasons.entry(if is_counted { kind } else { "other reasons".to_owned() }).or_default() += 1;
        if self.rows + self.photos <= MAX_LISTED_REJECTS {
            self.list(&reject).map_err(|source| self.cannot_write(source))?;
        }
        if self.first.len() < FIRST_REJECTS && !is_photo_to_leave_out {
            self.first.push(reject);
        }
        Ok(())
    }

    /// Whether there are more bad rows than allowed.
    pub(super) fn exceeded(&self) -> bool {
        self.rows > self.allowed
    }

    /// Completes the list and says what was left out.
    ///
    /// # Errors
    /// Also when more rows are bad than allowed.
    pub(super) fn finish(mut self) -> Result<LeftOut, ImportError> {
        let Some(mut list) = self.list.take() else { return Ok(LeftOut::default()) };
        list.flush().map_err(|source| self.cannot_write(source))?;
        let exceeded = self.exceeded();
        let mut reasons: Vec<_> = self.reasons.into_iter().collect();
        reasons.sort_by_key(|&(_, count)| Reverse(count));
        let left_out = LeftOut { rows: self.rows, photos: self.photos, reasons, file: Some(self.path) };
        if exceeded {
            let (allowed, first) = (self.allowed, self.first);
            return Err(ImportError::TooManyRejects(Box::new(TooManyRejects { left_out, allowed, first })));
        }
        Ok(left_out)
    }

    fn list(&mut self, reject: &Reject) -> io::Result<()> {
        let list = if let Some(list) = &mut self.list {
            list
        } else {
            // Bad values may be e-mail addresses: only the owner reads a new file.
            let mut options = File::options();
            let file = options.write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
            let list = self.list.insert(csv::Writer::from_writer(file));
            list.write_record(HEADER)?;
            list
        };
        let Reject { file, line, column, value, reason } = reject;
        list.write_record([*file, &line.to_string(), column, value, reason])?;
        Ok(())
    }

    fn cannot_write(&self, source: io::Error) -> ImportError {
        ImportError::RejectsFile { path: self.path.clone(), source }
    }
}

/// Whether a file is empty or a list of bad rows, which a later import may replace.
fn is_list(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let header = HEADER.join(",");
    let read = File::open(path).and_then(|file| file.take(header.len() as u64).read_to_end(&mut beginning));
    read.is_ok() && (beginning.is_empty() || beginning == header.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::super::reject::shown;
    use super::*;

    fn reject(line: u64) -> Reject {
        let (column, value) = ("helpful".to_owned(), shown(b"a,\"\n\x1b[2J\xFFb"));
        Reject { file: "answers.csv", line, column, value, reason: "must be a number".to_owned() }
    }

    fn sources(directory: &Path) -> Sources {
        Sources::in_directory(directory)
    }

    #[test]
    fn the_list_is_a_csv_file_made_with_the_first_bad_row() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rejects.csv");
        let mut rejects = Rejects::new(&path, 1, &sources(directory.path())).unwrap();
        assert!(!path.exists());
        rejects.add(reject(7), false).unwrap();
        assert!(!rejects.exceeded());
        let reasons = vec![("answers.csv, helpful: must be a number".to_owned(), 1)];
        let left_out = LeftOut { rows: 1, photos: 0, reasons, file: Some(path.clone()) };
        assert_eq!(rejects.finish().unwrap(), left_out);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
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
            rejects.add(reject(line), false).unwrap();
        }
        let error = rejects.finish().unwrap_err();
        let ImportError::TooManyRejects(report) = &error else { panic!("{error}") };
        assert_eq!((report.left_out.rows, report.first.len()), (100_002, FIRST_REJECTS));
        assert!(error.to_string().contains("The first 100000 are listed in"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 100_001);
    }

    #[test]
    fn reasons_are_counted_up_to_a_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rejects.csv");
        let mut rejects = Rejects::new(&path, 1_000, &sources(directory.path())).unwrap();
        for number in 0..100 {
            rejects.add(Reject { reason: format!("reason {number:03}"), ..reject(2) }, false).unwrap();
            rejects.add(reject(3), true).unwrap();
        }
        let left_out = rejects.finish().unwrap();
        assert_eq!((left_out.rows, left_out.photos, left_out.reasons.len()), (100, 100, MAX_REASONS + 1));
        assert_eq!(left_out.reasons[0], ("answers.csv, helpful: must be a number".to_owned(), 100));
        assert_eq!(left_out.reasons[1], ("other reasons".to_owned(), 71));
        assert_eq!(left_out.reasons[2].1, 1);
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
    fn only_a_former_list_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notes.txt");
        for (content, is_replaced) in [
            ("", true),
            ("file,line,column,value,reason\na,2,,,b\n", true),
            ("file,li", false),
            ("mine", false),
        ] {
            std::fs::write(&path, content).unwrap();
            let rejects = Rejects::new(&path, 0, &sources(directory.path()));
            assert_eq!(rejects.is_ok(), is_replaced, "{content}");
        }
        let refused = Rejects::new(&path, 0, &sources(directory.path()));
        assert!(matches!(refused, Err(ImportError::RejectsFileIsInUse { .. })));
    }

    #[test]
    fn a_list_that_cannot_be_written_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing").join("rejects.csv");
        let mut rejects = Rejects::new(&path, 0, &sources(directory.path())).unwrap();
        assert!(matches!(rejects.add(reject(2), false), Err(ImportError::RejectsFile { .. })));
    }
}
