//! A store of rows that a test makes up. It can be stopped between reading and returning reviews.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::domain::{
    Body, CatalogueRows, CharacteristicId, CharacteristicRow, Email, Id, Name, NewReview, PhotoUrl, Price,
    ProductId, ProductRow, ProductRows, QuestionId, Rated, ReviewId, ReviewPhotoRow, ReviewRow, ReviewRows,
    Stars, Summary, Target, Timestamp,
};
use crate::service::{Service, ServiceSettings, SystemClock};
use crate::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery, Report};
use crate::store::{Change, ChangeSink, Command, Outcome, Reader, Sessions, StoreError, Writer};

/// Rows in memory. What is hidden is removed.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) catalogue: BTreeMap<u64, CatalogueRows>,
    pub(super) reviews: BTreeMap<u64, ReviewRows>,
    last_id: u64,
    /// Products that were read for requests.
    loads: usize,
    /// Pieces of the list of ids that were read.
    pub(super) id_reads: usize,
    sink: Option<ChangeSink>,
}

/// The store.
#[derive(Clone, Default)]
pub(super) struct MadeUp {
    shelf: Arc<Mutex<Shelf>>,
    /// Stops those who have read reviews.
    pub(super) gate: Arc<Gate>,
}

/// Where a reader of reviews waits with what it has read.
#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<(bool, usize)>,
    changed: Condvar,
}

impl Gate {
    pub(super) fn close(&self) {
        self.state.lock().0 = true;
    }

    pub(super) fn open(&self) {
        self.state.lock().0 = false;
        self.changed.notify_all();
    }

    /// Waits until a reader is stopped.
    pub(super) fn until_stopped(&self) {
        self.changed.wait_while(&mut self.state.lock(), |(_, stopped)| *stopped == 0);
    }

    fn pass(&self) {
        let mut state = self.state.lock();
        state.1 += 1;
        self.changed.notify_all();
        self.changed.wait_while(&mut state, |(is_closed, _)| *is_closed);
        state.1 -= 1;
    }
}

pub(super) fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("in range")
}

fn stars(number: u64) -> Stars {
    Stars::new(number).expect("in range")
}

impl Sessions for MadeUp {
    fn name(&self) -> &'static str {
        "made up"
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.clone()))
    }

    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError> {
        self.shelf.lock().sink = Some(elsewhere);
        Ok(Box::new(self.clone()))
    }
}

impl Reader for MadeUp {
    fn moderation(&mut self, _: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        Err(StoreError::Unavailable("this store has no moderation".to_owned()))
    }

    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        Ok(product_ids.iter().map(|&id| ProductRows::new(id)).collect())
    }

    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError> {
        Ok(question_ids.iter().map(|_| None).collect())
    }

    fn scan_products(&mut self, _: Option<ProductId>, _: usize) -> Result<Vec<ProductRows>, StoreError> {
        Ok(Vec::new())
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        let mut shelf = self.shelf.lock();
        shelf.loads += product_ids.len();
        let rows = |id: &ProductId| shelf.catalogue.get(&id.get()).cloned();
        Ok(product_ids.iter().map(|id| rows(id).unwrap_or_else(|| CatalogueRows::new(*id))).collect())
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        let mut shelf = self.shelf.lock();
        shelf.loads += product_ids.len();
        let rows = |id: &ProductId| shelf.reviews.get(&id.get()).cloned();
        let read = product_ids.iter().map(|id| rows(id).unwrap_or_else(|| ReviewRows::new(*id))).collect();
        drop(shelf);
        self.gate.pass();
        Ok(read)
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        let after = after.map_or(0, Id::get);
        Ok(self.shelf.lock().catalogue.range(after + 1..).take(limit).map(|(_, rows)| rows.clone()).collect())
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        let after = after.map_or(0, Id::get);
        let read =
            self.shelf.lock().reviews.range(after + 1..).take(limit).map(|(_, rows)| rows.clone()).collect();
        self.gate.pass();
        Ok(read)
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        let mut shelf = self.shelf.lock();
        shelf.id_reads += 1;
        let ids = shelf.catalogue.range(after.map_or(0, Id::get) + 1..).take(limit);
        Ok(ids.map(|(number, _)| id(*number)).collect())
    }
}

