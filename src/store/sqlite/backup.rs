//! Copying the file while it is in use, page by page with SQLite's online backup: out of a store
//! into a file of its own, and from such a file back into a store. Giving a backup its name once it
//! is whole is not done here.
//!
//! Pages, and not `VACUUM INTO`, which builds every tree again: a copy costs reading and writing
//! the file and nothing else, and a restore brings back the very same pages.

use std::path::Path;
use std::thread;
use std::time::Instant;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::counts::{counts, is_empty};
use super::failure::Failure;
use super::schema;
use crate::domain::Set;
use crate::store::{Counts, LoadMode, PagesCopied, StoreError};

/// Pages that are copied between two reports: 8 MiB, in a file with pages of 2 KiB.
const PAGES_PER_STEP: i32 = 4_096;

/// Copies the store into `target`, an empty file. The copy is of one state, the one at the
/// beginning.
///
/// It ends however much is written meanwhile: the read transaction keeps its state, so no page is
/// copied twice. Until then the write-ahead log grows, since nothing of it can be folded into the
/// file.
pub(crate) fn back_up(
    path: &Path,
    target: &Path,
    progress: &mut dyn FnMut(PagesCopied),
) -> Result<(), StoreError> {
    let source = schema::connect(path)?;
    source.execute_batch("BEGIN").reading()?;
    // The first read takes the snapshot.
    schema::require_known(&source)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(target, flags).writing()?;
    // A copy that breaks off is thrown away, so it needs no journal, and the caller brings it to
    // the disk.
    copy.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE",
    )
    .writing()?;
    copy_pages(&source, &mut copy, progress)?;
    // One file, which can be read where no other file can be made.
    let mode: String = copy.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).writing()?;
    match mode.as_str() {
        "delete" => Ok(()),
        _ => Err(StoreError::Unavailable(format!("the backup's journal mode stays {mode}"))),
    }
}

/// Puts the rows of `backup` in place of those of the store, which is made if need be, in one
/// transaction of SQLite's own: servers go on showing the former rows until the end, and notice it
/// then.
///
/// # Errors
/// [`StoreError::WrongSchema`] when the backup is not a store of a known version,
/// [`StoreError::DamagedFile`] when its pages are damaged, [`StoreError::NotEmpty`] when the store
/// has rows and `mode` does not replace them. Nothing is changed then.
pub(crate) fn restore(
    path: &Path,
    backup: &Path,
    mode: LoadMode,
    progress: &mut dyn FnMut(PagesCopied),
) -> Result<Counts, StoreError> {
    if let (Ok(path), Ok(backup)) = (path.canonicalize(), backup.canonicalize())
        && path == backup
    {
        return Err(StoreError::BadAddress("the backup is the store itself".to_owned()));
    }
    let source = open_backup(backup)?;
    let mut connection = schema::connect(path)?;
    schema::require_writable_file(&connection)?;
    if mode == LoadMode::IntoEmpty && !is_empty(&connection, &Set::ALL)? {
        return Err(StoreError::NotEmpty);
    }
    copy_pages(&source, &mut connection, progress)?;
    // A backup of an earlier version is brought up to date, as whenever a store is opened.
    schema::migrate(&mut connection)?;
    schema::use_write_ahead_log(&connection)?;
    // The rows are in place even if this fails. Under a server the log is folded into the file
    // later.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "restored, but the write-ahead log could not be folded into the file");
    }
    counts(&connection)
}

/// Opens a backup to read it, after a look at every page.
fn open_backup(backup: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source =
        Connection::open_with_flags(backup, flags).map_err(|error| schema::cannot_open(backup, &error))?;
    schema::require_known(&source)?;
    let verdict: String = source.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).reading()?;
    if verdict != "ok" {
        return Err(StoreError::damaged_file(format!("the backup is damaged: {verdict}")));
    }
    Ok(source)
}

fn copy_pages(
    source: &Connection,
    target: &mut Connection,
    progress: &mut dyn FnMut(PagesCopied),
) -> Result<(), StoreError> {
    let backup = Backup::new(source, target).writing()?;
    let mut deadline = Instant::now() + schema::BUSY_TIMEOUT;
    loop {
        match backup.step(PAGES_PER_STEP).writing()? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                deadline = Instant::now() + schema::BUSY_TIMEOUT;
                let now = backup.progress();
                let pages = |count: i32| u64::from(count.unsigned_abs());
                let total = pages(now.pagecount);
                progress(PagesCopied { copied: total - pages(now.remaining).min(total), total });
            }
            _ if Instant::now() < deadline => thread::sleep(schema::LOCK_PAUSE),
            _ => {
                let locked = "the database file is locked by another process";
                return Err(StoreError::Unavailable(locked.to_owned()));
            }
        }
    }
}
