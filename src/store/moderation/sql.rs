//! One way to run statements on both stores, for what is rare: moderation. The statements are the
//! same text for both, with `$1` for parameters; all columns are bigint, text or bytea. What runs
//! for every request (lists, votes, new rows) has statements of each store's own.

use crate::domain::{Digest, Id};
use crate::store::StoreError;

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Value<'a> {
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
    pub(in crate::store) fn id(id: impl Id) -> Self {
        Self::Integer(Some(id.get().cast_signed()))
    }
}

/// A value of a row that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Cell {
    /// None.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Cells(pub(in crate::store) Vec<Cell>);

impl Cells {
    /// A number.
    ///
    /// # Errors
    /// When the column has none.
    pub(in crate::store) fn integer(&self, column: usize) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| unexpected(column))
    }

    /// A number, or none.
    ///
    /// # Errors
    /// When the column has something else.
    pub(in crate::store) fn optional_integer(&self, column: usize) -> Result<Option<i64>, StoreError> {
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
    pub(in crate::store) fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.optional_text(column)?.ok_or_else(|| unexpected(column))
    }

    /// A text, or none.
    ///
    /// # Errors
    /// When the column has something else.
    pub(in crate::store) fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
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
    pub(in crate::store) fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
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
    pub(in crate::store) fn id<I: Id>(&self, column: usize) -> Result<I, StoreError> {
        I::new(self.integer(column)?.cast_unsigned()).map_err(|_| unexpected(column))
    }
}

fn unexpected(column: usize) -> StoreError {
    StoreError::Unavailable(format!("a table of moderation has a value of another type in column {column}"))
}

/// A session with an open transaction that runs such statements.
pub(in crate::store) trait Sql {
    /// What the session's failures are. [`StoreError`] is one of them.
    type Error: From<StoreError>;

    /// Runs a statement and returns all of its rows.
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Cells>, Self::Error>;
}
