//! A service on a store whose calls can be stopped, and what its lists show.

use std::sync::Arc;

use atelier::domain::{Page, ReviewOrder};
use atelier::service::{Service, ServiceError, ServiceSettings, SystemClock};
use tokio::task::JoinHandle;

use super::gates::{GatedStore, Gates};
use super::harness::{TestStore, outside, product_id, question_id};
use super::lists::{
    AnswersList, QuestionsList, ReviewSums, ReviewsList, answers, questions, review_sums, reviews,
};

/// A service on a gated store.
pub(crate) struct Stage {
    pub(crate) service: Arc<Service>,
    pub(crate) gates: Arc<Gates>,
    pub(crate) store: TestStore,
}

impl Stage {
    /// Memory is filled by requests alone.
    pub(crate) fn without_fill(store: TestStore, settings: ServiceSettings) -> Self {
        Self::start(store, settings, Gates::without_fill())
    }

    /// Memory is filled in the background.
    pub(crate) fn with_fill(store: TestStore) -> Self {
        Self::start(store, ServiceSettings::default(), Gates::default())
    }

    /// The background fill is stopped behind each of its first three chunks.
    pub(crate) fn with_stopped_fill(store: TestStore) -> Self {
        let gates = Gates::default();
        gates.scans.close(3);
        Self::start(store, ServiceSettings::default(), gates)
    }

    fn start(store: TestStore, settings: ServiceSettings, gates: Gates) -> Self {
        let gates = Arc::new(gates);
        let gated = GatedStore { inner: store.open(), gates: Arc::clone(&gates) };
        let service = outside(|| Service::start(&gated, Arc::new(SystemClock), settings));
        let service = service.expect("the service starts");
        Self { service: Arc::new(service), gates, store }
    }

    /// The background fill is stopped behind each of its first two chunks of reviews.
    pub(crate) fn with_stopped_fill_of_reviews(store: TestStore) -> Self {
        let gates = Gates::default();
        gates.review_scans.close(2);
        Self::start(store, ServiceSettings::default(), gates)
    }

    /// Waits until the fill has read its first chunk of reviews and is stopped there.
    pub(crate) async fn first_chunk_of_reviews_read(&self) {
        self.gates.review_scans.stopped(1).await;
    }

    /// Lets the first chunk of reviews go and waits until the service is done with it: it has read
    /// the second one.
    pub(crate) async fn finish_first_chunk_of_reviews(&self) {
        self.gates.review_scans.let_one_go();
        self.gates.review_scans.stopped(2).await;
    }

    /// Waits until the fill has read its first chunk and is stopped there.
    pub(crate) async fn first_chunk_read(&self) {
        self.gates.scans.stopped(1).await;
    }

    /// Lets the first chunk go and waits until the service is done with it: it has read the second
    /// one.
    pub(crate) async fn finish_first_chunk(&self) {
        self.gates.scans.let_one_go();
        self.gates.scans.stopped(2).await;
    }

    /// The same for the second one.
    pub(crate) async fn finish_second_chunk(&self) {
        self.gates.scans.let_one_go();
        self.gates.scans.stopped(3).await;
    }

    /// The whole list of a product's questions.
    pub(crate) async fn questions(&self, product: u64) -> QuestionsList {
        questions(&self.service, product_id(product), whole()).await.expect("the list is answered")
    }

    /// The whole list of a question's answers.
    pub(crate) async fn answers(&self, question: u64) -> AnswersList {
        answers(&self.service, question_id(question), whole()).await.expect("the list is answered")
    }

    /// Asks for a product's questions while the test goes on.
    pub(crate) fn ask_for_questions(&self, product: u64) -> JoinHandle<Result<QuestionsList, ServiceError>> {
        let service = Arc::clone(&self.service);
        tokio::spawn(async move { questions(&service, product_id(product), whole()).await })
    }

    /// Asks for a question's answers while the test goes on.
    pub(crate) fn ask_for_answers(&self, question: u64) -> JoinHandle<Result<AnswersList, ServiceError>> {
        let service = Arc::clone(&self.service);
        tokio::spawn(async move { answers(&service, question_id(question), whole()).await })
    }

    /// The whole list of a product's reviews in every order, and their sums.
    pub(crate) async fn reviews(&self, product: u64) -> ReviewsSeen {
        see_reviews(&self.service, product).await.expect("the lists are answered")
    }

    /// Asks for a product's reviews while the test goes on.
    pub(crate) fn ask_for_reviews(&self, product: u64) -> JoinHandle<Result<ReviewsList, ServiceError>> {
        let service = Arc::clone(&self.service);
        tokio::spawn(async move { reviews(&service, product_id(product), whole(), ORDERS[0]).await })
    }

    /// The list from a new service without a cache.
    pub(crate) async fn questions_on_disk(&self, product: u64) -> QuestionsList {
        let service = self.without_memory();
        questions(&service, product_id(product), whole()).await.expect("the list is answered")
    }

    /// The same for reviews.
    pub(crate) async fn reviews_on_disk(&self, product: u64) -> ReviewsSeen {
        see_reviews(&self.without_memory(), product).await.expect("the lists are answered")
    }

    fn without_memory(&self) -> Service {
        let settings =
            ServiceSettings { questions_max_bytes: 0, reviews_max_bytes: 0, ..ServiceSettings::default() };
        let store = self.store.open();
        let service = outside(|| Service::start(store.as_ref(), Arc::new(SystemClock), settings));
        service.expect("the service starts")
    }
}

impl Drop for Stage {
    /// A service waits for its threads at its end, so none may be left at a gate.
    fn drop(&mut self) {
        self.gates.open_all();
    }
}

/// A product's reviews in every order, and their sums.
pub(crate) type ReviewsSeen = (Vec<ReviewsList>, ReviewSums);

const ORDERS: [ReviewOrder; 3] = [ReviewOrder::Helpful, ReviewOrder::Relevant, ReviewOrder::Newest];

async fn see_reviews(service: &Service, product: u64) -> Result<ReviewsSeen, ServiceError> {
    let mut lists = Vec::new();
    for order in ORDERS {
        lists.push(reviews(service, product_id(product), whole(), order).await?);
    }
    Ok((lists, review_sums(service, product_id(product)).await?))
}

/// One page for everything.
fn whole() -> Page {
    Page::new(1, 1_000, 1_000)
}

/// Lets other tasks of the test go as far as they can.
pub(crate) async fn let_tasks_start() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}
