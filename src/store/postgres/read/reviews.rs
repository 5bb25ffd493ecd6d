//! Reviews with their photos, and characteristics with their sums: the statements that read them,
//! and their rows. Lists are not sorted here.

use super::gather::Gather;
use crate::domain::{CharacteristicId, CharacteristicRow, ProductId, ReviewPhotoRow, ReviewRow, ReviewRows};
use crate::store::StoreError;
use crate::store::postgres::decode::Columns;

/// The columns of each kind of row, behind `FROM` the table and what selects its products: product,
/// id, review's id, time, two numbers, flag, four texts. Sums are not joined to their
/// characteristics: one more range of a key costs less than a look for each.
macro_rules! rows {
    (list $scope:literal) => {
        concat!(
            "SELECT product_id, review_id, NULL::bigint, written_at, helpful - withdrawn, rating::bigint,
                    recommend, summary, body, name, response
             FROM reviews WHERE state = 0 AND ",
            $scope,
            " UNION ALL
             SELECT product_id, photo_id, review_id, NULL, NULL, NULL, NULL, url, NULL, NULL, NULL
             FROM review_photos WHERE ",
            $scope
        )
    };
    (stars $scope:literal) => {
        concat!(
            "SELECT product_id, review_id, NULL::bigint, written_at, 0::bigint, rating::bigint,
                    recommend, ''::text, ''::text, ''::text, NULL::text
             FROM reviews WHERE state = 0 AND ",
            $scope
        )
    };
    (characteristics $scope:literal) => {
        concat!(
            " UNION ALL
             SELECT product_id, characteristic_id, NULL, NULL, NULL, NULL, NULL, name, NULL, NULL, NULL
             FROM characteristics WHERE ",
            $scope,
            " UNION ALL
             SELECT product_id, characteristic_id, NULL, NULL, stars, ratings, NULL, NULL, NULL, NULL, NULL
             FROM characteristic_sums WHERE ",
            $scope
        )
    };
    (all $scope:literal) => {
        concat!(rows!(list $scope), rows!(characteristics $scope))
    };
}

pub(super) const LOAD: &str = rows!(all "product_id = ANY ($1::bigint[])");
pub(super) const LOAD_LIST: &str = rows!(list "product_id = ANY ($1::bigint[])");
pub(super) const LOAD_SUMS: &str = concat!(
    rows!(stars "product_id = ANY ($1::bigint[])"),
    rows!(characteristics "product_id = ANY ($1::bigint[])")
);

/// The next products with their rows; a row without an id for each product, also when all its
/// reviews are hidden.
pub(super) const SCAN: &str = concat!(
    "WITH scope AS MATERIALIZED (
         (SELECT DISTINCT product_id FROM reviews
          WHERE product_id > $1::bigint AND product_id <= 9007199254740991
          ORDER BY product_id LIMIT $2::bigint)
         UNION
         (SELECT DISTINCT product_id FROM characteristics
          WHERE product_id > $1 AND product_id <= 9007199254740991 ORDER BY product_id LIMIT $2)
         ORDER BY product_id LIMIT $2
     ), bounds AS MATERIALIZED (
         SELECT min(product_id) AS first, max(product_id) AS last FROM scope
     ) ",
    rows!(all "product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds)"),
    " UNION ALL
     SELECT product_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM scope"
);

/// What a row is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Product,
    Review,
    Photo,
    Characteristic,
    Sum,
}

/// A product that is being put together.
pub(super) struct Reviews {
    rows: ReviewRows,
    sums: Vec<Sum>,
}

/// What published reviews gave to a characteristic.
struct Sum {
    characteristic_id: CharacteristicId,
    stars: u64,
    ratings: u64,
}

impl Gather for Reviews {
    type Rows = ReviewRows;
    type Part = Part;

    fn new(product_id: ProductId) -> Self {
        Self { rows: ReviewRows::new(product_id), sums: Vec::new() }
    }

    fn product_id(&self) -> ProductId {
        self.rows.product_id
    }

    /// Products have no id, only photos have a review, only reviews a flag, and sums have no text.
    fn part(columns: Columns<'_>) -> (Part, &'static str) {
        if columns.is_empty(1) {
            (Part::Product, "reviews")
        } else if !columns.is_empty(2) {
            (Part::Photo, "review_photos")
        } else if !columns.is_empty(6) {
            (Part::Review, "reviews")
        } else if columns.is_empty(7) {
            (Part::Sum, "characteristic_sums")
        } else {
            (Part::Characteristic, "characteristics")
        }
    }

    fn add(&mut self, part: Part, columns: Columns<'_>) -> Result<(), StoreError> {
        let Self { rows, sums } = self;
        let texts = &mut rows.texts;
        match part {
            Part::Product => {}
            Part::Review => rows.reviews.push(ReviewRow {
                review_id: columns.id(1, "review_id")?,
                written_at: columns.time(3, "written_at")?,
                rating: columns.stars(5, "rating")?,
                recommend: columns.flag(6, "recommend")?,
                helpful: columns.count(4, "helpful")?,
                summary: texts.keep(columns.text(7, "summary")?),
                body: texts.keep(columns.text(8, "body")?),
                name: texts.keep(columns.text(9, "name")?),
                response: columns.optional(10, |index| Ok(texts.keep(columns.text(index, "response")?)))?,
            }),
            Part::Photo => rows.photos.push(ReviewPhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                review_id: columns.id(2, "review_id")?,
                url: texts.keep(columns.text(7, "url")?),
            }),
            Part::Characteristic => rows.characteristics.push(CharacteristicRow {
                characteristic_id: columns.id(1, "characteristic_id")?,
                name: texts.keep(columns.text(7, "name")?),
                stars: 0,
                ratings: 0,
            }),
            Part::Sum => sums.push(Sum {
                characteristic_id: columns.id(1, "characteristic_id")?,
                stars: columns.sum(4, "stars")?,
                ratings: columns.sum(5, "ratings")?,
            }),
        }
        Ok(())
    }

    fn finish(mut self) -> ReviewRows {
        for row in &mut self.rows.characteristics {
            let sum = self.sums.iter().find(|sum| sum.characteristic_id == row.characteristic_id);
            if let Some(sum) = sum {
                (row.stars, row.ratings) = (sum.stars, sum.ratings);
            }
        }
        self.rows
    }
}
