//! Reviews to load into a store, the rows that the store must then return, and reviews to write.

use atelier::domain::{
    Body, CharacteristicId, CharacteristicRow, Email, Id, Kind, Name, NewReview, PhotoUrl, Rated, ReviewId,
    ReviewPhotoRow, ReviewRow, ReviewRows, Set, Stars, Summary, Target,
};
use atelier::store::{BulkLoad, Command, Counts, LoadMode, NOTHING, RowBatch, Store, StoreError};

use crate::store::harness::{TestStore, outside, product_id, time};
use crate::support::review_lines as lines;

/// Rows to load, which are also the expected ones.
#[derive(Default)]
pub(crate) struct Reviews {
    characteristics: Vec<Characteristic>,
    reviews: Vec<Review>,
    photos: Vec<Photo>,
    ratings: Vec<Rating>,
}

struct Characteristic {
    id: u64,
    product: u64,
    name: &'static str,
}

struct Review {
    id: u64,
    product: u64,
    helpful: u32,
    hidden: bool,
}

struct Photo {
    id: u64,
    review: u64,
    product: u64,
}

struct Rating {
    id: u64,
    characteristic: u64,
    review: u64,
    product: u64,
    stars: u64,
}

impl Review {
    /// One to five stars; the same ones for the same id.
    fn rating(&self) -> u64 {
        self.id % 5 + 1
    }

    fn recommend(&self) -> bool {
        self.id.is_multiple_of(2)
    }

    /// Every third review has one.
    fn response(&self) -> Option<String> {
        self.id.is_multiple_of(3).then(|| format!("Thanks for {}.", self.id))
    }

    /// Every fourth review has none.
    fn summary(&self) -> String {
        if self.id.is_multiple_of(4) { String::new() } else { format!("Summary {}", self.id) }
    }
}

impl Reviews {
    pub(crate) fn characteristic(mut self, id: u64, product: u64, name: &'static str) -> Self {
        self.characteristics.push(Characteristic { id, product, name });
        self
    }

    pub(crate) fn review(mut self, id: u64, product: u64) -> Self {
        self.reviews.push(Review { id, product, helpful: 0, hidden: false });
        self
    }

    /// Hides the review that was added last.
    pub(crate) fn hidden(mut self) -> Self {
        self.reviews.last_mut().expect("a review").hidden = true;
        self
    }

    /// Gives votes to the review that was added last.
    pub(crate) fn votes(mut self, helpful: u32) -> Self {
        self.reviews.last_mut().expect("a review").helpful = helpful;
        self
    }

    pub(crate) fn photo(mut self, id: u64, review: u64) -> Self {
        let product = self.find(review).product;
        self.photos.push(Photo { id, review, product });
        self
    }

    pub(crate) fn rating(mut self, id: u64, characteristic: u64, review: u64, stars: u64) -> Self {
        let product = self.find(review).product;
        self.ratings.push(Rating { id, characteristic, review, product, stars });
        self
    }

    fn find(&self, review: u64) -> &Review {
        self.reviews.iter().find(|row| row.id == review).expect("reviews come first")
    }

    /// What visible reviews gave to a characteristic: all stars together, and how many rated it.
    fn sum(&self, characteristic: u64) -> (u64, u64) {
        let rated = self.ratings.iter().filter(|row| row.characteristic == characteristic);
        let visible = rated.filter(|row| !self.find(row.review).hidden);
        visible.fold((0, 0), |(stars, ratings), row| (stars + row.stars, ratings + 1))
    }

    /// Adds the rows to a load under way.
    pub(crate) fn add_to(&self, load: &mut dyn BulkLoad) -> Result<(), StoreError> {
        load.add(&self.characteristic_batch())?;
        load.add(&self.review_batch())?;
        load.add(&self.photo_batch())?;
        load.add(&self.rating_batch())?;
        load.add(&self.sum_batch())
    }

    fn characteristic_batch(&self) -> RowBatch {
        let mut batch = RowBatch::new(Kind::Characteristic);
        for Characteristic { id, product, name } in &self.characteristics {
            let name = batch.texts.keep(name).to_bits();
            batch.push(product_id(*product), &[*id, *product, name]);
        }
        batch
    }

    fn review_batch(&self) -> RowBatch {
        let mut batch = RowBatch::new(Kind::Review);
        for row in &self.reviews {
            let mut keep = |text: &str| batch.texts.keep(text).to_bits();
            let values = [
                row.id,
                row.product,
                row.rating(),
                time(row.id).milliseconds().cast_unsigned(),
                keep(&row.summary()),
                keep(&format!("Review {}.", row.id)),
                row.recommend().into(),
                row.hidden.into(),
                keep("Reviewer"),
                keep("reviewer@example.com"),
                row.response().map_or(NOTHING, |response| keep(&response)),
                row.helpful.into(),
            ];
            batch.push(product_id(row.product), &values);
        }
        batch
    }

    fn photo_batch(&self) -> RowBatch {
        let mut batch = RowBatch::new(Kind::ReviewPhoto);
        for Photo { id, review, product } in &self.photos {
            let url = batch.texts.keep(&photo_url(*id)).to_bits();
            batch.push(product_id(*product), &[*id, *review, url]);
        }
        batch
    }

    fn rating_batch(&self) -> RowBatch {
        let mut batch = RowBatch::new(Kind::Rating);
        for Rating { id, characteristic, review, product, stars } in &self.ratings {
            batch.push(product_id(*product), &[*id, *characteristic, *review, *stars]);
        }
        batch
    }

