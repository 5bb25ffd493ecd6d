//! Reviews and the catalogue through a whole service, over a store of rows that a test makes up.
//! Real stores are tested in `tests/it`.

mod made_up;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::made_up::{MadeUp, id, review};
use super::*;
use crate::domain::{Page, ReviewId, ReviewOrder, ReviewRows, Timestamp};
use crate::store::ProductChange;
use crate::view::{ListTag, ProductPart};

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

async fn until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "memory is not filled");
        tokio::task::yield_now().await;
    }
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
    store.lock().add(&review("elsewhere", &[]), Timestamp::nearest(5));
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
    let reads = std::mem::take(&mut store.lock().id_reads);
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

    store.lock().catalogue.retain(|number, _| *number >= 2_999);
    assert_eq!(products(&service, page(1, 2)).await, [1, 2], "nobody has said so yet");
    store.announce(Change::Everything);
    assert_eq!(products(&service, page(1, 5)).await, [2_999, 3_000]);
    let shown = service.show_product(id(8), ProductPart::Product, NEVER, &mut output).await;
    assert_eq!(shown, Ok(None));
}

#[tokio::test]
async fn the_fill_brings_every_kind_into_memory() {
    let store = MadeUp::with_products([1, 2, 4]);
    store.lock().add(&review("stock", &[]), Timestamp::nearest(5));
    let settings = ServiceSettings::default();
    let service = Service::start(&store, Arc::new(SystemClock), settings).expect("the service starts");
    let is_there =
        |number| service.show_product_from_memory(id(number), ProductPart::Styles, &mut Vec::new());
    let has_sums = || service.show_review_sums_from_memory(id(7), &mut Vec::new()).is_some();
    until(|| is_there(4).is_some() && has_sums()).await;
    assert_eq!(store.loads(), 0);
    let Statistics { questions, reviews, catalogue, .. } = service.statistics();
    assert_eq!(
        [questions.kept, reviews.rows[0], catalogue.kept],
        [0, 1, 4],
        "product 3 lies among the others"
    );
}

/// Everything that changes reviews.
#[derive(Debug, Clone, Copy)]
enum Write {
    Add,
    AddWithPhoto,
    Vote,
    Report,
    Elsewhere,
}

const WRITES: [Write; 5] = [Write::Add, Write::AddWithPhoto, Write::Vote, Write::Report, Write::Elsewhere];

impl Write {
    /// Changes reviews of product 7, which has the review 1.
    async fn carry_out(self, store: &MadeUp, service: &Service) {
        let first: ReviewId = id(1);
        let done = match self {
            Self::Add => service.add_review(review("new", &[]), None).await.map(drop),
            Self::AddWithPhoto => {
                service.add_review(review("new", &["https://example.com/1.jpg"]), None).await.map(drop)
            }
            Self::Vote => service.vote_review(first).await,
            Self::Report => service.report_review(first).await,
            Self::Elsewhere => {
                store.lock().add(&review("new", &[]), Timestamp::nearest(5));
                store.announce(Change::Products(vec![ProductChange::Reviews(id(7))]));
                Ok(())
            }
        };
        assert_eq!(done, Ok(()), "{self:?}");
    }
}

/// The list and the sums, whole.
async fn text(service: &Service) -> String {
    let mut output = Vec::new();
    service.list_reviews(id(7), page(1, 9), ReviewOrder::Newest, NEVER, &mut output).await.expect("a list");
    service.show_review_sums(id(7), NEVER, &mut output).await.expect("sums");
    String::from_utf8(output).expect("UTF-8")
}

#[tokio::test]
async fn reviews_that_are_read_while_they_change_are_not_kept() {
    for write in WRITES {
        let store = MadeUp::with_characteristic();
        store.lock().add(&review("stock", &[]), Timestamp::nearest(5));
        let service = Arc::new(store.serve(1 << 20));
        store.gate.close();
        let waiter = tokio::spawn({
            let service = Arc::clone(&service);
            async move { text(&service).await }
        });
        tokio::task::yield_now().await;
        store.gate.until_stopped();
        write.carry_out(&store, &service).await;
        store.gate.open();
        waiter.await.expect("no panic");
        let after = text(&service).await;
        assert_eq!(after, text(&store.serve(0)).await, "{write:?}");
    }
}

#[tokio::test]
async fn reviews_that_change_while_the_fill_reads_them_are_not_kept() {
    for write in WRITES {
        let store = MadeUp::with_characteristic();
        store.lock().add(&review("stock", &[]), Timestamp::nearest(5));
        // Kept behind product 7, of the same chunk.
        store.lock().reviews.insert(9, ReviewRows::new(id(9)));
        store.gate.close();
        let settings = ServiceSettings::default();
        let service = Service::start(&store, Arc::new(SystemClock), settings).expect("the service starts");
        store.gate.until_stopped();
        write.carry_out(&store, &service).await;
        store.gate.open();
        until(|| service.show_review_sums_from_memory(id(9), &mut Vec::new()).is_some()).await;
        assert_eq!(text(&service).await, text(&store.serve(0)).await, "{write:?}");
    }
}
