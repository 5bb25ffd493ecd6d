//! What an SQLite error means to the rest: one place that sorts them. What is done about an error
//! is not decided here.

use rusqlite::{Error, ErrorCode, ffi};

use crate::store::StoreError;

/// Turns an SQLite result into the store's.
pub(super) trait Failure<T> {
    /// A failure before anything was changed, or inside a transaction that is rolled back.
    fn reading(self) -> Result<T, StoreError>;

    /// The same for a statement that changes rows inside a transaction.
    fn writing(self) -> Result<T, StoreError>
    where
        Self: Sized,
    {
        self.reading()
    }

    /// A failure of `COMMIT` itself.
    fn committing(self) -> Result<T, StoreError>;
}

impl<T> Failure<T> for Result<T, Error> {
    fn reading(self) -> Result<T, StoreError> {
        self.map_err(|error| match error.sqlite_error_code() {
            _ if is_damage(&error) => StoreError::damaged_file(error),
            _ if is_locked(&error) => {
                StoreError::Unavailable("the database file is locked by another process".to_owned())
            }
            Some(ErrorCode::NotADatabase) => StoreError::WrongSchema(
                "the file is not an SQLite database, or its first page is damaged".to_owned(),
            ),
            Some(ErrorCode::ReadOnly) => StoreError::Unavailable(
                "the database file, or the -wal or -shm file next to it, cannot be written to".to_owned(),
            ),
            _ if is_full(&error) => StoreError::NoRoom(error.to_string()),
            _ => StoreError::Unavailable(error.to_string()),
        })
    }

    fn committing(self) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::Unknown(error.to_string()))
    }
}

/// Whether the file holds what it must not, or cannot be read at some place. New rows break a
/// constraint only where a counter or a place is wrong.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(
            ffi::Error { code: ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation, .. },
            _,
        )
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows => true,
        Error::SqliteFailure(ffi::Error { extended_code, .. }, _) => matches!(
            *extended_code,
            ffi::SQLITE_IOERR_READ
                | ffi::SQLITE_IOERR_SHORT_READ
                | ffi::SQLITE_IOERR_CORRUPTFS
                | ffi::SQLITE_IOERR_DATA
        ),
        _ => false,
    }
}

/// Whether there is no room for rows, or for the index of the log.
fn is_full(error: &Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    })
}

/// Whether another connection stands in the way.
pub(super) fn is_locked(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
