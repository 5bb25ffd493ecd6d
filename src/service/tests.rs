//! Reviews and the catalogue through a whole service, over a store of rows that a test makes up.
//! Real stores are tested in `tests/it`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;
use crate::domain::{
    Body, CatalogueRows, CharacteristicId, CharacteristicRow, Email, Id, Name, NewReview, Page, PhotoUrl,
    Price, ProductRow, ProductRows, Rated, ReviewId, ReviewOrder, ReviewPhotoRow, ReviewRow, ReviewRows,
    Stars, Summary, Timestamp,
};
use crate::store::{ProductChange, Reader, Writer};
use crate::view::{ListTag, ProductPart};

/// Rows in memory. What is hidden is removed.
#[derive(Default)]
struct Shelf {
    catalogue: BTreeMap<u64, CatalogueRows>,
    reviews: BTreeMap<u64, ReviewRows>,
    last_id: u64,
    /// Products that were read for requests.
    loads: usize,
    /// Pieces of the list of ids that were read.
    id_reads: usize,
    sink: Option<ChangeSink>,
}

#[derive(Clone, Default)]
struct MadeUp(Arc<Mutex<Shelf>>);

fn id<I: Id>(number: u64) -> I {
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
        self.0.lock().sink = Some(elsewhere);
        Ok(Box::new(self.clone()))
    }
}

impl Reader for MadeUp {
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
        let mut shelf = self.0.lock();
        shelf.loads += product_ids.len();
        let rows = |id: &ProductId| shelf.catalogue.get(&id.get()).cloned();
        Ok(product_ids.iter().map(|id| rows(id).unwrap_or_else(|| CatalogueRows::new(*id))).collect())
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        let mut shelf = self.0.lock();
        shelf.loads += product_ids.len();
        let rows = |id: &ProductId| shelf.reviews.get(&id.get()).cloned();
        Ok(product_ids.iter().map(|id| rows(id).unwrap_or_else(|| ReviewRows::new(*id))).collect())
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        let after = after.map_or(0, Id::get);
        Ok(self.0.lock().catalogue.range(after + 1..).take(limit).map(|(_, rows)| rows.clone()).collect())
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        let after = after.map_or(0, Id::get);
        Ok(self.0.lock().reviews.range(after + 1..).take(limit).map(|(_, rows)| rows.clone()).collect())
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        let mut shelf = self.0.lock();
        shelf.id_reads += 1;
        let ids = shelf.catalogue.range(after.map_or(0, Id::get) + 1..).take(limit);
        Ok(ids.map(|(number, _)| id(*number)).collect())
    }
}

impl Writer for MadeUp {
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        let mut shelf = self.0.lock();
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
            Command::Report(Target::Review(review_id)) => {
                let Some(rows) = self.holder(*review_id) else { return Outcome::NotFound };
                rows.reviews.retain(|row| row.review_id != *review_id);
                // Tests report a review that gave four stars.
                for row in &mut rows.characteristics {
                    (row.stars, row.ratings) = (row.stars - 4, row.ratings - 1);
                }
                Outcome::Reported { product_id: rows.product_id }
            }
            _ => Outcome::NotFound,
        }
    }

    fn holder(&mut self, review_id: ReviewId) -> Option<&mut ReviewRows> {
        self.reviews.values_mut().find(|rows| rows.reviews.iter().any(|row| row.review_id == review_id))
    }

    fn add(&mut self, review: &NewReview, written_at: Timestamp) -> Outcome {
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
    fn with_products(numbers: impl IntoIterator<Item = u64>) -> Self {
        let shelf = Self::default();
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
            shelf.0.lock().catalogue.insert(number, rows);
        }
        shelf
    }

    /// Product 7 has a characteristic, which is 5.
    fn with_characteristic() -> Self {
        let shelf = Self::default();
        let mut rows = ReviewRows::new(id(7));
        let name = rows.texts.keep("Fit");
        let characteristic_id: CharacteristicId = id(5);
        rows.characteristics.push(CharacteristicRow { characteristic_id, name, stars: 0, ratings: 0 });
        shelf.0.lock().reviews.insert(7, rows);
        shelf
    }

    /// Without a fill, so that tests know what was loaded.
    fn serve(&self, max_bytes: u64) -> Service {
        let settings = ServiceSettings {
            questions_max_bytes: 0,
            reviews_max_bytes: max_bytes,
            catalogue_max_bytes: max_bytes,
            ..ServiceSettings::default()
        };
        Service::start(self, Arc::new(SystemClock), settings).expect("the service starts")
    }

    fn loads(&self) -> usize {
        std::mem::take(&mut self.0.lock().loads)
    }

    fn announce(&self, change: Change) {
        let sink = self.0.lock().sink.clone();
        sink.expect("the service writes")(change);
    }
}

