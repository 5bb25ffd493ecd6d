//! Random sequences of everything that can be done with reviews, restarts and full memory included,
//! give the same lists and sums as a model of a few lines that keeps reviews in a map, sorts them
//! and adds up for every question.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use atelier::domain::{Id as _, Page, ReviewOrder, Summary, Timestamp};
use atelier::service::{Clock, Service, ServiceError, ServiceSettings};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::stock::{Reviews, new_review, review_id, stars};
use crate::store::harness::{TestStore, outside, product_id, time};
use crate::store::lists::{
    CharacteristicSum, ListedPhoto, ListedReview, ReviewSums, ReviewsList, review_sums, reviews,
};
use crate::support::{OnStore, StoreKind, on_every_store};

on_every_store!(any_sequence_of_reviews_votes_and_reports_gives_the_lists_and_sums_of_the_model);

/// How many sequences are tried on a kind of store.
struct Trials {
    kind: StoreKind,
    count: u32,
}

impl OnStore for Trials {
    /// Fewer on PostgreSQL, where each needs a database.
    fn on(kind: StoreKind) -> Self {
        let count = match kind {
            StoreKind::Sqlite => 48,
            StoreKind::Postgres => 10,
            StoreKind::PostgresPooled => 6,
        };
        Self { kind, count }
    }
}

const STEPS: usize = 80;

/// Few products, so that each gets many rows: near ones, far ones, and one without rows. The first
/// and the last have characteristics.
const PRODUCTS: [u64; 5] = [5, 5, 6, 1 << 38, (1 << 53) - 1];

/// Each with its product, in the order of their ids.
const CHARACTERISTICS: [(u64, u64, &str); 4] =
    [(1, 5, "Fit"), (2, 5, "Length"), (3, (1 << 53) - 1, "Quality"), (4, 5, "Comfort")];

/// Reviews that are voted for and reported: those that come first, some of them not there yet.
const IDS: RangeInclusive<u64> = 1..=12;

/// No cache, room for a view or two, room for all.
const VIEW_BYTES: [u64; 3] = [0, 1_500, 4 << 20];

const ORDERS: [ReviewOrder; 3] = [ReviewOrder::Helpful, ReviewOrder::Relevant, ReviewOrder::Newest];

#[derive(Debug, Clone)]
enum Step {
    Write { product: Index, review: Written },
    Vote { review: u64, votes: usize },
    Report { review: u64 },
    List { product: Index, page: u64, count: u64 },
    Sums { product: Index },
    Restart { view_bytes: Index },
}

/// What is written. Few different dates, so that some are the same.
#[derive(Debug, Clone)]
struct Written {
    body: String,
    summary: String,
    rating: u64,
    recommend: bool,
    photos: usize,
    rated: BTreeMap<u64, u64>,
    second: u64,
}

