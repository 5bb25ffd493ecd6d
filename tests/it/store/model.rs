//! Random sequences of everything that can be done with a service, restarts and full memory
//! included, give the same lists as a model of a few lines that keeps rows in vectors and sorts
//! them again for every list.

use std::ops::RangeInclusive;
use std::sync::Arc;

use atelier::domain::{Id, Page, ProductId, Timestamp};
use atelier::service::{Clock, Service, ServiceError, ServiceSettings};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::harness::{
    TestStore, answer_id, new_answer, new_question, outside, product_id, question_id, time,
};
use super::lists::{
    AnswersList, ListedAnswer, ListedPhoto, ListedQuestion, NestedAnswer, QuestionsList, answers, questions,
};
use super::stock::small_shop;
use crate::support::{OnStore, StoreKind, on_every_store};

on_every_store!(any_sequence_of_commands_gives_the_lists_of_the_model);

/// How many sequences are tried on a kind of store.
struct Trials {
    kind: StoreKind,
    count: u32,
}

impl OnStore for Trials {
    /// Fewer on PostgreSQL, where each needs a database.
    fn on(kind: StoreKind) -> Self {
        let count = match kind {
            StoreKind::Sqlite => 64,
            StoreKind::Postgres => 12,
            StoreKind::PostgresPooled => 8,
        };
        Self { kind, count }
    }
}

const STEPS: usize = 80;

/// Few products, so that each gets many rows: near ones, far ones, and one without rows.
const PRODUCTS: [u64; 6] = [5, 5, 5, 6, 1 << 38, (1 << 53) - 1];

/// Ids that are written about: those that come first, some of them not there yet.
const IDS: RangeInclusive<u64> = 1..=9;

/// No cache, room for a view or two, room for all.
const VIEW_BYTES: [u64; 3] = [0, 1_500, 4 << 20];

#[derive(Debug, Clone)]
enum Step {
    AddQuestion { product: Index, body: String },
    AddAnswer { question: u64, body: String, photos: usize },
    VoteQuestion { question: u64, votes: usize },
    VoteAnswer { answer: u64, votes: usize },
    ReportQuestion { question: u64 },
    ReportAnswer { answer: u64 },
    ListQuestions { product: Index, page: u64, count: u64 },
    ListAnswers { question: u64, page: u64, count: u64 },
    Restart { view_bytes: Index },
}

fn step() -> impl Strategy<Value = Step> {
    let body = || {
        "[a-z\"\\\\/\n\té😀\u{7f}\u{2028}<&]{1,24}"
            .prop_map(|text| format!("x{}", text.replace('\u{7f}', " ")))
    };
    let page = || prop_oneof![4 => 1..4_u64, 1 => Just(u64::MAX)];
    let count = || prop_oneof![3 => 1..6_u64, 2 => Just(1_000)];
    prop_oneof![
        3 => (any::<Index>(), body()).prop_map(|(product, body)| Step::AddQuestion { product, body }),
        6 => (IDS, body(), 0..4_usize)
            .prop_map(|(question, body, photos)| Step::AddAnswer { question, body, photos }),
        6 => (IDS, 1..4_usize).prop_map(|(question, votes)| Step::VoteQuestion { question, votes }),
        10 => (IDS, 1..4_usize).prop_map(|(answer, votes)| Step::VoteAnswer { answer, votes }),
        1 => IDS.prop_map(|question| Step::ReportQuestion { question }),
        1 => IDS.prop_map(|answer| Step::ReportAnswer { answer }),
        12 => (any::<Index>(), page(), count())
            .prop_map(|(product, page, count)| Step::ListQuestions { product, page, count }),
        8 => (IDS, page(), count())
            .prop_map(|(question, page, count)| Step::ListAnswers { question, page, count }),
        1 => any::<Index>().prop_map(|view_bytes| Step::Restart { view_bytes }),
    ]
}

#[derive(Debug)]
struct ModelQuestion {
    id: u64,
    product: u64,
    listed: ListedQuestion,
    hidden: bool,
}

#[derive(Debug)]
struct ModelAnswer {
    question: u64,
    listed: ListedAnswer,
    hidden: bool,
}

/// The rows; ids count up from 1, so row `n` stands at `n - 1`.
#[derive(Debug, Default)]
struct Model {
    questions: Vec<ModelQuestion>,
    answers: Vec<ModelAnswer>,
    photos: u64,
}

