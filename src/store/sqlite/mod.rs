//! The embedded store: one SQLite file, laid out so that a product's rows are neighbours. One
//! writer with group commit and full durability, readers that do not wait for it or for each other.
//! Deliberately absent: caching and batching, which are the service's.

pub(super) mod backup;
mod bulk;
mod check;
mod check_sums;
mod counts;
mod decode;
mod dump;
mod erase;
mod failure;
mod file;
mod moderation;
mod place;
mod read;
mod rules;
mod schema;
mod stand;
mod statement;
mod submissions;
mod sums;
mod write;

use std::path::Path;

use self::file::{StoreFile, WaitingWriter};
use super::{
    BulkLoad, ChangeSink, Counts, Dump, Finding, LoadMode, Migrated, PersonRows, Reader, Sessions,
    StoreError, Upkeep, Writer,
};
use crate::domain::Set;

/// A store in one SQLite file. Opening it creates the file and brings its tables up to date.
#[derive(Debug, Clone)]
pub struct SqliteStore(StoreFile);

impl SqliteStore {
    /// Opens or creates the file. Where the disk is full, a file that is there can be read, and
    /// written to once there is room.
    ///
    /// # Errors
    /// [`StoreError::BadAddress`] when the file cannot be opened or this account cannot write to
    /// it, [`StoreError::WrongSchema`] when it belongs to another program or to a later version,
    /// [`StoreError::Unavailable`] when it is locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let opened = StoreFile::open(path, Self::migrate(path).map(drop))?;
        Ok(Self(opened))
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

    /// The file.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Sessions for SqliteStore {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(read::SqliteReader::new(self.0.clone())?))
    }

    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        if self.0.is_full() {
            return Ok(Box::new(WaitingWriter::new(self.0.clone(), elsewhere)));
        }
        Ok(Box::new(self.0.open_writer(elsewhere)?))
    }
}

impl Upkeep for SqliteStore {
    fn bulk_load(&self, sets: &[Set], mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        Ok(Box::new(bulk::SqliteBulkLoad::begin(schema::connect(self.0.path())?, sets, mode)?))
    }

    fn dump(&self) -> Result<Box<dyn Dump>, StoreError> {
        Ok(Box::new(dump::SqliteDump::begin(self.0.connect_to_read()?.0)?))
    }

    fn erase(&self, person: &PersonRows) -> Result<Counts, StoreError> {
        erase::erase(schema::connect(self.0.path())?, person)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        counts::is_empty(&self.0.connect_to_read()?.0, &Set::ALL)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        counts::counts(&self.0.connect_to_read()?.0)
    }

    fn check(&self, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
        check::check(&self.0.connect_to_read()?.0, report)
    }
}
