//! What the store tests share: a private store for each test, rows to load, commands to commit, and
//! a product's rows as lines that read well in a failed test.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use atelier::domain::Target;
use atelier::domain::{
    AnswerId, Body, Email, Id, Name, NewAnswer, NewQuestion, PhotoUrl, ProductId, ProductRows, QuestionId,
    Timestamp,
};
use atelier::store::{Change, ChangeSink, Command, Outcome, Reader, Store, StoreAddress, StoreError, Writer};

use crate::support::stores::PrivateStore;
use crate::support::{OnStore, StoreKind, report_all};

/// A store that no other test sees. Dropping it removes its file or its database.
pub(crate) struct TestStore(PrivateStore);

impl OnStore for TestStore {
    fn on(kind: StoreKind) -> Self {
        Self(PrivateStore::on(kind))
    }
}

impl TestStore {
    /// Scans to the end and checks that only the last chunk is short.
    pub(crate) fn scan_all<Rows>(
        &self,
        limit: usize,
        mut scan: impl FnMut(&mut dyn Reader, Option<ProductId>) -> Result<Vec<Rows>, StoreError>,
        product_of: fn(&Rows) -> ProductId,
    ) -> Vec<Rows> {
        let mut reader = self.reader();
        let mut products: Vec<Rows> = Vec::new();
        loop {
            let after = products.last().map(product_of);
            let mut chunk = scan(reader.as_mut(), after).expect("the chunk is read");
            assert!(chunk.len() <= limit, "{} products, but the limit is {limit}", chunk.len());
            let at_the_end = chunk.len() < limit;
            products.append(&mut chunk);
            if at_the_end {
                return products;
            }
        }
    }

    /// An SQLite file that is not there yet.
    pub(crate) fn sqlite() -> Self {
        Self::on(StoreKind::Sqlite)
    }

    /// Opens the store, as a process does that starts.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        outside(|| self.0.address.open().expect("the store opens"))
    }

    pub(crate) fn reader(&self) -> Box<dyn Reader> {
        self.open().reader().expect("a reader")
    }

    pub(crate) fn writer(&self) -> Box<dyn Writer> {
        self.open().writer(Arc::new(|_| {})).expect("a writer")
    }

    /// Commits with a session of its own.
    pub(crate) fn commit(&self, commands: &[Command]) -> Vec<Outcome> {
        outside(|| self.writer().commit(commands).expect("the commit succeeds"))
    }

    /// Reports rows with a session of its own, which hides them. Returns the product of each.
    pub(crate) fn report(&self, targets: &[Target]) -> Vec<Option<u64>> {
        outside(|| report_all(self.writer().as_mut(), targets))
    }

    /// The public rows of a product, as lines.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let products = self.reader().load_products(&[product_id(product)]).expect("the product is read");
        lines(&products[0])
    }

    pub(crate) fn address(&self) -> &StoreAddress {
        &self.0.address
    }

    /// Runs a statement apart from the program: a line for each row, values separated by `|`.
    pub(crate) fn query(&self, sql: &str) -> String {
        self.0.query(sql)
    }

    /// Where an SQLite store's file is.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.file()
    }
}

/// Runs blocking work outside the test's runtime, because sessions of a store may have their own.
pub(crate) fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().expect("no panic"))
}

/// Whether the reported changes include a product.
pub(crate) fn tell_of(news: &[Change], product: u64) -> bool {
    news.iter().any(|change| match change {
        Change::Everything => true,
        Change::Products(changes) | Change::Votes(changes) => {
            changes.iter().any(|change| change.product_id().get() == product)
        }
        Change::Reading | Change::Disconnected | Change::Reconnected => false,
    })
}

/// Collects the changes that a store reports.
#[derive(Clone, Default)]
pub(crate) struct News(Arc<Mutex<Vec<Change>>>);

