//! One way to run statements on both stores, for what is rare: moderation. The statements are the
//! same text for both, with `$1` for parameters; all columns are bigint, text or bytea. What runs
//! for every request (lists, votes, new rows) has statements of each store's own.

use crate::domain::{Digest, Id, Timestamp};
use crate::store::{StoreError, columns};

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// A number, or none.
    Integer(Option<i64>),
    /// A text, or none.
    Text(Option<&'a str>),
    /// Bytes, or none.
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<&'a Digest> for Value<'a> {
    fn from(digest: &'a Digest) -> Self {
        Self::Bytes(Some(digest.as_bytes()))
    }
}

impl Value<'_> {
    /// An id.
    pub(crate) fn id(id: impl Id) -> Self {
        Self::Integer(Some(id.get().cast_signed()))
    }

    /// A number that is not negative.
    pub(crate) fn count(number: u64) -> Self {
        Self::Integer(Some(number.cast_signed()))
    }

    /// A time.
    pub(crate) fn time(time: Timestamp) -> Self {
        Self::Integer(Some(time.milliseconds()))
    }

    /// A flag.
    pub(crate) fn flag(flag: bool) -> Self {
        Self::Integer(Some(flag.into()))
    }
}

/// A value of a row that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// None.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// The value as a parameter. One that is missing has the type of a number.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Integer(None),
            Self::Integer(number) => Value::Integer(Some(*number)),
            Self::Text(text) => Value::Text(Some(text)),
            Self::Bytes(bytes) => Value::Bytes(Some(bytes)),
        }
    }
}

/// A row that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells(pub(crate) Vec<Cell>);

impl Cells {
    /// A number.
    ///
    /// # Errors
    /// When the column has none.
    pub(crate) fn integer(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| unexpected(column))
    }

    /// A number, or none.
    ///
    /// # Errors
    /// When the column has something else.
    pub(crate) fn optional_integer(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Cell::Integer(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// When the column has none.
    pub(crate) fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.optional_text(column)?.ok_or_else(|| unexpected(column))
    }

    /// A text, or none.
    ///
    /// # Errors
    /// When the column has something else.
    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(column) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// Bytes, or none.
    ///
    /// # Errors
    /// When the column has something else.
    pub(crate) fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.0.get(column) {
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// An id.
    ///
    /// # Errors
    /// When the column has none.
    pub(crate) fn id<I: Id>(&self, column: usize) -> Result<I, StoreError> {
        I::new(self.integer(column)?.cast_unsigned()).map_err(|_| unexpected(column))
    }
}

fn unexpected(column: usize) -> StoreError {
    damaged("moderation", 0, "", format!("column {column} of the answer has a value of another type"))
}

/// That a value of a table breaks a rule.
pub(crate) fn damaged(table: &'static str, row: i64, column: &'static str, problem: String) -> StoreError {
    StoreError::Damaged { product_id: None, table, row, column, problem }
}

/// The columns of a row that came back, with their names for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedCells<'c> {
    cells: &'c Cells,
    table: &'static str,
    /// The row's key, for messages.
    row: i64,
}

impl<'c> NamedCells<'c> {
    /// A row of `table` whose key is in column `key`.
    pub(crate) fn new(cells: &'c Cells, table: &'static str, key: usize) -> Self {
        Self { cells, table, row: cells.integer(key).unwrap_or(0) }
    }

    /// What `convert` makes of a number.
    pub(crate) fn number<T>(
        self,
        index: usize,
        column: &'static str,
        convert: impl FnOnce(i64) -> Result<T, String>,
    ) -> Result<T, StoreError> {
        match self.cells.0.get(index) {
            Some(Cell::Integer(number)) => convert(*number).map_err(|problem| self.damaged(column, problem)),
            _ => Err(self.damaged(column, "the value is not an integer".to_owned())),
        }
    }

    /// The same, or none.
    pub(crate) fn optional_number<T>(
        self,
        index: usize,
        column: &'static str,
        convert: impl FnOnce(i64) -> Result<T, String>,
    ) -> Result<Option<T>, StoreError> {
        if self.is_empty(index) { Ok(None) } else { self.number(index, column, convert).map(Some) }
    }

    /// What `convert` makes of a text.
    pub(crate) fn text<T>(
        self,
        index: usize,
        column: &'static str,
        convert: impl FnOnce(&'c str) -> Option<T>,
    ) -> Result<T, StoreError> {
        match self.cells.0.get(index) {
            Some(Cell::Text(text)) => {
                convert(text).ok_or_else(|| self.damaged(column, format!("{text:?} is not known")))
            }
            _ => Err(self.damaged(column, "the value is not a text".to_owned())),
        }
    }

    /// A text, or none.
    pub(crate) fn optional_text(
        self,
        index: usize,
        column: &'static str,
    ) -> Result<Option<&'c str>, StoreError> {
        if self.is_empty(index) { Ok(None) } else { self.text(index, column, Some).map(Some) }
    }

    /// A digest, or none.
    pub(crate) fn optional_digest(
        self,
        index: usize,
        column: &'static str,
    ) -> Result<Option<Digest>, StoreError> {
        match self.cells.0.get(index) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Bytes(bytes)) => {
                columns::digest(bytes).map(Some).map_err(|problem| self.damaged(column, problem))
            }
            _ => Err(self.damaged(column, "the value is no digest".to_owned())),
        }
    }

    /// That a column breaks a rule.
    pub(crate) fn damaged(self, column: &'static str, problem: String) -> StoreError {
        damaged(self.table, self.row, column, problem)
    }

    fn is_empty(self, index: usize) -> bool {
        matches!(self.cells.0.get(index), Some(Cell::Null))
    }
}

/// A session with an open transaction that runs such statements.
pub(crate) trait Sql {
    /// What the session's failures are. [`StoreError`] is one of them.
    type Error: From<StoreError>;

    /// Runs a statement and returns all of its rows.
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Cells>, Self::Error>;
}
