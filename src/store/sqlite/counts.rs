//! How many rows there are. Which rows they are is not looked at here.

use rusqlite::Connection;

use super::failure::Failure;
use crate::domain::{Kind, Set};
use crate::store::{Counts, StoreError};

/// Counts all rows.
pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    for kind in Kind::all() {
        counts.add(kind, count(connection, kind)?);
    }
    Ok(counts)
}

/// Counts the rows of a kind.
pub(super) fn count(connection: &Connection, kind: Kind) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM {}", kind.definition().table);
    connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).reading()
}

/// Whether there is no row of these sets. A file of an earlier version lacks tables, which have
/// none.
pub(super) fn is_empty(connection: &Connection, sets: &[Set]) -> Result<bool, StoreError> {
    for kind in sets.iter().flat_map(|set| set.kinds()) {
        let table = kind.definition().table;
        let is_there: bool = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
            .reading()?;
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        if is_there && connection.query_row(&sql, [], |row| row.get(0)).reading()? {
            return Ok(false);
        }
    }
    Ok(true)
}
