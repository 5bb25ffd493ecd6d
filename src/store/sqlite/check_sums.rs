//! Adds up again what published reviews gave to characteristics, and compares it with the sums that
//! writes keep. All tables are read once, side by side in the order of products. Repairing is not
//! done here.

use std::collections::{HashMap, HashSet};

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Rows};

use super::decode::Columns;
use super::failure::Failure;
use super::place::ProductNumber;
use crate::domain::{Id as _, QuestionId};
use crate::store::{Finding, MAX_FINDINGS_PER_KIND, StoreError};

const REVIEWS: &str = "SELECT r.place, r.review_id, coalesce(m.state, r.state) FROM reviews r
     LEFT JOIN review_marks m ON m.place = r.place ORDER BY r.place";
const RATINGS: &str = "SELECT place, review_id, characteristic_id, stars FROM characteristic_ratings
     ORDER BY place";
const CHARACTERISTICS: &str = "SELECT place, characteristic_id FROM characteristics ORDER BY place";
const SUMS: &str = "SELECT place, characteristic_id, stars, ratings FROM characteristic_sums ORDER BY place";

/// All stars together, and how many ratings.
type Sum = (u64, u64);

/// Reports each sum that is not what its ratings add up to. Rows with values that cannot be read
/// are left out; they are findings of their own.
pub(super) fn check_sums(connection: &Connection, report: &mut dyn FnMut(Finding)) -> Result<(), StoreError> {
    let mut statements = [REVIEWS, RATINGS, CHARACTERISTICS, SUMS].map(|sql| connection.prepare(sql));
    let [reviews, ratings, characteristics, sums] = &mut statements;
    let mut reviews = Walk::new(reviews, "reviews")?;
    let mut ratings = Walk::new(ratings, "characteristic_ratings")?;
    let mut characteristics = Walk::new(characteristics, "characteristics")?;
    let mut sums = Walk::new(sums, "characteristic_sums")?;
    let mut findings = 0;
    let mut found = |line: String| {
        if findings < MAX_FINDINGS_PER_KIND {
            report(Finding(line));
        }
        findings += 1;
    };
    while let Some(number) = [characteristics.product, sums.product].into_iter().flatten().min() {
        let mut published = HashSet::new();
        reviews.each_to(number, |row| {
            let is_hidden = row.is_hidden_state(2, "state");
            if let (Ok(id), Ok(false)) = (row.id::<QuestionId>(1, "review_id"), is_hidden) {
                published.insert(id.get());
            }
        })?;
        let mut expected: HashMap<u64, Sum> = HashMap::new();
        characteristics.each_to(number, |row| {
            if let Ok(id) = row.id::<QuestionId>(1, "characteristic_id") {
                expected.insert(id.get(), (0, 0));
            }
        })?;
        ratings.each_to(number, |row| {
            let id = |index, name| row.id::<QuestionId>(index, name).map_or(0, QuestionId::get);
            let stars = row.integer(3, "stars").ok().and_then(|stars| u64::try_from(stars).ok());
            if let (true, Some(sum), Some(stars)) = (
                published.contains(&id(1, "review_id")),
                expected.get_mut(&id(2, "characteristic_id")),
                stars,
            ) {
                *sum = (sum.0.saturating_add(stars), sum.1 + 1);
            }
        })?;
        sums.each_to(number, |row| {
            let Ok(id) = row.id::<QuestionId>(1, "characteristic_id") else { return };
            let integer = |index, name| row.integer(index, name).ok().and_then(|n| u64::try_from(n).ok());
            let kept = integer(2, "stars").zip(integer(3, "ratings"));
            // One without its characteristic is found by its parent.
            if let (Some((stars, ratings)), Some(expected)) = (kept, expected.remove(&id.get()))
                && (stars, ratings) != expected
            {
                found(format!(
                    "characteristic_sums: characteristic {id} has {stars} stars of {ratings} ratings, but {} of {} \
                     add up",
                    expected.0, expected.1
                ));
            }
        })?;
        let mut missing: Vec<u64> = expected.into_keys().collect();
        missing.sort_unstable();
        for id in missing {
            found(format!("characteristic_sums: characteristic {id} has no sum"));
        }
    }
    Ok(())
}

/// Walks through a table in the order of places.
struct Walk<'a> {
    rows: Rows<'a>,
    table: &'static str,
    /// The product of the present row; `None` at the end.
    product: Option<ProductNumber>,
}

impl<'a> Walk<'a> {
    fn new(
        statement: &'a mut rusqlite::Result<rusqlite::Statement<'_>>,
        table: &'static str,
    ) -> Result<Self, StoreError> {
        let statement = match statement {
            Ok(statement) => statement,
            Err(error) => return Err(StoreError::damaged_file(error)),
        };
        let mut walk = Self { rows: statement.query([]).reading()?, table, product: None };
        walk.step()?;
        Ok(walk)
    }

    fn step(&mut self) -> Result<(), StoreError> {
        let row = self.rows.next().reading()?;
        let columns = row.map(|row| Columns::new(row, self.table)).transpose()?;
        self.product = columns.map(|columns| ProductNumber::of(columns.place()));
        Ok(())
    }

    /// Passes over the rows of products before this one and runs `take` on its rows.
    fn each_to(
        &mut self,
        number: ProductNumber,
        mut take: impl FnMut(Columns<'_>),
    ) -> Result<(), StoreError> {
        while self.product.is_some_and(|product| product <= number) {
            // The present row.
            if let (Some(row), true) = (self.rows.get(), self.product == Some(number)) {
                take(Columns::new(row, self.table)?);
            }
            self.step()?;
        }
        Ok(())
    }
}
