//! Running one statement that stays prepared. What statements say is not known here.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Params};

use super::failure::Failure;
use crate::store::StoreError;

/// Runs a statement inside a transaction and returns how many rows it changed.
pub(super) fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).writing()
}

/// The first value of the one row that a statement gives.
pub(super) fn ask_one<T: FromSql>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
) -> Result<T, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(values, |row| row.get(0)))
        .reading()
}
