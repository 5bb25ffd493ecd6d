//! Loading many rows in one transaction. When nobody else has the file open it runs with a rollback
//! journal, where new pages are written once, straight to their place; under a running server it
//! goes through the write-ahead log, twice the writing. Either way SQLite's own recovery undoes a
//! load that died. What rows have is in the definitions of their kinds.

use std::time::Duration;

use rusqlite::{Connection, Statement};

use super::counts::{count, is_empty};
use super::failure::Failure;
use super::place::{ProductNumber, first_place, free_place, next_place};
use super::schema;
use super::statement::execute;
use crate::domain::{Column, Holds, Kind, ProductId, Set, Timestamp};
use crate::store::moderation::sql::Cell;
use crate::store::moderation::tables::forget;
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::{BulkLoad, Counts, LastIds, LoadMode, NOTHING, RecordRow, RowBatch, StoreError};

/// The page cache of a load: in KiB, negative by SQLite's convention.
const CACHE_KIBIBYTES: i64 = -64 * 1_024;

/// A load under way. Its connection holds an open transaction; closing it without a commit rolls
/// back.
pub(super) struct SqliteBulkLoad {
    connection: Connection,
    sets: Vec<Set>,
    /// The places of each kind that had rows.
    places: Vec<Places>,
    counts: Counts,
    last_ids: LastIds,
    imported_before: Vec<(Set, Option<Timestamp>)>,
}

/// Gives out places. Products mostly come in ascending order, and then no place has to be looked
/// up.
struct Places {
    kind: Kind,
    highest: Option<ProductNumber>,
    last_place: i64,
}

impl Places {
    fn next(&mut self, connection: &Connection, product_id: ProductId) -> Result<i64, StoreError> {
        let number = ProductNumber::find_or_make(connection, product_id)?;
        if self.highest.is_some_and(|highest| number < highest) {
            return free_place(connection, self.kind, number);
        }
        self.last_place = if self.highest == Some(number) {
            next_place(self.kind, self.last_place)?
        } else {
            first_place(self.kind, number)
        };
        self.highest = Some(number);
        Ok(self.last_place)
    }
}

/// Whether a column has a column in the file. The product is in a row's place, and places ascend as
/// positions do.
pub(super) fn is_kept(column: &Column) -> bool {
    !matches!(column.holds, Holds::Product | Holds::Position)
}

impl SqliteBulkLoad {
    pub(super) fn begin(connection: Connection, sets: &[Set], mode: LoadMode) -> Result<Self, StoreError> {
        connection.pragma_update(None, "cache_size", CACHE_KIBIBYTES).writing()?;
        // Fails, without waiting, when another process has the file open; then the write-ahead log
        // stays.
        connection.busy_timeout(Duration::ZERO).writing()?;
        let mode_now =
            connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
        tracing::debug!(journal_mode = ?mode_now, "bulk load");
        connection.busy_timeout(schema::BUSY_TIMEOUT).writing()?;
        connection.execute_batch("BEGIN IMMEDIATE").writing()?;
        if mode == LoadMode::IntoEmpty && !is_empty(&connection, sets)? {
            return Err(StoreError::NotEmpty);
        }
        clear(&connection, sets)?;
        let sets = Set::ALL.into_iter().filter(|set| sets.contains(set)).collect();
        Ok(Self {
            connection,
            sets,
            places: Vec::new(),
            counts: Counts::default(),
            last_ids: LastIds::default(),
            imported_before: Vec::new(),
        })
    }

    /// New ids continue after the largest that was loaded and after every one given out before.
    fn store_last_ids(&self) -> Result<(), StoreError> {
        for (_, name, id) in self.last_ids.each() {
            let values = (name, id.cast_signed());
            execute(&self.connection, "UPDATE last_ids SET id = max(id, ?2) WHERE kind = ?1", values)?;
        }
        Ok(())
    }

    fn store_import_times(&self, imported_at: Timestamp) -> Result<(), StoreError> {
        for &set in &self.sets {
            let before = self.imported_before.iter().rev().find(|(of, _)| *of == set);
            if let Some(time) = before.map_or(Some(imported_at), |(_, time)| *time) {
                let values = (set.name(), time.milliseconds());
                let sql = "INSERT OR REPLACE INTO imports (set_name, imported_at) VALUES (?1, ?2)";
                execute(&self.connection, sql, values)?;
            }
        }
        Ok(())
    }

    /// How many rows there are now. Those of this load were counted, and counting again would mean
    /// reading them.
    fn count_all(&self) -> Result<Counts, StoreError> {
        let mut counts = self.counts;
        for kind in Kind::all().filter(|kind| !self.sets.contains(&kind.definition().set)) {
            counts.add(kind, count(&self.connection, kind)?);
        }
        Ok(counts)
    }
}

