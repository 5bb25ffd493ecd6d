//! The sums of what visible reviews gave to characteristics: one row for each characteristic of a
//! product, a few for each product. Which reviews count is not decided here.

use rusqlite::Connection;

use super::decode::Columns;
use super::failure::Failure;
use super::place::ProductNumber;
use super::statement::execute;
use crate::domain::{CharacteristicId, Id as _, ReviewId, Stars};
use crate::store::StoreError;

/// Reads the sums of a range of places.
pub(super) const SUMS: &str = "SELECT place, characteristic_id, stars, ratings
     FROM characteristic_sums WHERE place BETWEEN ?1 AND ?2 ORDER BY place";

/// The sum of one characteristic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    pub(super) place: i64,
    pub(super) characteristic_id: CharacteristicId,
    pub(super) stars: u64,
    pub(super) ratings: u64,
}

impl Sum {
    /// Reads the columns of [`SUMS`].
    pub(super) fn read(columns: Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: columns.place(),
            characteristic_id: columns.id(1, "characteristic_id")?,
            stars: columns.number(2, "stars")?,
            ratings: columns.number(3, "ratings")?,
        })
    }

    /// Counts a rating.
    pub(super) fn add(&mut self, stars: Stars) {
        self.stars += u64::from(stars.get());
        self.ratings += 1;
    }

    /// Counts a rating no longer.
    pub(super) fn take_out(&mut self, stars: Stars) -> Result<(), StoreError> {
        let less = self.stars.checked_sub(stars.get().into()).zip(self.ratings.checked_sub(1));
        (self.stars, self.ratings) = less.ok_or_else(|| StoreError::Damaged {
            product_id: None,
            table: "characteristic_sums",
            row: self.place,
            column: "stars",
            problem: "the sum is less than one of its ratings".to_owned(),
        })?;
        Ok(())
    }

    /// Writes the row.
    pub(super) fn store(self, connection: &Connection) -> Result<(), StoreError> {
        execute(
            connection,
            "UPDATE characteristic_sums SET stars = ?2, ratings = ?3 WHERE place = ?1",
            (self.place, self.stars.cast_signed(), self.ratings.cast_signed()),
        )?;
        Ok(())
    }
}

/// The sums of a product.
pub(super) fn sums_of(connection: &Connection, number: ProductNumber) -> Result<Vec<Sum>, StoreError> {
    let (first, last) = number.places();
    let mut statement = connection.prepare_cached(SUMS).reading()?;
    let mut rows = statement.query([first, last]).reading()?;
    let mut sums = Vec::new();
    while let Some(row) = rows.next().reading()? {
        sums.push(Sum::read(Columns::new(row, "characteristic_sums")?)?);
    }
    Ok(sums)
}

/// Takes what a review gave to characteristics out of their sums or, if it is shown again, in.
pub(super) fn change_sums(
    connection: &Connection,
    number: ProductNumber,
    review_id: ReviewId,
    is_shown: bool,
) -> Result<(), StoreError> {
    let (first, last) = number.places();
    let mut statement = connection
        .prepare_cached(
            "SELECT place, characteristic_id, stars FROM characteristic_ratings
             WHERE place BETWEEN ?1 AND ?2 AND review_id = ?3",
        )
        .reading()?;
    let mut rows = statement.query([first, last, review_id.get().cast_signed()]).reading()?;
    let mut sums = None;
    while let Some(row) = rows.next().reading()? {
        let columns = Columns::new(row, "characteristic_ratings")?;
        let sums = match &mut sums {
            Some(sums) => sums,
            empty => empty.insert(sums_of(connection, number)?),
        };
        let characteristic_id = columns.id(1, "characteristic_id")?;
        let sum = sums.iter_mut().find(|sum| sum.characteristic_id == characteristic_id);
        let sum = sum
            .ok_or_else(|| columns.damaged("characteristic_id", "the product has no such sum".to_owned()))?;
        let stars = columns.stars(2, "stars")?;
        if is_shown {
            sum.add(stars);
        } else {
            sum.take_out(stars)?;
        }
    }
    sums.into_iter().flatten().try_for_each(|sum| sum.store(connection))
}
