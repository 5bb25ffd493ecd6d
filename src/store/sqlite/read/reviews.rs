//! Reading reviews with their photos, and characteristics with their sums: five range scans.

use rusqlite::{CachedStatement, Connection};

use super::scan::{Range, Tables};
use crate::domain::{CharacteristicRow, ProductId, ReviewPhotoRow, ReviewRow, ReviewRows, ReviewsPart};
use crate::store::columns::shown_votes;
use crate::store::sqlite::decode::Columns;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::place::ProductNumber;
use crate::store::sqlite::sums::{SUMS, Sum};
use crate::store::{PUBLISHED_STATE, StoreError};

const REVIEWS: &str = "SELECT place, review_id, written_at, rating, recommend, state, helpful,
         summary, body, name, response
     FROM reviews WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
/// The same columns without texts.
const STARS: &str = "SELECT place, review_id, written_at, rating, recommend, state, helpful, '', '', '', NULL
     FROM reviews WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const MARKS: &str = "SELECT place, helpful, withdrawn, state
     FROM review_marks WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const PHOTOS: &str = "SELECT place, photo_id, review_id, url
     FROM review_photos WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const CHARACTERISTICS: &str = "SELECT place, characteristic_id, name
     FROM characteristics WHERE place BETWEEN ?1 AND ?2 ORDER BY place";

pub(super) struct Reviews<'c> {
    reviews: CachedStatement<'c>,
    stars: CachedStatement<'c>,
    marks: CachedStatement<'c>,
    photos: CachedStatement<'c>,
    characteristics: CachedStatement<'c>,
    sums: CachedStatement<'c>,
    /// What reviews of the range have now, by place.
    marked: Vec<Mark>,
    /// The sums of the range, by place.
    summed: Vec<Sum>,
}

/// What a review has now.
#[derive(Clone, Copy)]
struct Mark {
    place: i64,
    /// The votes that are shown.
    helpful: u32,
    state: u64,
}

impl<'c> Tables<'c> for Reviews<'c> {
    type Product = ReviewRows;
    type Part = ReviewsPart;

    const NEXT: &'static str = "SELECT min(place) FROM (
         SELECT min(place) AS place FROM reviews WHERE place >= ?1
         UNION ALL SELECT min(place) FROM characteristics WHERE place >= ?1)";

    fn prepare(connection: &'c Connection) -> Result<Self, StoreError> {
        Ok(Self {
            reviews: connection.prepare_cached(REVIEWS).reading()?,
            stars: connection.prepare_cached(STARS).reading()?,
            marks: connection.prepare_cached(MARKS).reading()?,
            photos: connection.prepare_cached(PHOTOS).reading()?,
            characteristics: connection.prepare_cached(CHARACTERISTICS).reading()?,
            sums: connection.prepare_cached(SUMS).reading()?,
            marked: Vec::new(),
            summed: Vec::new(),
        })
    }

    fn empty(&self, product_id: ProductId) -> ReviewRows {
        ReviewRows::new(product_id)
    }

    fn read(
        &mut self,
        part: Option<ReviewsPart>,
        range: Range<'_>,
        products: &mut [ReviewRows],
    ) -> Result<(), StoreError> {
        if part != Some(ReviewsPart::List) {
            self.read_sums(range)?;
            self.read_characteristics(range, products)?;
        }
        self.read_marks(range)?;
        if part == Some(ReviewsPart::Sums) {
            return self.read_reviews(range, products, true);
        }
        self.read_reviews(range, products, false)?;
        if products.iter().all(|product| product.reviews.is_empty()) {
            return Ok(());
        }
        self.read_photos(range, products)
    }
}

impl Reviews<'_> {
    fn read_sums(&mut self, range: Range<'_>) -> Result<(), StoreError> {
        self.summed.clear();
        let mut rows = self.sums.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            self.summed.push(Sum::read(Columns::new(row, "characteristic_sums")?)?);
        }
        Ok(())
    }

    fn read_characteristics(
        &mut self,
        range: Range<'_>,
        products: &mut [ReviewRows],
    ) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let mut rows = self.characteristics.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "characteristics")?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
            let product = &mut products[index];
            let characteristic_id = columns.id(1, "characteristic_id")?;
            let (first, last) = ProductNumber::of(columns.place()).places();
            let start = self.summed.partition_point(|sum| sum.place < first);
            let sum = self.summed[start..]
                .iter()
                .take_while(|sum| sum.place <= last)
                .find(|sum| sum.characteristic_id == characteristic_id)
                .ok_or_else(|| columns.damaged("characteristic_id", "it has no sum".to_owned()))?;
            product.characteristics.push(CharacteristicRow {
                characteristic_id,
                name: product.texts.keep(columns.text(2, "name")?),
                stars: sum.stars,
                ratings: sum.ratings,
            });
        }
        Ok(())
    }

    fn read_marks(&mut self, range: Range<'_>) -> Result<(), StoreError> {
        self.marked.clear();
        let mut rows = self.marks.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "review_marks")?;
            let (helpful, withdrawn) = (columns.count(1, "helpful")?, columns.count(2, "withdrawn")?);
            self.marked.push(Mark {
                place: columns.place(),
                helpful: shown_votes(helpful, withdrawn)
                    .map_err(|problem| columns.damaged("withdrawn", problem))?,
                state: columns.state(3, "state")?,
            });
        }
        Ok(())
    }

    /// Reads the published reviews.
    fn read_reviews(
        &mut self,
        range: Range<'_>,
        products: &mut [ReviewRows],
        stars_alone: bool,
    ) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let statement = if stars_alone { &mut self.stars } else { &mut self.reviews };
        let mut rows = statement.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "reviews")?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
            let mark = match self.marked.binary_search_by_key(&columns.place(), |mark| mark.place) {
                Ok(found) => self.marked[found],
                Err(_) => Mark {
                    place: columns.place(),
                    helpful: columns.count(6, "helpful")?,
                    state: columns.state(5, "state")?,
                },
            };
            if mark.state != PUBLISHED_STATE {
                continue;
            }
            let product = &mut products[index];
            let summary = product.texts.keep(columns.text(7, "summary")?);
            let body = product.texts.keep(columns.text(8, "body")?);
            let name = product.texts.keep(columns.text(9, "name")?);
            let response = columns.optional_text(10, "response")?.map(|text| product.texts.keep(text));
            product.reviews.push(ReviewRow {
                review_id: columns.id(1, "review_id")?,
                written_at: columns.time(2, "written_at")?,
                rating: columns.stars(3, "rating")?,
                recommend: columns.flag(4, "recommend")?,
                helpful: mark.helpful,
                summary,
                body,
                name,
                response,
            });
        }
        Ok(())
    }

    fn read_photos(&mut self, range: Range<'_>, products: &mut [ReviewRows]) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let mut rows = self.photos.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "review_photos")?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
            let product = &mut products[index];
            product.photos.push(ReviewPhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                review_id: columns.id(2, "review_id")?,
                url: product.texts.keep(columns.text(3, "url")?),
            });
        }
        Ok(())
    }
}