/// Drops the rows of sets and what belongs to them. Of empty ones as well: counters and submissions
/// that were left behind would stick to new rows.
fn clear(connection: &Connection, sets: &[Set]) -> Result<(), StoreError> {
    for kind in sets.iter().flat_map(|set| set.kinds()) {
        connection.execute_batch(&format!("DELETE FROM {}", kind.definition().table)).writing()?;
    }
    for set in sets {
        connection.execute("DELETE FROM imports WHERE set_name = ?1", [set.name()]).writing()?;
        let left_behind = match set {
            Set::Catalogue => continue,
            Set::Reviews => "DELETE FROM review_marks; DELETE FROM submissions WHERE review_id IS NOT NULL",
            Set::Questions => "DELETE FROM marks; DELETE FROM submissions WHERE review_id IS NULL",
        };
        connection.execute_batch(left_behind).writing()?;
        for forget in ModerationTable::of_rows().filter_map(|table| forget(table, *set)) {
            connection.execute_batch(&forget).writing()?;
        }
    }
    // The places of other sets' rows name the numbers of far products.
    if is_empty(connection, &Set::ALL)? {
        connection.execute_batch("DELETE FROM far_products").writing()?;
    }
    Ok(())
}

impl BulkLoad for SqliteBulkLoad {
    fn add(&mut self, batch: &RowBatch) -> Result<(), StoreError> {
        let kind = batch.kind();
        let Self { connection, places, last_ids, .. } = self;
        let mut insert = connection.prepare_cached(&insertion(kind)).writing()?;
        if !places.iter().any(|places| places.kind == kind) {
            places.push(Places { kind, highest: None, last_place: 0 });
        }
        let places = places.iter_mut().find(|places| places.kind == kind);
        let places = places.expect("a kind without places just got them");
        let id = kind.id_column().filter(|_| kind.grows());
        let mut largest_id = 0;
        for row in batch.rows() {
            if let Some(id) = id {
                largest_id = row.value(id).max(largest_id);
            }
            let place = places.next(connection, row.product_id())?;
            bind(&mut insert, kind.definition().columns, place, row)
                .and_then(|()| insert.raw_execute())
                .writing()?;
        }
        last_ids.raise(kind, largest_id);
        self.counts.add(kind, batch.len() as u64);
        Ok(())
    }

    fn add_of_moderation(&mut self, rows: &TableRows) -> Result<(), StoreError> {
        let definition = rows.table().definition();
        let values = vec!["?"; definition.columns.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({values})", definition.name, definition.column_list());
        for row in rows.rows() {
            execute(&self.connection, &sql, rusqlite::params_from_iter(row.0.iter().map(Cell::value)))?;
        }
        Ok(())
    }

    fn drop_of_moderation(&mut self, table: ModerationTable) -> Result<(), StoreError> {
        self.connection.execute_batch(&format!("DELETE FROM {}", table.name())).writing()
    }

    fn raise_last_ids(&mut self, last_ids: LastIds) {
        self.last_ids = self.last_ids.max_of_each(last_ids);
    }

    fn imported_before(&mut self, set: Set, imported_at: Option<Timestamp>) {
        self.imported_before.push((set, imported_at));
    }

    fn commit(self: Box<Self>, imported_at: Timestamp) -> Result<Counts, StoreError> {
        self.store_last_ids()?;
        self.store_import_times(imported_at)?;
        let counts = self.count_all()?;
        schema::require_in_place(&self.connection)?;
        self.connection.execute_batch("COMMIT").committing()?;
        // The load is committed even if this fails. The next process that opens the store tries it
        // again.
        if let Err(error) = schema::use_write_ahead_log(&self.connection) {
            tracing::warn!(%error, "loaded, but the write-ahead log could not be switched on again");
        }
        Ok(counts)
    }
}

/// The statement that adds a row: its place, then the columns that are kept.
fn insertion(kind: Kind) -> String {
    let definition = kind.definition();
    let columns = definition.columns.iter().filter(|column| is_kept(column));
    let names: String = columns.clone().flat_map(|column| [", ", column.name]).collect();
    let values = ", ?".repeat(columns.count());
    format!("INSERT INTO {} (place{names}) VALUES (?{values})", definition.table)
}

/// Gives a row's values to the statement of its kind.
fn bind(
    insert: &mut Statement<'_>,
    columns: &[Column],
    place: i64,
    row: RecordRow<'_>,
) -> rusqlite::Result<()> {
    insert.raw_bind_parameter(1, place)?;
    let mut parameter = 1;
    for (index, column) in columns.iter().enumerate() {
        if !is_kept(column) {
            continue;
        }
        parameter += 1;
        let value = row.value(index);
        match column.holds {
            Holds::OptionalPrice | Holds::OptionalText if value == NOTHING => {
                insert.raw_bind_parameter(parameter, rusqlite::types::Null)?;
            }
            Holds::Text | Holds::OptionalText | Holds::PhotoUrl => {
                insert.raw_bind_parameter(parameter, row.text(index))?;
            }
            _ => insert.raw_bind_parameter(parameter, value.cast_signed())?,
        }
    }
    Ok(())
}
