//! A file in the making: it has a temporary name until it is whole and on the disk, and gets its own name in one
//! step. An abandoned one is removed; what a killed program left behind is overwritten by the next one. What is
//! written into it is not known here.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The temporary names of all files that are being written.
static IN_THE_MAKING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn in_the_making() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    IN_THE_MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every file that is being written, because the program ends at once. None can be started or finished afterwards:
/// another thread that tries waits for the end.
pub fn remove_files_in_the_making() {
    let paths = in_the_making();
    for path in paths.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(paths);
}

/// A file that has not got its name yet. Only its owner may read it, also afterwards: it holds e-mail addresses.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
}

impl NewFile {
    /// Starts an empty file that will be called `path`.
    ///
    /// # Errors
    /// Also when another process is writing a file of this name.
    pub fn create(path: &Path) -> io::Result<Self> {
        let busy = || io::Error::new(io::ErrorKind::ResourceBusy, "another process is writing it");
        let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        name.push(".partial");
        let temporary = path.with_file_name(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        // Held until its name is noted, so that an interruption cannot come between.
        let mut in_the_making = in_the_making();
        let file = options.open(&temporary)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking, another process may have given it its name.
        if fs::metadata(&temporary)?.ino() != file.metadata()?.ino() {
            return Err(busy());
        }
        file.set_len(0)?;
        in_the_making.insert(temporary.clone());
        Ok(Self { path: path.to_owned(), temporary, file })
    }

    /// Where it is until it has its name.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Brings it to the disk, still under the temporary name.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Gives it its name, once it is on the disk. The name is on the disk as well after [`sync_folder`].
    ///
    /// # Errors
    /// Also when there is a file of that name: none is ever replaced.
    pub fn place(self) -> io::Result<()> {
        self.sync()?;
        // Unlike a renaming, a link does not replace what is there. Dropping removes the temporary name.
        fs::hard_link(&self.temporary, &self.path)
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
        // The error that brought us here is the one to report; a file that stays is overwritten next time.
        let mut in_the_making = in_the_making();
        let _ = fs::remove_file(&self.temporary);
        in_the_making.remove(&self.temporary);
    }
}

/// The folder of a file.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Brings the names in a folder to the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
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
    fn it_gets_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        // What a killed program left behind.
        fs::write(folder.path().join("a.csv.partial"), "left behind, and longer").unwrap();
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        assert_eq!(names(folder.path()), ["a.csv.partial"]);
        file.place().unwrap();
        sync_folder(folder_of(&path)).unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn nothing_is_replaced_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        drop(NewFile::create(&path).unwrap());
        assert_eq!(names(folder.path()), [""; 0]);
        fs::write(&path, "mine").unwrap();
        let refused = NewFile::create(&path).unwrap().place().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn two_do_not_write_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let first = NewFile::create(&path).unwrap();
        assert_eq!(NewFile::create(&path).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        first.place().unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
    }
}
