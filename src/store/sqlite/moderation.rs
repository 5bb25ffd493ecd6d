//! Moderation in the file: runs the shared statements. How rows are found, shown, hidden and read
//! is in `stand`, what is decided in `store::moderation`.

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};

use super::failure::Failure;
use super::stand;
use crate::domain::{ProductId, State, Target};
use crate::store::StoreError;
use crate::store::moderation::rows::{FoundRow, ReadRow, Rows};
use crate::store::moderation::sql::{Cell, Cells, Sql, Value};

/// A connection with an open transaction.
pub(super) struct SqliteRows<'c>(pub(super) &'c Connection);

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Integer(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        }))
    }
}

impl Sql for SqliteRows<'_> {
    type Error = StoreError;

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Cells>, StoreError> {
        // "$1" would be a name here, and "?1" is a number.
        let mut statement = self.0.prepare_cached(&sql.replace('$', "?")).reading()?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(values)).writing()?;
        let mut cells = Vec::new();
        while let Some(row) = rows.next().writing()? {
            let values = (0..columns).map(|column| {
                Ok(match row.get::<_, Owned>(column).reading()? {
                    Owned::Null => Cell::Null,
                    Owned::Integer(number) => Cell::Integer(number),
                    Owned::Text(text) => Cell::Text(text),
                    Owned::Blob(bytes) => Cell::Bytes(bytes),
                    Owned::Real(_) => {
                        return Err(StoreError::damaged_file("a number of moderation is no integer"));
                    }
                })
            });
            cells.push(Cells(values.collect::<Result<_, StoreError>>()?));
        }
        Ok(cells)
    }
}

impl Rows for SqliteRows<'_> {
    fn lock(&mut self, _: &[Target]) -> Result<(), StoreError> {
        // The transaction has the whole file.
        Ok(())
    }

    fn find(&mut self, target: Target) -> Result<Option<FoundRow>, StoreError> {
        Ok(stand::find(self.0, target)?.map(|(_, found)| found))
    }

    fn set_state(&mut self, target: Target, found: FoundRow, state: State) -> Result<(), StoreError> {
        let Some((place, _)) = stand::find(self.0, target)? else {
            return Err(StoreError::damaged_file("a row is gone within a transaction"));
        };
        stand::set_state(self.0, target, place, found, state)
    }

    fn read(&mut self, targets: &[Target]) -> Result<Vec<Option<ReadRow>>, StoreError> {
        targets.iter().map(|target| stand::read(self.0, *target)).collect()
    }

    fn empty(&mut self, target: Target, _: ProductId) -> Result<(), StoreError> {
        match stand::find(self.0, target)? {
            Some((place, _)) => stand::empty(self.0, target, place),
            None => Ok(()),
        }
    }
}
