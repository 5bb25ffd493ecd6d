//! The embedded store: one SQLite file, laid out so that a product's rows are neighbours. One
//! writer with group commit and full durability, readers that do not wait for it or for each other.
//! Deliberately absent: caching and batching, which are the service's.

mod backup;
mod bulk;
mod check;
mod decode;
mod dump;
mod erase;
mod failure;
mod full_disk;
mod place;
mod read;
mod schema;
mod submissions;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use self::failure::Failure;
use self::full_disk::{FullDisk, WaitingWriter, connect_unchanging};
use super::{
    BulkLoad, ChangeSink, Counts, Dump, Finding, LoadMode, Migrated, PagesCopied, PersonRows, Reader,
    Sessions, StoreError, Upkeep, Writer,
};

/// A store in one SQLite file. Opening it creates the file and brings its tables up to date.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    disk: FullDisk,
}

impl SqliteStore {
    /// Opens or creates the file. Where the disk is full, a file that is there can be read, and
    /// written to once there is room.
    ///
    /// # Errors
    /// [`StoreError::BadAddress`] when the file cannot be opened or this account cannot write to
    /// it, [`StoreError::WrongSchema`] when it belongs to another program or to a later version,
    /// [`StoreError::Unavailable`] when it is locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let disk = match Self::migrate(path) {
            Ok(_) => FullDisk::default(),
            Err(StoreError::NoRoom(reason)) => {
                let disk = FullDisk::under(path)?;
                tracing::error!(reason, "the disk is full: rows are read, writes fail until there is room");
                disk
            }
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), disk })
    }

    /// A connection for reading, and whether the file must not change meanwhile.
    fn connect_to_read(&self) -> Result<(Connection, bool), StoreError> {
        let is_full = self.disk.is_full();
        let connection = if is_full { connect_unchanging(&self.path) } else { schema::connect(&self.path) };
        Ok((connection?, is_full))
    }

    fn open_writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        let connection = schema::connect(&self.path)?;
        // Again: a bulk load that was dropped since the store was opened leaves a rollback journal
        // behind.
        schema::use_write_ahead_log(&connection)?;
        Ok(Box::new(write::SqliteWriter::new(connection, elsewhere)?))
    }

    /// Opens or creates the file, which brings its tables up to date, and says what was done.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn migrate(path: &Path) -> Result<Migrated, StoreError> {
        let mut connection = schema::connect(path)?;
        schema::require_writable_file(&connection)?;
        let migrated = schema::migrate(&mut connection)?;
        schema::use_write_ahead_log(&connection)?;
        schema::require_writable_log(&connection)?;
        Ok(migrated)
    }

    /// Copies the store at `path`, which may be in use, into the empty file `target`.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] when it is not a store of a known version. A copy that broke off
    /// is of no use.
    pub fn back_up(
        path: &Path,
        target: &Path,
        progress: &mut dyn FnMut(PagesCopied),
    ) -> Result<(), StoreError> {
        backup::back_up(path, target, progress)
    }

    /// Fills the store at `path`, which is made if need be, with what such a copy holds, all or
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] when one of them is not a store of a known version,
    /// [`StoreError::NotEmpty`] when there are rows and `mode` does not replace them,
    /// [`StoreError::DamagedFile`] when the copy is damaged.
    pub fn restore(
        path: &Path,
        backup: &Path,
        mode: LoadMode,
        progress: &mut dyn FnMut(PagesCopied),
    ) -> Result<Counts, StoreError> {
        backup::restore(path, backup, mode, progress)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Sessions for SqliteStore {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(read::SqliteReader::new(self.clone())?))
    }

    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        if self.disk.is_full() {
            return Ok(Box::new(WaitingWriter::new(self.clone(), elsewhere)));
        }
        self.open_writer(elsewhere)
    }
}

impl Upkeep for SqliteStore {
    fn bulk_load(&self, mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        Ok(Box::new(bulk::SqliteBulkLoad::begin(schema::connect(&self.path)?, mode)?))
    }

    fn dump(&self) -> Result<Box<dyn Dump>, StoreError> {
        Ok(Box::new(dump::SqliteDump::begin(self.connect_to_read()?.0)?))
    }

    fn erase(&self, person: &PersonRows) -> Result<Counts, StoreError> {
        erase::erase(schema::connect(&self.path)?, person)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        bulk::is_empty(&self.connect_to_read()?.0)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        counts(&self.connect_to_read()?.0)
    }

    fn check(&self, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
        check::check(&self.connect_to_read()?.0, report)
    }
}

/// Counts all rows.
fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let count = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).reading()
    };
    Ok(Counts {
        questions: count("SELECT count(*) FROM questions")?,
        answers: count("SELECT count(*) FROM answers")?,
        photos: count("SELECT count(*) FROM photos")?,
    })
}
