//! What an SQLite error means to the rest: one place that sorts them.

use rusqlite::ErrorCode;

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

impl<T> Failure<T> for Result<T, rusqlite::Error> {
    fn reading(self) -> Result<T, StoreError> {
        self.map_err(|error| match error.sqlite_error_code() {
            _ if is_locked(&error) => {
                StoreError::Unavailable("the database file is locked by another process".to_owned())
            }
            Some(ErrorCode::NotADatabase) => {
                StoreError::WrongSchema("the file is not an SQLite database".to_owned())
            }
            _ => StoreError::Unavailable(error.to_string()),
        })
    }

    fn committing(self) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::Unknown(error.to_string()))
    }
}

/// Whether another connection stands in the way.
pub(super) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
