//! Turns columns into values. A value that breaks a rule of the store is an error that names table,
//! row and column. No value is ever guessed.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, private::BytesMut, to_sql_checked};

use crate::domain::{Digest, Id, Price, Stars, Timestamp};
use crate::store::{StoreError, columns};

/// PostgreSQL counts from 2000-01-01, we count from 1970-01-01.
const EPOCH_DIFFERENCE_MILLISECONDS: i64 = 946_684_800_000;

/// A `timestamptz` as milliseconds since 1970, the unit of [`Timestamp`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Milliseconds(pub(super) i64);

impl Milliseconds {
    /// The binary form: microseconds since 2000. All of [`Timestamp`]'s years fit.
    pub(super) fn to_microseconds(self) -> i64 {
        (self.0 - EPOCH_DIFFERENCE_MILLISECONDS) * 1_000
    }
}

impl<'a> FromSql<'a> for Milliseconds {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let microseconds = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(microseconds.div_euclid(1_000).saturating_add(EPOCH_DIFFERENCE_MILLISECONDS)))
    }

    accepts!(TIMESTAMPTZ);
}

impl ToSql for Milliseconds {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.to_microseconds().to_be_bytes());
        Ok(IsNull::No)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

/// A value that only has to be present.
struct Anything;

impl<'a> FromSql<'a> for Anything {
    fn from_sql(_: &Type, _: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Reads the columns of one row.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    row: &'a Row,
    table: &'static str,
    /// The number of the column with the row's id, for messages.
    key: usize,
}

impl<'a> Columns<'a> {
    /// A row of `table` whose own id is in column `key`.
    pub(super) fn new(row: &'a Row, table: &'static str, key: usize) -> Self {
        Self { row, table, key }
    }

    fn get<T: FromSql<'a>>(self, index: usize, column: &'static str) -> Result<T, StoreError> {
        self.row.try_get(index).map_err(|error| {
            self.damaged(column, error.source().map_or_else(|| error.to_string(), ToString::to_string))
        })
    }

    /// Whether a column of the row is `NULL`.
    pub(super) fn is_empty(self, index: usize) -> bool {
        matches!(self.row.try_get(index), Ok(None::<Anything>))
    }

    pub(super) fn text(self, index: usize, column: &'static str) -> Result<&'a str, StoreError> {
        self.get(index, column)
    }

    pub(super) fn id<I: Id>(self, index: usize, column: &'static str) -> Result<I, StoreError> {
        columns::id(self.get(index, column)?).map_err(|problem| self.damaged(column, problem))
    }

    pub(super) fn digest(self, index: usize, column: &'static str) -> Result<Digest, StoreError> {
        self.get(index, column)
    }

    pub(super) fn time(self, index: usize, column: &'static str) -> Result<Timestamp, StoreError> {
        let Milliseconds(value) = self.get(index, column)?;
        columns::time(value).map_err(|problem| self.damaged(column, problem))
    }

    pub(super) fn count(self, index: usize, column: &'static str) -> Result<u32, StoreError> {
        columns::count(self.get(index, column)?).map_err(|problem| self.damaged(column, problem))
    }

    pub(super) fn flag(self, index: usize, column: &'static str) -> Result<bool, StoreError> {
        self.get(index, column)
    }

    /// A price in hundredths.
    pub(super) fn price(self, index: usize, column: &'static str) -> Result<Price, StoreError> {
        self.number(index, column, columns::price)
    }

    pub(super) fn stars(self, index: usize, column: &'static str) -> Result<Stars, StoreError> {
        self.number(index, column, columns::stars)
    }

    /// A number that is not negative.
    pub(super) fn sum(self, index: usize, column: &'static str) -> Result<u64, StoreError> {
        self.number(index, column, columns::number)
    }

    /// A number as what `convert` makes of it.
    pub(super) fn number<T>(
        self,
        index: usize,
        column: &'static str,
        convert: impl FnOnce(i64) -> Result<T, String>,
    ) -> Result<T, StoreError> {
        convert(self.get(index, column)?).map_err(|problem| self.damaged(column, problem))
    }

    /// What `read` makes of a column, or nothing if it is empty.
    pub(super) fn optional<T>(
        self,
        index: usize,
        read: impl FnOnce(usize) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        if self.is_empty(index) { Ok(None) } else { read(index).map(Some) }
    }

    fn damaged(self, column: &'static str, problem: String) -> StoreError {
        let row = self.row.try_get(self.key).unwrap_or(0);
        StoreError::Damaged { product_id: None, table: self.table, row, column, problem }
    }
}

/// An id as PostgreSQL's `bigint`.
pub(super) fn bigint(id: impl Id) -> i64 {
    id.get().cast_signed()
}