impl News {
    pub(crate) fn sink(&self) -> ChangeSink {
        let News(changes) = self.clone();
        Arc::new(move |change| {
            // That votes are about to be read says nothing about them.
            if change != Change::Reading {
                changes.lock().expect("not poisoned").push(change);
            }
        })
    }

    /// The changes that were reported since the last call.
    pub(crate) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.0.lock().expect("not poisoned"))
    }
}

pub(crate) fn product_id(number: u64) -> ProductId {
    ProductId::new(number).expect("a product id in range")
}

pub(crate) fn question_id(number: u64) -> QuestionId {
    QuestionId::new(number).expect("a question id in range")
}

pub(crate) fn answer_id(number: u64) -> AnswerId {
    AnswerId::new(number).expect("an answer id in range")
}

pub(crate) fn question(number: u64) -> Target {
    Target::Question(question_id(number))
}

pub(crate) fn answer(number: u64) -> Target {
    Target::Answer(answer_id(number))
}

pub(crate) fn new_question(product: u64, body: &str) -> NewQuestion {
    NewQuestion {
        product_id: product_id(product),
        body: Body::parse(body, 1_000).expect("a good text"),
        name: Name::parse("Ada", 60).expect("a good name"),
        email: Email::parse("ada@example.com", 254).expect("a good address"),
    }
}

pub(crate) fn new_answer(body: &str, photos: &[&str]) -> NewAnswer {
    NewAnswer {
        body: Body::parse(body, 1_000).expect("a good text"),
        name: Name::parse("Bob", 60).expect("a good name"),
        email: Email::parse("bob@example.com", 254).expect("a good address"),
        photos: photos.iter().map(|url| PhotoUrl::parse(url, 2_000).expect("a good URL")).collect(),
    }
}

pub(crate) fn ask(product: u64, body: &str) -> Command {
    Command::AddQuestion {
        question: new_question(product, body),
        written_at: time(0),
        submission: None,
        origin: None,
    }
}

pub(crate) fn reply(question: u64, body: &str, photos: &[&str]) -> Command {
    Command::AddAnswer {
        question_id: question_id(question),
        product_id: None,
        answer: new_answer(body, photos),
        written_at: time(0),
        submission: None,
        origin: None,
    }
}

pub(crate) fn vote(target: Target, votes: u32) -> Command {
    Command::Vote { target, votes }
}

pub(crate) fn time(second: u64) -> Timestamp {
    let milliseconds = 1_600_000_000_000 + i64::try_from(second).expect("small") * 1_000;
    Timestamp::from_milliseconds(milliseconds).expect("a time in range")
}

/// A product's rows as lines, in order of kind and id. Rows without a visible parent are left out,
/// as every reader of rows does.
pub(crate) fn lines(rows: &ProductRows) -> Vec<String> {
    let text = |span| rows.texts.get(span);
    let mut lines = Vec::new();
    let mut questions = rows.questions.clone();
    questions.sort_by_key(|row| row.question_id);
    for row in &questions {
        let (body, name) = (text(row.body), text(row.name));
        lines.push(format!("Q{} {body:?} {name} {} +{}", row.question_id, row.written_at, row.helpful));
    }
    let mut answers = rows.answers.clone();
    answers.retain(|row| questions.iter().any(|question| question.question_id == row.question_id));
    answers.sort_by_key(|row| row.answer_id);
    for row in &answers {
        let (body, name) = (text(row.body), text(row.name));
        let (answer_id, question_id) = (row.answer_id, row.question_id);
        lines.push(format!(
            "A{answer_id} to Q{question_id} {body:?} {name} {} +{}",
            row.written_at, row.helpful
        ));
    }
    let mut photos = rows.photos.clone();
    photos.retain(|row| answers.iter().any(|answer| answer.answer_id == row.answer_id));
    photos.sort_by_key(|row| row.photo_id);
    for row in &photos {
        lines.push(format!("P{} of A{} {}", row.photo_id, row.answer_id, text(row.url)));
    }
    lines
}
