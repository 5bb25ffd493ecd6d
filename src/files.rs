//! Files that are written whole or not at all: a file has a temporary name until its content is on
//! the disk, and gets its own name in one step. What is written into it is not known here.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Read and written by its owner alone: the files have e-mail addresses in them.
const PRIVATE: u32 = 0o600;

/// What happens to files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistingFiles {
    /// They are a reason to refuse.
    Refuse,
    /// They are removed when the new ones are whole.
    Replace,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file of that name is there, and it must not be replaced.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be written.
    #[error("cannot {action} {}", path.display())]
    Failed {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl FileError {
    /// Turns an error of the system into one that names the action and the file or folder.
    pub fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Failed { action, path: path.to_owned(), source }
    }
}

/// Looks for files that are there already, before the work of writing new ones begins.
///
/// # Errors
/// [`FileError::Exists`] with the first of them, unless they may be replaced.
pub fn check_existing(paths: &[impl AsRef<Path>], existing: ExistingFiles) -> Result<(), FileError> {
    for path in paths.iter().map(AsRef::as_ref) {
        if existing == ExistingFiles::Refuse
            && path.try_exists().map_err(FileError::failed("look for", path))?
        {
            return Err(FileError::Exists(path.to_owned()));
        }
    }
    Ok(())
}

/// Gives files of one folder their names, when all of them are on the disk. Former files are
/// removed first. So a program that is killed at that moment leaves too few files, but never a
/// mixture of old and new ones.
///
/// # Errors
/// [`FileError::Exists`] when a file is there and must not be replaced, even if it came after
/// [`check_existing`].
pub fn place(files: Vec<NewFile>, existing: ExistingFiles) -> Result<(), FileError> {
    for NewFile { file, path, .. } in &files {
        // Before former files are removed, so that a full disk costs none of them.
        file.sync_all().map_err(FileError::failed("write", path))?;
    }
    if existing == ExistingFiles::Replace {
        for NewFile { path, .. } in &files {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(FileError::failed("replace", path)(error));
                }
                _ => {}
            }
        }
    }
    let Some(folder) = files.first().map(|file| folder_of(&file.path).to_owned()) else { return Ok(()) };
    for file in files {
        file.place()?;
    }
    // The names are on the disk when their folder is.
    let synced = File::open(&folder).and_then(|opened| opened.sync_all());
    synced.map_err(FileError::failed("write", &folder))
}

/// A file that has not got its name yet. Only its owner may read it, then and later. Dropping it
/// removes it; what a killed program leaves behind is overwritten by the next one.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    is_placed: bool,
}

impl NewFile {
    /// Starts an empty file that will be called `path`.
    ///
    /// # Errors
    /// Also when another process is writing a file of this name.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        Self::create_or_fail(path).map_err(FileError::failed("create", path))
    }

    fn create_or_fail(path: &Path) -> io::Result<Self> {
        let busy = || io::Error::new(ErrorKind::ResourceBusy, "another process is writing it");
        let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
        name.push(".partial");
        let temporary = path.with_file_name(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(PRIVATE);
        // Held until the name is noted, so that no signal comes between.
        let mut names = temporary_names();
        let file = options.open(&temporary)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking, another process may have given it its name.
        if fs::metadata(&temporary).map(|found| found.ino()).ok() != Some(file.metadata()?.ino()) {
            return Err(busy());
        }
        // A file that was left behind may be readable by others.
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        file.set_len(0)?;
        names.insert(temporary.clone());
        Ok(Self { path: path.to_owned(), temporary, file, is_placed: false })
    }

    /// Its path until it has its name.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    fn place(mut self) -> Result<(), FileError> {
        let flags = RenameFlags::NOREPLACE;
        let renamed = renameat_with(CWD, &self.temporary, CWD, &self.path, flags).map_err(io::Error::from);
        self.is_placed = renamed.is_ok();
        let placed = match renamed {
            // Some file systems, such as NFS, cannot do this. A link replaces no file either, but
            // others have no links. Dropping removes the temporary name.
            Err(error) if [ErrorKind::InvalidInput, ErrorKind::Unsupported].contains(&error.kind()) => {
                fs::hard_link(&self.temporary, &self.path)
            }
            renamed => renamed,
        };
        match placed {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(FileError::Exists(self.path.clone()))
            }
            placed => placed.map_err(FileError::failed("name", &self.path)),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let mut names = temporary_names();
        names.remove(&self.temporary);
        if !self.is_placed {
            // The error that led here is the one to report. A file that stays is overwritten next
            // time.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// The temporary names of all files that are being written.
static TEMPORARY_NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn temporary_names() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    TEMPORARY_NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every file that is being written, because the program ends at once. Afterwards a thread
/// that starts or drops such a file waits for that end.
pub fn remove_unfinished() {
    let names = temporary_names();
    for name in names.iter() {
        // There is nobody left to report a failure to.
        let _ = fs::remove_file(name);
    }
    std::mem::forget(names);
}

/// The folder of a file.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_whole_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        // What a killed program left behind, readable by everybody.
        fs::write(folder.path().join("a.csv.partial"), "left behind, and longer").unwrap();
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        assert_eq!(names(folder.path()), ["a.csv.partial"]);
        place(vec![file], ExistingFiles::Refuse).unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_is_replaced_only_when_it_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        drop(NewFile::create(&path).unwrap());
        assert_eq!(names(folder.path()), [""; 0]);
        fs::write(&path, "mine").unwrap();
        for refused in [
            check_existing(&[&path], ExistingFiles::Refuse),
            place(vec![NewFile::create(&path).unwrap()], ExistingFiles::Refuse),
        ] {
            assert!(matches!(refused, Err(FileError::Exists(found)) if found == path));
        }
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"mine");

        check_existing(&[&path], ExistingFiles::Replace).unwrap();
        place(vec![NewFile::create(&path).unwrap()], ExistingFiles::Replace).unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn two_do_not_write_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let first = NewFile::create(&path).unwrap();
        let FileError::Failed { source, .. } = NewFile::create(&path).unwrap_err() else { panic!() };
        assert_eq!(source.kind(), ErrorKind::ResourceBusy);
        place(vec![first], ExistingFiles::Refuse).unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
    }
}