fn review(body: &str, photos: &[&str]) -> NewReview {
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

fn page(number: u64, size: u64) -> Page {
    Page::new(number, size, 1_000)
}

const NEVER: fn(ListTag) -> bool = |_| false;

/// The bodies of reviews in an order, and the sums.
async fn reviews(service: &Service, order: ReviewOrder) -> (Vec<String>, Value) {
    let (mut list, mut sums) = (Vec::new(), Vec::new());
    service.list_reviews(id(7), page(1, 9), order, NEVER, &mut list).await.expect("a list");
    service.show_review_sums(id(7), NEVER, &mut sums).await.expect("sums");
    let list: Value = serde_json::from_slice(&list).expect("JSON");
    let results = list["results"].as_array().expect("an array").iter();
    let bodies = results.map(|review| review["body"].as_str().expect("a text").to_owned()).collect();
    (bodies, serde_json::from_slice(&sums).expect("JSON"))
}

async fn products(service: &Service, page: Page) -> Vec<u64> {
    let mut output = b"before".to_vec();
    let listed = service.list_products(page, NEVER, &mut output).await.expect("a list");
    let list: Vec<Value> = serde_json::from_slice(&output[6..]).expect("JSON");
    let mut known = Vec::new();
    let again = service.list_products(page, |_| true, &mut known).await.expect("a list");
    assert_eq!((Listed::Unchanged(tag_of(listed)), &known[..]), (again, &[][..]));
    list.iter().map(|product| product["id"].as_u64().expect("an id")).collect()
}

fn tag_of(listed: Listed) -> ListTag {
    match listed {
        Listed::Page(tag) | Listed::Unchanged(tag) => tag,
    }
}

#[tokio::test]
async fn acknowledged_reviews_are_in_every_order_and_in_the_sums_without_a_read() {
    let store = MadeUp::with_characteristic();
    // Without memory the store is asked each time; with it once.
    for max_bytes in [0, 1 << 20] {
        let service = store.serve(max_bytes);
        reviews(&service, ReviewOrder::Helpful).await;
        reviews(&service, ReviewOrder::Newest).await;
        assert_eq!(store.loads(), if max_bytes == 0 { 4 } else { 1 });
    }
    let service = store.serve(1 << 20);
    reviews(&service, ReviewOrder::Helpful).await;
    store.loads();
    let first = service.add_review(review("first", &[]), None).await.expect("it is added").id;
    let second = service.add_review(review("second", &[]), None).await.expect("it is added").id;
    service.vote_review(second).await.expect("it is there");
    let (bodies, sums) = reviews(&service, ReviewOrder::Relevant).await;
    assert_eq!(bodies, ["second", "first"]);
    assert_eq!(sums["characteristics"], json!({"Fit": {"id": 5, "value": "4.0000000000000000"}}));
    assert_eq!(
        (&sums["ratings"], &sums["recommended"]),
        (&json!({"4": "2"}), &json!({"false": "0", "true": "2"}))
    );
    assert_eq!(store.loads(), 0);
    assert!(
        service.list_reviews_from_memory(id(7), page(1, 5), ReviewOrder::Newest, &mut Vec::new()).is_some()
    );

    // Only the store knows the ids of photos, and what a hidden review gave.
    service.add_review(review("third", &["https://example.com/1.jpg"]), None).await.expect("it is added");
    assert!(service.show_review_sums_from_memory(id(7), &mut Vec::new()).is_none());
    assert_eq!(reviews(&service, ReviewOrder::Helpful).await.0, ["second", "first", "third"]);
    service.report_review(first).await.expect("it is there");
    let (bodies, sums) = reviews(&service, ReviewOrder::Helpful).await;
    assert_eq!(bodies, ["second", "third"]);
    assert_eq!(sums["ratings"], json!({"4": "2"}));
    assert_eq!(store.loads(), 2);
    assert_eq!(service.vote_review(id(99)).await, Err(ServiceError::NotFound));
}

#[tokio::test]
async fn reviews_that_changed_elsewhere_are_read_again() {
    let store = MadeUp::with_characteristic();
    let service = store.serve(1 << 20);
    reviews(&service, ReviewOrder::Helpful).await;
    store.0.lock().add(&review("elsewhere", &[]), Timestamp::nearest(5));
    store.announce(Change::Products(vec![ProductChange::Rows(id(7))]));
    assert!(reviews(&service, ReviewOrder::Helpful).await.0.is_empty(), "questions are something else");
    store.announce(Change::Products(vec![ProductChange::Reviews(id(7))]));
    assert_eq!(reviews(&service, ReviewOrder::Helpful).await.0, ["elsewhere"]);
    store.announce(Change::Disconnected);
    assert!(service.show_review_sums_from_memory(id(7), &mut Vec::new()).is_none(), "there is no grace");
    store.announce(Change::Reconnected);
    assert_eq!(reviews(&service, ReviewOrder::Helpful).await.0, ["elsewhere"]);
}

#[tokio::test]
async fn products_are_listed_in_order_and_forgotten_by_an_import() {
    let store = MadeUp::with_products((1..=3_000_u64).filter(|number| !number.is_multiple_of(7)));
    let service = store.serve(1 << 24);
    assert_eq!(products(&service, page(1, 5)).await, [1, 2, 3, 4, 5]);
    assert_eq!(store.loads(), 5);
    let all: Vec<u64> = (1..=3_000_u64).filter(|number| !number.is_multiple_of(7)).collect();
    for (number, size) in [(2, 1_000), (3, 1_000), (500, 5), (4, 1_000), (1, 1_000), (u64::MAX, 1_000)] {
        let page = page(number, size);
        assert_eq!(products(&service, page).await, all[page.range(all.len())]);
    }
    let reads = std::mem::take(&mut store.0.lock().id_reads);
    assert_eq!(reads, 2, "the first ids, then all others");

    let mut output = Vec::new();
    let shown =
        service.show_product(id(8), ProductPart::Related, NEVER, &mut output).await.expect("an answer");
    assert!(matches!(shown, Some(Listed::Page(_))));
    assert_eq!(String::from_utf8_lossy(&output), "[9]");
    assert!(service.show_product_from_memory(id(8), ProductPart::Product, &mut output).is_some());
    for _ in 0..2 {
        let shown = service.show_product(id(7), ProductPart::Product, NEVER, &mut output).await;
        assert_eq!(shown, Ok(None));
    }
    assert!(service.show_product_from_memory(id(7), ProductPart::Product, &mut output).is_none());

    store.0.lock().catalogue.retain(|number, _| *number >= 2_999);
    assert_eq!(products(&service, page(1, 2)).await, [1, 2], "nobody has said so yet");
    store.announce(Change::Everything);
    assert_eq!(products(&service, page(1, 5)).await, [2_999, 3_000]);
    let shown = service.show_product(id(8), ProductPart::Product, NEVER, &mut output).await;
    assert_eq!(shown, Ok(None));
}

#[tokio::test]
async fn the_fill_brings_every_kind_into_memory() {
    let store = MadeUp::with_products([1, 2, 4]);
    store.0.lock().add(&review("stock", &[]), Timestamp::nearest(5));
    let settings = ServiceSettings::default();
    let service = Service::start(&store, Arc::new(SystemClock), settings).expect("the service starts");
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    let is_there =
        |number| service.show_product_from_memory(id(number), ProductPart::Styles, &mut Vec::new());
    while is_there(4).is_none() || service.show_review_sums_from_memory(id(7), &mut Vec::new()).is_none() {
        assert!(std::time::Instant::now() < deadline, "memory is not filled");
        tokio::task::yield_now().await;
    }
    assert_eq!(store.loads(), 0);
    let Statistics { questions, reviews, catalogue, .. } = service.statistics();
    assert_eq!(
        [questions.kept, reviews.rows[0], catalogue.kept],
        [0, 1, 4],
        "product 3 lies among the others"
    );
}