impl Writer for MadeUp {
    fn moderate(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        let mut shelf = self.shelf.lock();
        Ok(moderations.iter().map(|moderation| shelf.moderate(moderation)).collect())
    }

    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        let mut shelf = self.shelf.lock();
        Ok(commands.iter().map(|command| shelf.carry_out(command)).collect())
    }

    fn idle(&mut self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Shelf {
    fn carry_out(&mut self, command: &Command) -> Outcome {
        match command {
            Command::AddReview { review, written_at, .. } => self.add(review, *written_at),
            Command::Vote { target: Target::Review(review_id), votes } => {
                let Some(rows) = self.holder(*review_id) else { return Outcome::NotFound };
                let product_id = rows.product_id;
                let row = rows.reviews.iter_mut().find(|row| row.review_id == *review_id).expect("held");
                row.helpful += votes;
                Outcome::Voted { product_id, helpful: row.helpful }
            }
            _ => Outcome::NotFound,
        }
    }

    /// Reports of reviews alone: they hide at once.
    fn moderate(&mut self, moderation: &Moderation) -> Moderated {
        let Moderation::Report(Report { target: Target::Review(review_id), .. }) = moderation else {
            return Moderated::NotFound;
        };
        let Some(rows) = self.holder(*review_id) else { return Moderated::NotFound };
        rows.reviews.retain(|row| row.review_id != *review_id);
        // Tests report a review that gave four stars.
        for row in &mut rows.characteristics {
            (row.stars, row.ratings) = (row.stars - 4, row.ratings - 1);
        }
        Moderated::Reported { product_id: rows.product_id, is_hidden: true }
    }

    fn holder(&mut self, review_id: ReviewId) -> Option<&mut ReviewRows> {
        self.reviews.values_mut().find(|rows| rows.reviews.iter().any(|row| row.review_id == review_id))
    }

    pub(super) fn add(&mut self, review: &NewReview, written_at: Timestamp) -> Outcome {
        self.last_id += 1;
        let (product_id, review_id): (_, ReviewId) = (review.product_id, id(self.last_id));
        let rows = self.reviews.entry(product_id.get()).or_insert_with(|| ReviewRows::new(product_id));
        let mut keep = |text: &str| rows.texts.keep(text);
        let (summary, body, name) =
            (keep(review.summary.as_str()), keep(review.body.as_str()), keep(review.name.as_str()));
        rows.reviews.push(ReviewRow {
            review_id,
            written_at,
            rating: review.rating,
            recommend: review.recommend,
            helpful: 0,
            summary,
            body,
            name,
            response: None,
        });
        for url in &review.photos {
            self.last_id += 1;
            let url = rows.texts.keep(url.as_str());
            rows.photos.push(ReviewPhotoRow { photo_id: id(self.last_id), review_id, url });
        }
        for rated in &review.rated {
            for row in &mut rows.characteristics {
                if row.characteristic_id == rated.characteristic_id {
                    row.stars += u64::from(rated.stars.get());
                    row.ratings += 1;
                }
            }
        }
        Outcome::ReviewAdded { review_id, product_id }
    }
}

impl MadeUp {
    pub(super) fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    pub(super) fn with_products(numbers: impl IntoIterator<Item = u64>) -> Self {
        let store = Self::default();
        for number in numbers {
            let mut rows = CatalogueRows::new(id(number));
            let text = rows.texts.keep(&format!("product {number}"));
            let default_price = Price::from_hundredths(14_000).expect("in range");
            rows.product = Some(ProductRow {
                name: text,
                slogan: text,
                description: text,
                category: text,
                default_price,
            });
            rows.related = vec![id(number + 1)];
            store.lock().catalogue.insert(number, rows);
        }
        store
    }

    /// Product 7 has a characteristic, which is 5.
    pub(super) fn with_characteristic() -> Self {
        let store = Self::default();
        let mut rows = ReviewRows::new(id(7));
        let name = rows.texts.keep("Fit");
        let characteristic_id: CharacteristicId = id(5);
        rows.characteristics.push(CharacteristicRow { characteristic_id, name, stars: 0, ratings: 0 });
        store.lock().reviews.insert(7, rows);
        store
    }

    /// Without a fill, so that tests know what was loaded.
    pub(super) fn serve(&self, max_bytes: u64) -> Service {
        let settings = ServiceSettings {
            questions_max_bytes: 0,
            reviews_max_bytes: max_bytes,
            catalogue_max_bytes: max_bytes,
            ..ServiceSettings::default()
        };
        Service::start(self, Arc::new(SystemClock), settings).expect("the service starts")
    }

    pub(super) fn loads(&self) -> usize {
        std::mem::take(&mut self.shelf.lock().loads)
    }

    pub(super) fn announce(&self, change: Change) {
        let sink = self.shelf.lock().sink.clone();
        sink.expect("the service writes")(change);
    }
}

pub(super) fn review(body: &str, photos: &[&str]) -> NewReview {
    NewReview {
        product_id: id(7),
        rating: stars(4),
        recommend: true,
        summary: Summary::parse("", 60).expect("good"),
        body: Body::parse(body, 1_000).expect("good"),
        name: Name::parse("Ada", 60).expect("good"),
        email: Email::parse("ada@mail.test", 254).expect("good"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("good")).collect(),
        rated: [5, 6].map(|number| Rated { characteristic_id: id(number), stars: stars(4) }).to_vec(),
    }
}
