//! Columns to values. A value that breaks a rule of the store is an error that names table, row and
//! column, never a guess.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::domain::{Column, Digest, Holds, Id, Price, QuestionId, Stars, Texts, Timestamp};
use crate::store::{NOTHING, StoreError, columns};

/// Reads the columns of one row.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    table: &'static str,
    place: i64,
}

impl<'a> Columns<'a> {
    /// A row of `table` whose first column is its place.
    pub(super) fn new(row: &'a Row<'a>, table: &'static str) -> Result<Self, StoreError> {
        let mut columns = Self { row, table, place: 0 };
        columns.place = columns.integer(0, "place")?;
        Ok(columns)
    }

    pub(super) fn place(self) -> i64 {
        self.place
    }

    pub(super) fn integer(self, index: usize, column: &'static str) -> Result<i64, StoreError> {
        match self.row.get_ref(index) {
            Ok(ValueRef::Integer(value)) => Ok(value),
            other => Err(self.damaged(column, is_not("an integer", other))),
        }
    }

    pub(super) fn text(self, index: usize, column: &'static str) -> Result<&'a str, StoreError> {
        match self.row.get_ref(index) {
            Ok(ValueRef::Text(bytes)) => simdutf8::basic::from_utf8(bytes)
                .map_err(|_| self.damaged(column, "the text is not UTF-8".to_owned())),
            other => Err(self.damaged(column, is_not("a text", other))),
        }
    }

    /// A text, or none.
    pub(super) fn optional_text(
        self,
        index: usize,
        column: &'static str,
    ) -> Result<Option<&'a str>, StoreError> {
        if self.is_empty(index) { Ok(None) } else { self.text(index, column).map(Some) }
    }

    /// Whether a column is `NULL`.
    pub(super) fn is_empty(self, index: usize) -> bool {
        matches!(self.row.get_ref(index), Ok(ValueRef::Null))
    }

    pub(super) fn digest(self, index: usize, column: &'static str) -> Result<Digest, StoreError> {
        match self.row.get_ref(index) {
            Ok(ValueRef::Blob(bytes)) => {
                columns::digest(bytes).map_err(|problem| self.damaged(column, problem))
            }
            other => Err(self.damaged(column, format!("{other:?} is no digest"))),
        }
    }

    pub(super) fn id<I: Id>(self, index: usize, column: &'static str) -> Result<I, StoreError> {
        self.checked(index, column, columns::id)
    }

    pub(super) fn time(self, index: usize, column: &'static str) -> Result<Timestamp, StoreError> {
        self.checked(index, column, columns::time)
    }

    pub(super) fn count(self, index: usize, column: &'static str) -> Result<u32, StoreError> {
        self.checked(index, column, columns::count)
    }

    pub(super) fn flag(self, index: usize, column: &'static str) -> Result<bool, StoreError> {
        self.checked(index, column, columns::flag)
    }

    pub(super) fn number(self, index: usize, column: &'static str) -> Result<u64, StoreError> {
        self.checked(index, column, columns::number)
    }

    pub(super) fn stars(self, index: usize, column: &'static str) -> Result<Stars, StoreError> {
        self.checked(index, column, columns::stars)
    }

    pub(super) fn state(self, index: usize, column: &'static str) -> Result<u64, StoreError> {
        self.checked(index, column, columns::state)
    }

    pub(super) fn price(self, index: usize, column: &'static str) -> Result<Price, StoreError> {
        self.checked(index, column, columns::price)
    }

    /// A price, or none.
    pub(super) fn optional_price(
        self,
        index: usize,
        column: &'static str,
    ) -> Result<Option<Price>, StoreError> {
        if self.is_empty(index) { Ok(None) } else { self.price(index, column).map(Some) }
    }

    /// Whether a review's state hides it.
    pub(super) fn is_hidden_state(self, index: usize, column: &'static str) -> Result<bool, StoreError> {
        self.checked(index, column, columns::is_hidden_state)
    }

    /// The value of a column as batches have it. A text is kept in `texts`.
    pub(super) fn value(self, index: usize, column: &Column, texts: &mut Texts) -> Result<u64, StoreError> {
        let name = column.name;
        Ok(match column.holds {
            Holds::OptionalPrice | Holds::OptionalText if self.is_empty(index) => NOTHING,
            Holds::Text | Holds::OptionalText | Holds::PhotoUrl => {
                texts.keep(self.text(index, name)?).to_bits()
            }
            // Ids are alike.
            Holds::Product | Holds::OwnId | Holds::Parent | Holds::Other(_) => {
                self.id::<QuestionId>(index, name)?.get()
            }
            Holds::Reference | Holds::Position | Holds::Sum => self.checked(index, name, columns::number)?,
            Holds::Count => self.count(index, name)?.into(),
            Holds::Hidden if name == "state" => self.state(index, name)?,
            Holds::Flag | Holds::Hidden => self.flag(index, name)?.into(),
            Holds::Stars => self.checked(index, name, columns::stars)?.get().into(),
            Holds::Time => self.time(index, name)?.milliseconds().cast_unsigned(),
            Holds::Price | Holds::OptionalPrice => self.checked(index, name, columns::price)?.hundredths(),
        })
    }

    fn checked<T>(
        self,
        index: usize,
        column: &'static str,
        check: fn(i64) -> Result<T, String>,
    ) -> Result<T, StoreError> {
        check(self.integer(index, column)?).map_err(|problem| self.damaged(column, problem))
    }

    /// That a column breaks a rule.
    pub(super) fn damaged(self, column: &'static str, problem: String) -> StoreError {
        StoreError::Damaged { product_id: None, table: self.table, row: self.place, column, problem }
    }
}

/// The words for a value of another type than the column has.
fn is_not(wanted: &str, value: rusqlite::Result<ValueRef<'_>>) -> String {
    match value {
        Ok(value) => format!("the value is not {wanted}, it is {}", value.data_type()),
        Err(error) => format!("the value is not {wanted}: {error}"),
    }
}
