//! The file of a store, also on a full disk. SQLite has no room there for the index of its log, and
//! without one it reads nothing. So the file is read as one that nobody changes, until there is
//! room. Reading rows is not done here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::schema;
use super::write::SqliteWriter;
use crate::domain::Timestamp;
use crate::store::moderation::{Moderated, Moderation};
use crate::store::{Change, ChangeSink, Command, Outcome, StoreError, Writer};

/// How long to wait before the next try to open the log.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// The file of a store. All sessions share whether the disk was full when it was opened and still
/// is.
#[derive(Debug, Clone)]
pub(super) struct StoreFile {
    path: PathBuf,
    is_full: Arc<AtomicBool>,
}

impl StoreFile {
    /// The file at `path` after a try to bring its tables up to date.
    ///
    /// # Errors
    /// Those of the try; on a full disk only when the file cannot be read as it is: it is not of
    /// this version, or some of its rows are in its log.
    pub(super) fn open(path: &Path, migrated: Result<(), StoreError>) -> Result<Self, StoreError> {
        let is_full = match migrated {
            Err(StoreError::NoRoom(reason)) => {
                require_readable(path)?;
                tracing::error!(reason, "the disk is full: rows are read, writes fail until there is room");
                true
            }
            migrated => migrated.map(|()| false)?,
        };
        Ok(Self { path: path.to_owned(), is_full: Arc::new(AtomicBool::new(is_full)) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Acquire)
    }

    /// A connection for reading, and whether the file must not change meanwhile.
    pub(super) fn connect_to_read(&self) -> Result<(Connection, bool), StoreError> {
        let is_full = self.is_full();
        let connection = if is_full { connect_unchanging(&self.path) } else { schema::connect(&self.path) };
        Ok((connection?, is_full))
    }

    pub(super) fn open_writer(&self, elsewhere: ChangeSink) -> Result<SqliteWriter, StoreError> {
        let connection = schema::connect(&self.path)?;
        // Again: a bulk load that was dropped since the store was opened leaves a rollback journal
        // behind.
        schema::use_write_ahead_log(&connection)?;
        SqliteWriter::new(connection, elsewhere)
    }
}

/// Refuses a file that cannot be read without its log.
fn require_readable(path: &Path) -> Result<(), StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if PathBuf::from(log).metadata().is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::NoRoom(
            "some of its rows are in the -wal file, which needs room to be read".to_owned(),
        ));
    }
    schema::require_current(&connect_unchanging(path)?)
}

/// Opens a file to read it without locks and without a log: right only while nobody writes to it.
fn connect_unchanging(path: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)
        .map_err(|error| schema::cannot_open(path, &error))
}

/// A writing session that opens its log as soon as there is room. Until then every commit fails.
pub(super) struct WaitingWriter {
    file: StoreFile,
    elsewhere: ChangeSink,
    writer: Option<SqliteWriter>,
    tried_at: Instant,
}

impl WaitingWriter {
    pub(super) fn new(file: StoreFile, elsewhere: ChangeSink) -> Self {
        Self { file, elsewhere, writer: None, tried_at: Instant::now() }
    }

    fn writer(&mut self) -> Result<&mut SqliteWriter, StoreError> {
        let empty = match &mut self.writer {
            Some(writer) => return Ok(writer),
            empty => empty,
        };
        if self.tried_at.elapsed() < RETRY_PAUSE {
            return Err(StoreError::NoRoom("the file is only read until there is room".to_owned()));
        }
        self.tried_at = Instant::now();
        let writer = self.file.open_writer(Arc::clone(&self.elsewhere))?;
        // Before the first commit: from here on reading sessions read the log as well.
        self.file.is_full.store(false, Ordering::Release);
        (self.elsewhere)(Change::Everything);
        tracing::info!("the disk has room again, writes go on");
        Ok(empty.insert(writer))
    }
}

impl Writer for WaitingWriter {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.writer()?.commit(commands)
    }

    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        self.writer()?.moderate(moderations)
    }

    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        match self.writer() {
            // It was logged at the start, and it is tried again.
            Err(StoreError::NoRoom(_)) => Ok(()),
            Err(error) => Err(error),
            Ok(writer) => writer.idle(now),
        }
    }
}
