//! Reading the whole file in one read transaction, table by table in the order of places. What rows
//! have is in the definitions of their kinds.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _};

use super::bulk::is_kept;
use super::decode::Columns;
use super::failure::Failure;
use super::moderation::SqliteRows;
use super::place::ProductNumber;
use crate::domain::{Column, Holds, Id as _, Kind, Set, Timestamp};
use crate::store::moderation::tables::next_rows;
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::{DUMP_ROWS_PER_BATCH, Dump, LastIds, MAX_COLUMNS, RowBatch, StoreError, columns};

/// A dump under way. Its connection holds an open read transaction.
pub(super) struct SqliteDump {
    connection: Connection,
    /// For each kind, how far it has been read.
    reached: [Reached; Kind::COUNT],
    /// The last row of each table of moderation that was begun.
    last_rows: HashMap<ModerationTable, TableRows>,
}

/// The last row that was read.
#[derive(Clone, Copy)]
struct Reached {
    place: i64,
    /// Its number among all rows of its kind.
    position: u64,
}

impl SqliteDump {
    pub(super) fn begin(connection: Connection) -> Result<Self, StoreError> {
        connection.execute_batch("BEGIN").reading()?;
        let reached = [Reached { place: i64::MIN, position: 0 }; Kind::COUNT];
        Ok(Self { connection, reached, last_rows: HashMap::new() })
    }
}

impl Dump for SqliteDump {
    fn next(&mut self, kind: Kind) -> Result<RowBatch, StoreError> {
        let definition = kind.definition();
        let reached = &mut self.reached[kind as usize];
        let mut batch = RowBatch::new(kind);
        let mut statement = self.connection.prepare_cached(&selection(kind)).reading()?;
        let limit = i64::try_from(DUMP_ROWS_PER_BATCH).unwrap_or(i64::MAX);
        let mut rows = statement.query([reached.place, limit]).reading()?;
        while let Some(row) = rows.next().reading()? {
            let read = Columns::new(row, definition.table)?;
            *reached = Reached { place: read.place(), position: reached.position + 1 };
            let product_id = ProductNumber::of(read.place()).product_id(&self.connection)?;
            let mut values = [0; MAX_COLUMNS];
            let mut selected = 0;
            for (value, column) in values.iter_mut().zip(definition.columns) {
                *value = match column.holds {
                    Holds::Product => product_id.get(),
                    Holds::Position => reached.position,
                    _ => {
                        selected += 1;
                        read.value(selected, column, &mut batch.texts)?
                    }
                };
            }
            batch.push(product_id, &values[..definition.columns.len()]);
        }
        Ok(batch)
    }

    fn next_of_moderation(&mut self, table: ModerationTable) -> Result<TableRows, StoreError> {
        let before = self.last_rows.get(&table);
        let rows = next_rows(&mut SqliteRows(&self.connection), table, before)?;
        if let Some(last) = rows.last() {
            self.last_rows.insert(table, last);
        }
        Ok(rows)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        let mut last_ids = LastIds::default();
        for (kind, name, _) in LastIds::default().each() {
            let id = self
                .connection
                .query_row("SELECT id FROM last_ids WHERE kind = ?1", [name], |row| row.get::<_, i64>(0))
                .reading()?;
            last_ids.raise(kind, id.cast_unsigned());
        }
        Ok(last_ids)
    }

    fn imported_at(&mut self, set: Set) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT imported_at FROM imports WHERE set_name = ?1";
        let time: Option<i64> =
            self.connection.query_row(sql, [set.name()], |row| row.get(0)).optional().reading()?;
        time.map(columns::time).transpose().map_err(StoreError::damaged_file)
    }
}

/// The statement that gives the rows behind a place: their places, then the columns that are kept,
/// with present counters.
fn selection(kind: Kind) -> String {
    let definition = kind.definition();
    let marks = marks(kind);
    let columns = definition.columns.iter().filter(|column| is_kept(column));
    let columns: String = columns.flat_map(|column| [", ".to_owned(), present(column, marks)]).collect();
    let table = definition.table;
    let join = marks.map(|marks| format!(" LEFT JOIN {marks} m ON m.place = t.place")).unwrap_or_default();
    format!("SELECT t.place{columns} FROM {table} t{join} WHERE t.place > ?1 ORDER BY t.place LIMIT ?2")
}

/// The table with present counters of a kind's rows.
pub(super) fn marks(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Question | Kind::Answer => Some("marks"),
        Kind::Review => Some("review_marks"),
        _ => None,
    }
}

/// The expression for a column's present value.
fn present(column: &Column, marks: Option<&str>) -> String {
    let name = column.name;
    match (marks, column.holds) {
        // Votes that were taken back do not count.
        (Some(_), Holds::Count) => format!("coalesce(m.{name} - m.withdrawn, t.{name})"),
        (Some(_), Holds::Hidden) => format!("coalesce(m.{name}, t.{name})"),
        _ => format!("t.{name}"),
    }
}