impl Model {
    /// The rows of [`small_shop`].
    fn of_small_shop() -> Self {
        let mut model = Self::default();
        for (product, votes, hidden) in [
            (5, 3, false),
            (5, 0, false),
            (5, 0, true),
            (7, 0, true),
            (1 << 38, 0, false),
            ((1 << 53) - 1, 0, false),
        ] {
            let id = model.questions.len() as u64 + 1;
            model.add_question(product, &format!("Question {id}?"), "Asker", time(id), votes);
            model.questions.last_mut().expect("just added").hidden = hidden;
        }
        for (question, votes, hidden, photos) in
            [(1, 2, false, 2), (1, 0, true, 1), (3, 0, false, 0), (6, 0, false, 1)]
        {
            let id = model.answers.len() as u64 + 1;
            let urls: Vec<String> = (model.photos + 1..=model.photos + photos)
                .map(|photo| format!("https://example.com/{photo}.jpg"))
                .collect();
            model.add_answer(question, &format!("Answer {id}."), "Answerer", time(id), urls);
            let answer = model.answers.last_mut().expect("just added");
            (answer.hidden, answer.listed.helpfulness) = (hidden, votes);
        }
        model
    }

    fn add_question(&mut self, product: u64, body: &str, name: &str, date: Timestamp, votes: u32) -> u64 {
        let id = self.questions.len() as u64 + 1;
        let listed = ListedQuestion {
            question_id: id,
            question_body: body.to_owned(),
            question_date: date.to_string(),
            asker_name: name.to_owned(),
            question_helpfulness: votes,
            reported: false,
            answers: Vec::new(),
        };
        self.questions.push(ModelQuestion { id, product, listed, hidden: false });
        id
    }

    fn add_answer(
        &mut self,
        question: u64,
        body: &str,
        name: &str,
        date: Timestamp,
        urls: Vec<String>,
    ) -> u64 {
        let id = self.answers.len() as u64 + 1;
        let photos = urls
            .into_iter()
            .map(|url| {
                self.photos += 1;
                ListedPhoto { id: self.photos, url }
            })
            .collect();
        let listed = ListedAnswer {
            answer_id: id,
            body: body.to_owned(),
            date: date.to_string(),
            answerer_name: name.to_owned(),
            helpfulness: 0,
            photos,
        };
        self.answers.push(ModelAnswer { question, listed, hidden: false });
        id
    }

    /// The visible answers of a question in list order.
    fn answers_of(&self, question: u64) -> Vec<ListedAnswer> {
        let hidden = self.questions.iter().any(|row| row.id == question && row.hidden);
        let rows = self.answers.iter().filter(|row| row.question == question && !row.hidden && !hidden);
        let mut rows: Vec<ListedAnswer> = rows.map(|row| row.listed.clone()).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.helpfulness), row.answer_id));
        rows
    }

    fn answers_list(&self, question: u64, page: Page) -> AnswersList {
        AnswersList {
            question: question.to_string(),
            page: page.number(),
            count: page.size(),
            results: on_page(self.answers_of(question), page),
        }
    }

    fn questions_list(&self, product: u64, page: Page) -> QuestionsList {
        let rows = self.questions.iter().filter(|row| row.product == product && !row.hidden);
        let mut rows: Vec<ListedQuestion> = rows.map(|row| row.listed.clone()).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.question_helpfulness), row.question_id));
        for row in &mut rows {
            row.answers = self.answers_of(row.question_id).into_iter().map(nested).collect();
        }
        QuestionsList { product_id: product.to_string(), results: on_page(rows, page) }
    }
}

fn nested(answer: ListedAnswer) -> (String, NestedAnswer) {
    let ListedAnswer { answer_id, body, date, answerer_name, helpfulness, photos } = answer;
    let photos = photos.into_iter().map(|photo| photo.url).collect();
    (answer_id.to_string(), NestedAnswer { id: answer_id, body, date, answerer_name, helpfulness, photos })
}

fn on_page<T>(rows: Vec<T>, page: Page) -> Vec<T> {
    let start = usize::try_from((page.number() - 1).saturating_mul(page.size().into())).unwrap_or(usize::MAX);
    rows.into_iter().skip(start).take(page.size() as usize).collect()
}

/// A clock that stands still.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        time(43_200)
    }
}

/// A service and the model of what it must say.
struct Pair {
    kind: StoreKind,
    store: TestStore,
    service: Option<Arc<Service>>,
    model: Model,
}

impl Pair {
    fn start(kind: StoreKind) -> Self {
        let store = TestStore::on(kind);
        small_shop().into(&store);
        let mut pair = Self { kind, store, service: None, model: Model::of_small_shop() };
        pair.restart(VIEW_BYTES[2]);
        pair
    }

    fn restart(&mut self, questions_max_bytes: u64) {
        // The old one ends before the new one starts, as with a restart of the program.
        self.service = None;
        let settings = ServiceSettings { questions_max_bytes, ..ServiceSettings::default() };
        let store = self.store.open();
        let service = outside(|| Service::start(store.as_ref(), Arc::new(Noon), settings));
        self.service = Some(Arc::new(service.expect("the service starts")));
    }

    fn service(&self) -> Arc<Service> {
        Arc::clone(self.service.as_ref().expect("between restarts there is one"))
    }

