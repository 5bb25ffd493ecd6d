//! Where a row stands: the key of every table. A product's rows are neighbours because their places
//! are, so reading a product is one short range scan a table.

use rusqlite::{Connection, OptionalExtension};

use super::failure::Failure;
use super::statement::ask_one;
use crate::domain::{Id, Kind, ProductId, QuestionId};
use crate::store::{FIRST_UNORDERED_ID, StoreError};

/// Bits of a place that number the rows of one product in a table: 16.8 million, of questions and
/// answers half as many.
const POSITION_BITS: u32 = 24;

/// How far the places of neighbouring products are apart.
pub(super) const PLACES_PER_PRODUCT: i64 = 1 << POSITION_BITS;

/// Products with ids below this are their own numbers; the others get numbers from here on.
const FIRST_FAR_NUMBER: u64 = FIRST_UNORDERED_ID;

/// The first place of products that are not their own numbers.
pub(super) const FIRST_FAR_PLACE: i64 = FIRST_FAR_NUMBER.cast_signed() << POSITION_BITS;

/// A product as places know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ProductNumber(u64);

impl ProductNumber {
    /// The number of a product; `None` when it is a far one that has no rows.
    pub(super) fn find(connection: &Connection, product_id: ProductId) -> Result<Option<Self>, StoreError> {
        if product_id.get() < FIRST_FAR_NUMBER {
            return Ok(Some(Self(product_id.get())));
        }
        connection
            .prepare_cached("SELECT product_number FROM far_products WHERE product_id = ?1")
            .and_then(|mut statement| {
                statement.query_row([product_id.get().cast_signed()], |row| row.get::<_, i64>(0)).optional()
            })
            .map(|number| number.map(|number| Self(number.cast_unsigned())))
            .reading()
    }

    /// The number of a product that is about to get rows.
    pub(super) fn find_or_make(connection: &Connection, product_id: ProductId) -> Result<Self, StoreError> {
        if let Some(number) = Self::find(connection, product_id)? {
            return Ok(number);
        }
        connection
            .prepare_cached(
                "INSERT INTO far_products (product_number, product_id)
                 VALUES ((SELECT max(coalesce(max(product_number) + 1, ?1), ?1) FROM far_products), ?2)
                 RETURNING product_number",
            )
            .and_then(|mut statement| {
                statement.query_row([FIRST_FAR_NUMBER.cast_signed(), product_id.get().cast_signed()], |row| {
                    row.get::<_, i64>(0)
                })
            })
            .map(|number| Self(number.cast_unsigned()))
            .writing()
    }

    /// The number in a place.
    pub(super) fn of(place: i64) -> Self {
        Self(place.cast_unsigned() >> POSITION_BITS)
    }

    /// The product's id.
    pub(super) fn product_id(self, connection: &Connection) -> Result<ProductId, StoreError> {
        let damaged = |problem: &str| StoreError::Damaged {
            table: "far_products",
            row: self.0.cast_signed(),
            column: "product_id",
            problem: problem.to_owned(),
            product_id: None,
        };
        let id = if self.0 < FIRST_FAR_NUMBER {
            self.0
        } else {
            connection
                .prepare_cached("SELECT product_id FROM far_products WHERE product_number = ?1")
                .and_then(|mut statement| {
                    statement.query_row([self.0.cast_signed()], |row| row.get::<_, i64>(0)).optional()
                })
                .reading()?
                .ok_or_else(|| damaged("the product's number has no row"))?
                .cast_unsigned()
        };
        ProductId::new(id).map_err(|error| damaged(&error.to_string()))
    }

    /// The first and the last place of the product, in any table.
    pub(super) fn places(self) -> (i64, i64) {
        let first = (self.0 << POSITION_BITS).cast_signed();
        (first, first + (PLACES_PER_PRODUCT - 1))
    }
}

/// How far the places of a product's rows of a kind are apart. Questions and answers share places
/// with their marks: questions have the even ones, answers the odd ones.
fn step(kind: Kind) -> i64 {
    if matches!(kind, Kind::Question | Kind::Answer) { 2 } else { 1 }
}

/// The place of a product's first row of a kind.
pub(super) fn first_place(kind: Kind, number: ProductNumber) -> i64 {
    number.places().0 + i64::from(kind == Kind::Answer)
}

/// The place after `place` for rows of a kind in the same product.
pub(super) fn next_place(kind: Kind, place: i64) -> Result<i64, StoreError> {
    let next = place + step(kind);
    if ProductNumber::of(next) == ProductNumber::of(place) {
        return Ok(next);
    }
    Err(StoreError::Full(format!(
        "a product has no room for more than {} rows",
        PLACES_PER_PRODUCT / step(kind)
    )))
}

/// The place for a new row of a kind: behind the last one of its product in its table.
pub(super) fn free_place(
    connection: &Connection,
    kind: Kind,
    number: ProductNumber,
) -> Result<i64, StoreError> {
    let (first, last) = number.places();
    let table = kind.definition().table;
    let sql = format!("SELECT max(place) FROM {table} WHERE place BETWEEN ?1 AND ?2");
    let highest: Option<i64> = ask_one(connection, &sql, [first, last])?;
    highest.map_or(Ok(first_place(kind, number)), |place| next_place(kind, place))
}

/// Where a question is.
pub(super) fn place_of_question(
    connection: &Connection,
    question_id: QuestionId,
) -> Result<Option<i64>, StoreError> {
    place_by_id(connection, "SELECT place FROM questions WHERE question_id = ?1", question_id.get())
}

/// Where the row of an id is, by a statement with one parameter and one column.
pub(super) fn place_by_id(connection: &Connection, sql: &str, id: u64) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(sql).reading()?;
    let mut rows = statement.query([id.cast_signed()]).reading()?;
    match rows.next().reading()? {
        Some(row) => Ok(Some(row.get(0).reading()?)),
        None => Ok(None),
    }
}