    fn sum_batch(&self) -> RowBatch {
        let mut batch = RowBatch::new(Kind::CharacteristicSum);
        // In another order than the characteristics.
        for Characteristic { id, product, .. } in self.characteristics.iter().rev() {
            let (stars, ratings) = self.sum(*id);
            batch.push(product_id(*product), &[*id, stars, ratings]);
        }
        batch
    }

    /// Loads the rows into an empty store.
    pub(crate) fn into(self, store: &TestStore) -> Self {
        self.load(store.open().as_ref(), LoadMode::IntoEmpty).expect("the load succeeds");
        self
    }

    /// Loads the rows and commits.
    pub(crate) fn load(&self, store: &dyn Store, mode: LoadMode) -> Result<Counts, StoreError> {
        outside(|| {
            let mut load = store.bulk_load(&[Set::Reviews], mode)?;
            self.add_to(load.as_mut())?;
            load.commit(time(0))
        })
    }

    /// All products, ascending.
    pub(crate) fn products(&self) -> Vec<u64> {
        let reviewed = self.reviews.iter().map(|row| row.product);
        let mut products: Vec<u64> =
            reviewed.chain(self.characteristics.iter().map(|row| row.product)).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// The [`lines`] of a product that must be there after this load.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let mut rows = ReviewRows::new(product_id(product));
        for row in self.characteristics.iter().filter(|row| row.product == product) {
            let (stars, ratings) = self.sum(row.id);
            let name = rows.texts.keep(row.name);
            let characteristic_id = characteristic_id(row.id);
            rows.characteristics.push(CharacteristicRow { characteristic_id, name, stars, ratings });
        }
        for row in self.reviews.iter().filter(|row| row.product == product && !row.hidden) {
            let texts = &mut rows.texts;
            rows.reviews.push(ReviewRow {
                review_id: review_id(row.id),
                written_at: time(row.id),
                rating: stars(row.rating()),
                recommend: row.recommend(),
                helpful: row.helpful,
                summary: texts.keep(&row.summary()),
                body: texts.keep(&format!("Review {}.", row.id)),
                name: texts.keep("Reviewer"),
                response: row.response().map(|response| texts.keep(&response)),
            });
        }
        for Photo { id, review, .. } in self.photos.iter().filter(|row| row.product == product) {
            let url = rows.texts.keep(&photo_url(*id));
            let photo_id = Id::new(*id).expect("a photo id in range");
            rows.photos.push(ReviewPhotoRow { photo_id, review_id: review_id(*review), url });
        }
        lines(&rows)
    }
}

fn photo_url(photo: u64) -> String {
    format!("https://example.com/r{photo}.jpg")
}

/// Reviews with something of everything: votes, hidden rows, photos, far products, and products
/// that have no visible review, no characteristic, or nothing else.
pub(crate) fn small_shop() -> Reviews {
    Reviews::default()
        .characteristic(1, 5, "Fit")
        .characteristic(2, 5, "Length")
        .characteristic(3, 7, "Size")
        .characteristic(4, 9, "Comfort")
        .characteristic(5, (1 << 53) - 1, "Quality")
        .review(1, 5)
        .votes(3)
        .review(2, 5)
        .review(3, 5)
        .hidden()
        .votes(8)
        .review(4, 7)
        .hidden()
        .review(5, 1 << 38)
        .review(6, (1 << 53) - 1)
        .photo(1, 1)
        .photo(2, 1)
        .photo(3, 3)
        .photo(4, 6)
        .rating(1, 1, 1, 5)
        .rating(2, 1, 2, 2)
        .rating(3, 1, 3, 1)
        .rating(4, 2, 3, 4)
        .rating(5, 3, 4, 3)
        .rating(6, 5, 6, 4)
}

pub(crate) fn review_id(number: u64) -> ReviewId {
    ReviewId::new(number).expect("a review id in range")
}

pub(crate) fn characteristic_id(number: u64) -> CharacteristicId {
    CharacteristicId::new(number).expect("a characteristic id in range")
}

pub(crate) fn stars(number: u64) -> Stars {
    Stars::new(number).expect("a number of stars in range")
}

pub(crate) fn review(number: u64) -> Target {
    Target::Review(review_id(number))
}

/// A review of three stars.
pub(crate) fn new_review(product: u64, body: &str, photos: &[&str], rated: &[(u64, u64)]) -> NewReview {
    NewReview {
        product_id: product_id(product),
        rating: stars(3),
        recommend: true,
        summary: Summary::parse("", 60).expect("a good summary"),
        body: Body::parse(body, 1_000).expect("a good text"),
        name: Name::parse("Cas", 60).expect("a good name"),
        email: Email::parse("cas@example.com", 254).expect("a good address"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("a good URL")).collect(),
        rated: rated
            .iter()
            .map(|&(id, given)| Rated { characteristic_id: characteristic_id(id), stars: stars(given) })
            .collect(),
    }
}

pub(crate) fn write(product: u64, body: &str, photos: &[&str], rated: &[(u64, u64)]) -> Command {
    let review = new_review(product, body, photos, rated);
    Command::AddReview { review, written_at: time(0), submission: None, origin: None }
}

impl TestStore {
    /// The public rows of a product's reviews, as lines.
    pub(crate) fn review_lines(&self, product: u64) -> Vec<String> {
        lines(&self.review_rows(product))
    }

    /// The public rows of a product's reviews.
    pub(crate) fn review_rows(&self, product: u64) -> ReviewRows {
        let products = self.reader().load_reviews(&[product_id(product)]).expect("the product is read");
        products.into_iter().next().expect("one product was asked for")
    }
}