    async fn carry_out(&mut self, step: Step) {
        let service = self.service();
        match step {
            Step::AddQuestion { product, body } => {
                let product = PRODUCTS[product.index(PRODUCTS.len())];
                let expected = self.model.add_question(product, body.trim(), "Ada", Noon.now(), 0);
                let added = service.add_question(new_question(product, &body), None).await;
                assert_eq!(added.map(|added| added.id.get()), Ok(expected));
            }
            // On PostgreSQL it would use up an id, which the model does not count.
            Step::AddAnswer { question, .. }
                if self.kind != StoreKind::Sqlite && question > self.model.questions.len() as u64 => {}
            Step::AddAnswer { question, body, photos } => {
                let urls: Vec<String> =
                    (0..photos).map(|number| format!("https://example.com/{number}?a=\"b\"")).collect();
                let urls_sent: Vec<&str> = urls.iter().map(String::as_str).collect();
                let answer = new_answer(&body, &urls_sent);
                let added = service.add_answer(question_id(question), answer, None).await;
                let id = added.map(|added| added.id.get());
                if question > self.model.questions.len() as u64 {
                    assert_eq!(id, Err(ServiceError::NotFound));
                } else {
                    let expected = self.model.add_answer(question, body.trim(), "Bob", Noon.now(), urls);
                    assert_eq!(id, Ok(expected));
                }
            }
            Step::VoteQuestion { question, votes } => {
                self.vote_question(question, votes).await;
            }
            Step::VoteAnswer { answer, votes } => self.vote_answer(answer, votes).await,
            Step::ReportQuestion { question } => {
                let row = self.model.questions.get_mut(place(question)).map(|row| row.hidden = true);
                assert_eq!(
                    service.report_question(question_id(question)).await,
                    row.ok_or(ServiceError::NotFound)
                );
            }
            Step::ReportAnswer { answer } => {
                let row = self.model.answers.get_mut(place(answer)).map(|row| row.hidden = true);
                assert_eq!(service.report_answer(answer_id(answer)).await, row.ok_or(ServiceError::NotFound));
            }
            Step::ListQuestions { product, page, count } => {
                let product = PRODUCTS[product.index(PRODUCTS.len())];
                self.compare_product(product_id(product), Page::new(page, count, 1_000)).await;
            }
            Step::ListAnswers { question, page, count } => {
                let page = Page::new(page, count, 1_000);
                let listed = answers(&service, question_id(question), page).await;
                assert_eq!(listed, Ok(self.model.answers_list(question, page)));
            }
            Step::Restart { view_bytes } => {
                drop(service);
                self.restart(VIEW_BYTES[view_bytes.index(VIEW_BYTES.len())]);
            }
        }
    }

    /// Votes come at once, so that they travel together.
    async fn vote_question(&mut self, question: u64, votes: usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..votes {
            let service = self.service();
            tasks.spawn(async move { service.vote_question(question_id(question)).await });
        }
        let row = self.model.questions.get_mut(place(question));
        let expected = if row.is_some() { Ok(()) } else { Err(ServiceError::NotFound) };
        if let Some(row) = row {
            row.listed.question_helpfulness += u32::try_from(votes).expect("a few");
        }
        assert!(tasks.join_all().await.iter().all(|result| *result == expected));
    }

    async fn vote_answer(&mut self, answer: u64, votes: usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..votes {
            let service = self.service();
            tasks.spawn(async move { service.vote_answer(answer_id(answer)).await });
        }
        let row = self.model.answers.get_mut(place(answer));
        let expected = if row.is_some() { Ok(()) } else { Err(ServiceError::NotFound) };
        if let Some(row) = row {
            row.listed.helpfulness += u32::try_from(votes).expect("a few");
        }
        assert!(tasks.join_all().await.iter().all(|result| *result == expected));
    }

    async fn compare_product(&self, product_id: ProductId, page: Page) {
        let listed = questions(&self.service(), product_id, page).await;
        assert_eq!(listed, Ok(self.model.questions_list(product_id.get(), page)));
    }

    async fn compare_all(&self) {
        let page = Page::new(1, 1_000, 1_000);
        for product in PRODUCTS {
            self.compare_product(product_id(product), page).await;
        }
        for question in 1..=self.model.questions.len() as u64 {
            let listed = answers(&self.service(), question_id(question), page).await;
            assert_eq!(listed, Ok(self.model.answers_list(question, page)));
        }
    }
}

fn place(id: u64) -> usize {
    usize::try_from(id - 1).expect("a few rows")
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

fn any_sequence_of_commands_gives_the_lists_of_the_model(trials: &Trials) {
    let config = ProptestConfig {
        cases: trials.count,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    };
    let sequences = proptest::collection::vec(step(), STEPS / 2..=STEPS);
    let mut runner = TestRunner::new(config);
    let result = runner.run(&sequences, |steps| {
        run(trials.kind, steps);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}\n{runner}"));
}