fn written() -> impl Strategy<Value = Written> {
    let body = "[a-z\"\\\\/\n\té😀\u{2028}<&]{1,24}".prop_map(|text| format!("x{text}"));
    let rated = prop::collection::btree_map(1..=6_u64, 1..=5_u64, 0..5);
    (body, "[a-z\"é]{0,8}", 1..=5_u64, any::<bool>(), 0..4_usize, rated, 0..4_u64).prop_map(
        |(body, summary, rating, recommend, photos, rated, second)| Written {
            body,
            summary,
            rating,
            recommend,
            photos,
            rated,
            second,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let page = || prop_oneof![4 => 1..4_u64, 1 => Just(u64::MAX)];
    let count = || prop_oneof![3 => 1..6_u64, 2 => Just(1_000)];
    let product = any::<Index>;
    prop_oneof![
        6 => (product(), written()).prop_map(|(product, review)| Step::Write { product, review }),
        8 => (IDS, 1..4_usize).prop_map(|(review, votes)| Step::Vote { review, votes }),
        2 => IDS.prop_map(|review| Step::Report { review }),
        9 => (product(), page(), count()).prop_map(|(product, page, count)| Step::List { product, page, count }),
        4 => product().prop_map(|product| Step::Sums { product }),
        1 => product().prop_map(|view_bytes| Step::Restart { view_bytes }),
    ]
}

struct ModelReview {
    product: u64,
    listed: ListedReview,
    rated: BTreeMap<u64, u64>,
    hidden: bool,
}

/// The reviews by their ids, which count up from 1.
#[derive(Default)]
struct Model {
    reviews: BTreeMap<u64, ModelReview>,
    photos: u64,
}

impl Model {
    fn add(&mut self, product: u64, review: Written, body: &str, urls: Vec<String>) -> u64 {
        let id = self.reviews.len() as u64 + 1;
        let photos = urls
            .into_iter()
            .map(|url| {
                self.photos += 1;
                ListedPhoto { id: self.photos, url }
            })
            .collect();
        let listed = ListedReview {
            review_id: id,
            rating: stars(review.rating).get(),
            summary: review.summary,
            recommend: review.recommend,
            response: None,
            body: body.to_owned(),
            date: time(review.second).to_string(),
            reviewer_name: "Cas".to_owned(),
            helpfulness: 0,
            photos,
        };
        self.reviews.insert(id, ModelReview { product, listed, rated: review.rated, hidden: false });
        id
    }

    fn shown(&self, product: u64) -> impl Iterator<Item = &ModelReview> {
        self.reviews.values().filter(move |row| row.product == product && !row.hidden)
    }

    fn list(&self, product: u64, page: Page, order: ReviewOrder) -> ReviewsList {
        let mut rows: Vec<ListedReview> = self.shown(product).map(|row| row.listed.clone()).collect();
        let id = |row: &ListedReview| row.review_id;
        match order {
            ReviewOrder::Helpful => rows.sort_by_key(|row| (Reverse(row.helpfulness), id(row))),
            ReviewOrder::Relevant => {
                rows.sort_by_key(|row| Reverse((row.helpfulness, row.date.clone(), id(row))));
            }
            ReviewOrder::Newest => rows.sort_by_key(|row| Reverse((row.date.clone(), id(row)))),
        }
        let before = (page.number() - 1).saturating_mul(page.size().into());
        let start = usize::try_from(before).unwrap_or(usize::MAX);
        ReviewsList {
            product: product.to_string(),
            page: before,
            count: page.size(),
            results: rows.into_iter().skip(start).take(page.size() as usize).collect(),
        }
    }

    fn sums(&self, product: u64) -> ReviewSums {
        let count = |is_counted: &dyn Fn(&ListedReview) -> bool| {
            self.shown(product).filter(|row| is_counted(&row.listed)).count()
        };
        let ratings = (1..=5_u8).map(|rating| (rating.to_string(), count(&|row| row.rating == rating)));
        let recommended = [false, true]
            .map(|wanted| (wanted.to_string(), count(&|row| row.recommend == wanted).to_string()));
        let of_product = CHARACTERISTICS.into_iter().filter(|(_, of, _)| *of == product);
        let characteristics = of_product.map(|(id, _, name)| {
            let given: Vec<u64> = self.shown(product).filter_map(|row| row.rated.get(&id).copied()).collect();
            (name.to_owned(), CharacteristicSum { id, value: average(&given) })
        });
        ReviewSums {
            product_id: product.to_string(),
            ratings: ratings
                .filter(|(_, count)| *count > 0)
                .map(|(rating, count)| (rating, count.to_string()))
                .collect(),
            recommended: recommended.into(),
            characteristics: characteristics.collect(),
        }
    }
}

/// The average with sixteen decimals, half up, by long division.
fn average(given: &[u64]) -> Option<String> {
    let divisor = u64::try_from(given.len()).ok().filter(|count| *count > 0)?;
    let sum: u64 = given.iter().sum();
    let (mut whole, mut rest) = (sum / divisor, sum % divisor);
    let mut decimals: Vec<u64> = (0..16)
        .map(|_| {
            rest *= 10;
            let digit = rest / divisor;
            rest %= divisor;
            digit
        })
        .collect();
    let mut carry = u64::from(rest * 2 >= divisor);
    for digit in decimals.iter_mut().rev() {
        *digit += carry;
        carry = *digit / 10;
        *digit %= 10;
    }
    whole += carry;
    Some(format!("{whole}.{}", decimals.iter().map(u64::to_string).collect::<String>()))
}

/// A clock that is set by hand.
#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        time(self.0.load(Ordering::SeqCst))
    }
}

/// A service and the model of what it must say.
struct Pair {
    store: TestStore,
    service: Option<Arc<Service>>,
    clock: Arc<Hand>,
    model: Model,
}

impl Pair {
    fn start(kind: StoreKind) -> Self {
        let store = TestStore::on(kind);
        let shop = CHARACTERISTICS
            .into_iter()
            .fold(Reviews::default(), |shop, (id, product, name)| shop.characteristic(id, product, name));
        shop.into(&store);
        let mut pair = Self { store, service: None, clock: Arc::default(), model: Model::default() };
        pair.restart(VIEW_BYTES[2]);
        pair
    }

