//! Serving from a file whose disk is full. SQLite has no room there for the index of its log, and
//! without one it reads nothing. So the file is read as one that nobody changes, until there is
//! room. Reading rows is not done here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::{SqliteStore, schema};
use crate::domain::Timestamp;
use crate::store::{Change, ChangeSink, Command, Outcome, StoreError, Writer};

/// How long to wait before the next try to open the log.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Whether the disk was full when the store was opened, and still is. All sessions of a store share
/// it.
#[derive(Debug, Clone, Default)]
pub(super) struct FullDisk(Arc<AtomicBool>);

impl FullDisk {
    /// A disk that is full.
    ///
    /// # Errors
    /// When the file cannot be read as it is: it is not of this version, or some of its rows are in
    /// its log.
    pub(super) fn under(path: &Path) -> Result<Self, StoreError> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        if PathBuf::from(log).metadata().is_ok_and(|log| log.len() > 0) {
            return Err(StoreError::NoRoom(
                "some of its rows are in the -wal file, which needs room to be read".to_owned(),
            ));
        }
        schema::require_current(&connect_unchanging(path)?)?;
        Ok(Self(Arc::new(AtomicBool::new(true))))
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn has_room(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Opens a file to read it without locks and without a log: right only while nobody writes to it.
pub(super) fn connect_unchanging(path: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)
        .map_err(|error| schema::cannot_open(path, &error))
}

/// A writing session that opens its log as soon as there is room. Until then every commit fails.
pub(super) struct WaitingWriter {
    store: SqliteStore,
    elsewhere: ChangeSink,
    writer: Option<Box<dyn Writer>>,
    tried_at: Instant,
}

impl WaitingWriter {
    pub(super) fn new(store: SqliteStore, elsewhere: ChangeSink) -> Self {
        Self { store, elsewhere, writer: None, tried_at: Instant::now() }
    }

    fn writer(&mut self) -> Result<&mut dyn Writer, StoreError> {
        if self.writer.is_none() {
            if self.tried_at.elapsed() < RETRY_PAUSE {
                return Err(StoreError::NoRoom("the file is only read until there is room".to_owned()));
            }
            self.tried_at = Instant::now();
            self.writer = Some(self.store.open_writer(Arc::clone(&self.elsewhere))?);
            // Before the first commit: from here on reading sessions read the log as well.
            self.store.disk.has_room();
            (self.elsewhere)(Change::Everything);
            tracing::info!("the disk has room again, writes go on");
        }
        match &mut self.writer {
            Some(writer) => Ok(writer.as_mut()),
            None => Err(StoreError::NoRoom("there is no session".to_owned())),
        }
    }
}

impl Writer for WaitingWriter {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.writer()?.commit(commands)
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
