//! Opening the file and bringing its tables up to date. The migrations are the files in
//! `migrations/sqlite`; `PRAGMA user_version` says how many of them a file has seen. Deliberately
//! absent: a memory map of the file, in which a block that cannot be read would end the process
//! (docs/decisions/sqlite-without-a-map.md).

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, FileControl, MAIN_DB, OpenFlags, TransactionBehavior, ffi};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::failure::{Failure, is_locked};
use crate::store::{Migrated, StoreError};

/// The migrations, oldest first.
pub(super) const MIGRATIONS: [&str; 4] = [
    include_str!("../../../migrations/sqlite/0001_questions_and_answers.sql"),
    include_str!("../../../migrations/sqlite/0002_submissions.sql"),
    include_str!("../../../migrations/sqlite/0003_catalogue_and_reviews.sql"),
    include_str!("../../../migrations/sqlite/0004_moderation.sql"),
];

/// Marks a file as Atelier's (`PRAGMA application_id`): the letters `AtQA`.
const APPLICATION_ID: i32 = 0x4174_5141;

/// How long to wait for another process's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to rest between two tries where SQLite does not wait by itself.
pub(super) const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// The page cache of a connection: in KiB, negative by SQLite's convention. It holds the upper
/// pages of the trees. The rest is in the system's cache.
const CACHE_KIBIBYTES: i64 = -16 * 1_024;

/// The page size of new files; those that are there keep theirs. A vote rewrites one page of
/// `marks`, so halving it from SQLite's default lets a third more votes through, and reads take as
/// long (docs/decisions/sqlite-layout.md).
const PAGE_BYTES: i64 = 2_048;

/// The write-ahead log is folded into the file when it passes this size.
const CHECKPOINT_BYTES: i64 = 32 << 20;

/// Opens a connection with the settings that all sessions share. It is used by one thread at a
/// time.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // SQLite would let everybody read a new file, and it holds e-mail addresses. Its -wal and -shm
    // get the same mode. A failure shows when SQLite opens the file. No `File`: closing one drops
    // the locks of this process on the file.
    let _ = mknodat(CWD, path, FileType::RegularFile, Mode::RUSR | Mode::WUSR, 0);
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    connection.busy_timeout(BUSY_TIMEOUT).reading()?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "page_size", PAGE_BYTES).reading()?;
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).reading()?;
    for (name, value) in
        [("cache_size", CACHE_KIBIBYTES), ("wal_autocheckpoint", CHECKPOINT_BYTES / page_bytes)]
    {
        connection.pragma_update(None, name, value).reading()?;
    }
    // FULL: a commit is on disk when it returns, also after a power failure.
    connection.pragma_update(None, "synchronous", "FULL").reading()?;
    Ok(connection)
}

/// Why a file cannot be opened. The file is named where this is reported.
pub(super) fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    StoreError::BadAddress(match (folder, error.sqlite_error()) {
        (Some(folder), _) if !folder.exists() => format!("there is no folder {}", folder.display()),
        _ if path.is_dir() => "it is a folder".to_owned(),
        (_, Some(error)) => ffi::code_to_str(error.extended_code).to_owned(),
        (_, None) => error.to_string(),
    })
}