    fn restart(&mut self, reviews_max_bytes: u64) {
        // The old one ends before the new one starts, as with a restart of the program.
        self.service = None;
        let settings = ServiceSettings { reviews_max_bytes, ..ServiceSettings::default() };
        let store = self.store.open();
        let clock = Arc::<Hand>::clone(&self.clock);
        let service = outside(|| Service::start(store.as_ref(), clock, settings));
        self.service = Some(Arc::new(service.expect("the service starts")));
    }

    fn service(&self) -> Arc<Service> {
        Arc::clone(self.service.as_ref().expect("between restarts there is one"))
    }

    async fn carry_out(&mut self, step: Step) {
        match step {
            Step::Write { product, review } => {
                self.write(PRODUCTS[product.index(PRODUCTS.len())], review).await;
            }
            Step::Vote { review, votes } => self.vote(review, votes).await,
            Step::Report { review } => {
                let row = self.model.reviews.get_mut(&review).map(|row| row.hidden = true);
                let reported = self.service().report_review(review_id(review)).await;
                assert_eq!(reported, row.ok_or(ServiceError::NotFound));
            }
            Step::List { product, page, count } => {
                let product = PRODUCTS[product.index(PRODUCTS.len())];
                self.compare_lists(product, Page::new(page, count, 1_000)).await;
            }
            Step::Sums { product } => self.compare_sums(PRODUCTS[product.index(PRODUCTS.len())]).await,
            Step::Restart { view_bytes } => self.restart(VIEW_BYTES[view_bytes.index(VIEW_BYTES.len())]),
        }
    }

    async fn write(&mut self, product: u64, review: Written) {
        // No two are the same: the second would be taken for the first one sent again.
        let body = format!("{} {}", review.body.trim(), self.model.reviews.len());
        let urls: Vec<String> =
            (0..review.photos).map(|number| format!("https://example.com/{number}?a=\"b\"")).collect();
        let urls_sent: Vec<&str> = urls.iter().map(String::as_str).collect();
        let rated: Vec<(u64, u64)> = review.rated.iter().map(|(&id, &stars)| (id, stars)).collect();
        let mut new = new_review(product, &body, &urls_sent, &rated);
        new.rating = stars(review.rating);
        new.recommend = review.recommend;
        new.summary = Summary::parse(&review.summary, 60).expect("a good summary");
        self.clock.0.store(review.second, Ordering::SeqCst);
        let added = self.service().add_review(new, None).await;
        let expected = self.model.add(product, review, &body, urls);
        assert_eq!(added.map(|added| added.id.get()), Ok(expected));
    }

    /// Votes come at once, so that they travel together.
    async fn vote(&mut self, review: u64, votes: usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..votes {
            let service = self.service();
            tasks.spawn(async move { service.vote_review(review_id(review)).await });
        }
        let row = self.model.reviews.get_mut(&review);
        let expected = if row.is_some() { Ok(()) } else { Err(ServiceError::NotFound) };
        if let Some(row) = row {
            row.listed.helpfulness += u32::try_from(votes).expect("a few");
        }
        assert!(tasks.join_all().await.iter().all(|result| *result == expected));
    }

    async fn compare_lists(&self, product: u64, page: Page) {
        for order in ORDERS {
            let listed = reviews(&self.service(), product_id(product), page, order).await;
            assert_eq!(listed, Ok(self.model.list(product, page, order)), "{order:?}");
        }
    }

    async fn compare_sums(&self, product: u64) {
        let sums = review_sums(&self.service(), product_id(product)).await;
        assert_eq!(sums, Ok(self.model.sums(product)));
    }

    async fn compare_all(&self) {
        for product in PRODUCTS {
            self.compare_lists(product, Page::new(1, 1_000, 1_000)).await;
            self.compare_sums(product).await;
        }
    }
}

fn run(kind: StoreKind, steps: Vec<Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut pair = Pair::start(kind);
        for step in steps {
            pair.carry_out(step).await;
        }
        pair.compare_all().await;
        // What is on disk is what memory said.
        pair.restart(0);
        pair.compare_all().await;
    });
}

fn any_sequence_of_reviews_votes_and_reports_gives_the_lists_and_sums_of_the_model(trials: &Trials) {
    let config = ProptestConfig {
        cases: trials.count,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    };
    let sequences = prop::collection::vec(step(), STEPS / 2..=STEPS);
    let mut runner = TestRunner::new(config);
    let result = runner.run(&sequences, |steps| {
        run(trials.kind, steps);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}\n{runner}"));
}
