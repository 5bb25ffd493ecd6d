//! One of several processes on a store: a service, and its lists of a product.

use std::sync::Arc;
use std::time::Instant;

use atelier::domain::{Page, QuestionId, ReviewOrder};
use atelier::service::{Service, ServiceError, ServiceSettings, SystemClock};
use atelier::store::Store;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::{PATIENCE, product};

pub(crate) struct Process {
    service: Service,
    runtime: Runtime,
}

impl Process {
    pub(crate) fn start(store: &dyn Store, settings: ServiceSettings) -> Self {
        let service = Service::start(store, Arc::new(SystemClock), settings).expect("the service starts");
        Self { service, runtime: Builder::new_current_thread().enable_all().build().expect("a runtime") }
    }

    /// The votes of the best question of a product.
    pub(crate) fn votes(&self, product_id: u64) -> Result<u64, ServiceError> {
        let mut page = Vec::new();
        self.runtime.block_on(self.service.list_questions(
            product(product_id),
            whole(),
            |_| false,
            &mut page,
        ))?;
        let page: Value = serde_json::from_slice(&page).expect("JSON");
        let votes = page["results"][0]["question_helpfulness"].as_u64();
        Ok(votes.unwrap_or_else(|| panic!("an empty list: {page}")))
    }

    /// How many answers a question has.
    pub(crate) fn answers(&self, question_id: QuestionId) -> Result<usize, ServiceError> {
        let mut page = Vec::new();
        self.runtime.block_on(self.service.list_answers(question_id, whole(), |_| false, &mut page))?;
        let page: Value = serde_json::from_slice(&page).expect("JSON");
        Ok(page["results"].as_array().expect("a list").len())
    }

    /// The votes and ids of a product's reviews, and how many reviews its sums count.
    pub(crate) fn reviews(&self, product_id: u64) -> (Vec<(u64, u64)>, u64) {
        let (mut page, mut sums) = (Vec::new(), Vec::new());
        let product_id = product(product_id);
        let listed =
            self.service.list_reviews(product_id, whole(), ReviewOrder::Helpful, |_| false, &mut page);
        self.runtime.block_on(listed).expect("a list");
        let summed = self.service.show_review_sums(product_id, |_| false, &mut sums);
        self.runtime.block_on(summed).expect("sums");
        let [page, sums] = [page, sums].map(|text| serde_json::from_slice::<Value>(&text).expect("JSON"));
        let reviews = page["results"].as_array().expect("a list").iter();
        let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{value}"));
        let reviews = reviews.map(|row| (number(&row["helpfulness"]), number(&row["review_id"])));
        let counted = sums["ratings"].as_object().expect("ratings").values();
        let counted = counted.map(|count| count.as_str().and_then(|count| count.parse::<u64>().ok()));
        (reviews.collect(), counted.map(|count| count.expect("a number")).sum())
    }

    /// Runs a command of the service.
    pub(crate) fn run<T>(&self, command: impl AsyncFnOnce(&Service) -> Result<T, ServiceError>) -> T {
        self.runtime.block_on(command(&self.service)).expect("the service does it")
    }

    /// Whether the store could be used when it was last checked, at most a second ago.
    pub(crate) fn is_ready(&self) -> Result<(), ServiceError> {
        self.runtime.block_on(self.service.check_store())
    }

    pub(crate) fn vote(&self, question_id: QuestionId) -> Result<(), ServiceError> {
        self.runtime.block_on(self.service.vote_question(question_id))
    }

    /// Waits until the product's best question has so many votes.
    pub(crate) fn until_votes(&self, product_id: u64, expected: u64) {
        let started = Instant::now();
        loop {
            let votes = self.votes(product_id);
            if votes == Ok(expected) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{votes:?} instead of {expected}");
            std::thread::yield_now();
        }
    }

    /// Waits until a product's list cannot be had.
    pub(crate) fn until_away(&self, product_id: u64) {
        let started = Instant::now();
        while self.votes(product_id).is_ok() {
            assert!(started.elapsed() < PATIENCE, "the service does not notice that the server is gone");
            std::thread::yield_now();
        }
        assert_eq!(self.votes(product_id), Err(ServiceError::StoreUnavailable));
    }
}

fn whole() -> Page {
    Page::new(1, 1_000, 1_000)
}
