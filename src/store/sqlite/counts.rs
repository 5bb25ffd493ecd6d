//! How many rows there are. Which rows they are is not looked at here.

use rusqlite::Connection;

use super::failure::Failure;
use crate::store::{Counts, StoreError};

/// Counts all rows.
pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let count = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).reading()
    };
    Ok(Counts {
        questions: count("SELECT count(*) FROM questions")?,
        answers: count("SELECT count(*) FROM answers")?,
        photos: count("SELECT count(*) FROM photos")?,
    })
}

/// Whether there is no row at all.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    connection
        .query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM questions) AND NOT EXISTS (SELECT 1 FROM answers)
                AND NOT EXISTS (SELECT 1 FROM photos)",
            [],
            |row| row.get(0),
        )
        .reading()
}