/// Refuses a file that this account cannot write to. SQLite would open it for reading without an
/// error.
///
/// # Errors
/// [`StoreError::BadAddress`].
pub(super) fn require_writable_file(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_readonly(MAIN_DB).reading()? {
        return Err(StoreError::BadAddress(
            "this account may not write to the file; check its owner and mode, and whether the disk is mounted read-only"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Refuses a file whose write-ahead log cannot be written to. Takes no lock: a log that is in use
/// can be written to.
pub(super) fn require_writable_log(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::ZERO).reading()?;
    match connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
        Err(error) if is_locked(&error) => Ok(()),
        result => result.reading(),
    }
}

/// Refuses a file that was removed or replaced while it is open. Its new rows would be lost at the
/// next start.
///
/// # Errors
/// [`StoreError::Unavailable`]. Once the same file is in its place again, it can be used.
pub(super) fn require_in_place(connection: &Connection) -> Result<(), StoreError> {
    let mut has_moved = 0;
    connection.file_control(Some(MAIN_DB), FileControl::HasMoved(&mut has_moved)).reading()?;
    if has_moved == 0 {
        return Ok(());
    }
    let moved =
        "the database file was removed or replaced while it was in use; a restart takes what is there now";
    Err(StoreError::Unavailable(moved.to_owned()))
}

/// Switches to the write-ahead log, in which readers and the writer do not wait for each other. The
/// file remembers it.
pub(super) fn use_write_ahead_log(connection: &Connection) -> Result<(), StoreError> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    let mode = loop {
        let result = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        // The switch upgrades a lock, and SQLite never waits there: of two processes that open a
        // new file at once, one is refused at once.
        match result {
            Err(error) if is_locked(&error) && Instant::now() < deadline => thread::sleep(LOCK_PAUSE),
            other => break other.reading()?,
        }
    };
    if mode == "wal" {
        return Ok(());
    }
    Err(StoreError::BadAddress(format!(
        "the database's folder does not support a write-ahead log (journal mode stays {mode}); use a local disk"
    )))
}

/// Creates or upgrades the tables. Safe when two processes start at once; takes no lock when there
/// is nothing to do.
///
/// # Errors
/// [`StoreError::WrongSchema`] when the file belongs to another program or to a later version of
/// this one.
pub(super) fn migrate(connection: &mut Connection) -> Result<Migrated, StoreError> {
    let number = |steps: usize| u32::try_from(steps).unwrap_or(u32::MAX);
    let migrated = |from: usize| Migrated { from: number(from), to: number(MIGRATIONS.len()) };
    // In one transaction: at this moment another process may create the tables of a new file.
    let snapshot = connection.transaction().reading()?;
    if migrations_seen(&snapshot)? == MIGRATIONS.len() {
        return Ok(migrated(MIGRATIONS.len()));
    }
    drop(snapshot);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).reading()?;
    // Again, now that no other process can change it.
    let seen = migrations_seen(&transaction)?;
    for migration in &MIGRATIONS[seen..] {
        transaction.execute_batch(migration).writing()?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).writing()?;
    let version = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    transaction.pragma_update(None, "user_version", version).writing()?;
    transaction.commit().committing()?;
    Ok(migrated(seen))
}

/// How many migrations a file has seen: 0 for an empty one.
pub(super) fn migrations_seen(connection: &Connection) -> Result<usize, StoreError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).reading();
    let (application_id, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).reading()?;
    if application_id != APPLICATION_ID && (tables > 0 || application_id != 0) {
        return Err(StoreError::WrongSchema("the file is another program's SQLite database".to_owned()));
    }
    let seen = usize::try_from(version).unwrap_or(usize::MAX);
    if seen > MIGRATIONS.len() {
        return Err(StoreError::WrongSchema(format!(
            "the store was made by a later version of atelier (schema {version}, this one knows {})",
            MIGRATIONS.len()
        )));
    }
    Ok(seen)
}

/// Refuses a file that is not a store of this version or an earlier one.
///
/// # Errors
/// [`StoreError::WrongSchema`], with the reason.
pub(super) fn require_known(connection: &Connection) -> Result<(), StoreError> {
    match migrations_seen(connection)? {
        0 => Err(StoreError::WrongSchema("the file is not a store of atelier".to_owned())),
        _ => Ok(()),
    }
}

/// Refuses a file on a full disk whose tables would have to be made or brought up to date.
///
/// # Errors
/// [`StoreError::NoRoom`], or [`StoreError::WrongSchema`] when it is no store that this version
/// knows.
pub(super) fn require_current(connection: &Connection) -> Result<(), StoreError> {
    match migrations_seen(connection)? {
        seen if seen == MIGRATIONS.len() => Ok(()),
        _ => Err(StoreError::NoRoom(
            "the file needs tables of this version, and there is no room to make them".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_not_mapped_into_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = connect(&folder.path().join("shop.db")).expect("a connection");
        use_write_ahead_log(&connection).expect("a log");
        connection.execute_batch("CREATE TABLE rows (id); SELECT * FROM rows").expect("it is used");
        let maps = std::fs::read_to_string("/proc/self/maps").expect("the system tells");
        let mapped = maps.lines().filter_map(|line| line.rsplit_once('/')).map(|(_, name)| name);
        assert!(!mapped.into_iter().any(|name| name == "shop.db"), "{maps}");
    }
}
