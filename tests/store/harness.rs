//! What the store tests share: a private database for each test, the macro that runs a test on every kind of
//! store, rows to load, commands to commit, and a product's rows as lines that read well in a failed test.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use atelier::domain::{
    AnswerId, Body, Email, Id, Name, NewAnswer, NewQuestion, PhotoUrl, ProductId, ProductRows, QuestionId,
    Timestamp,
};
use atelier::store::{
    AnswerBatch, BulkLoad, Change, ChangeSink, Command, Counts, ImportedAnswer, ImportedPhoto,
    ImportedQuestion, LoadMode, Outcome, PhotoBatch, QuestionBatch, Reader, Store, StoreAddress, StoreError,
    Target, Writer,
};
use tempfile::TempDir;

/// Makes each named function a test on every kind of store, in a database of its own. A new kind is one more
/// line here.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        on_store_kind!(sqlite: $($test),+);
    };
}

macro_rules! on_store_kind {
    ($kind:ident: $($test:ident),+) => {
        mod $kind {
            $(
                #[test]
                fn $test() {
                    super::$test(&crate::harness::TestStore::$kind());
                }
            )+
        }
    };
}

/// A database that goes away with its test.
pub(crate) struct TestStore {
    address: StoreAddress,
    folder: TempDir,
}

impl TestStore {
    /// A new SQLite file in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = StoreAddress::Sqlite(folder.path().join("atelier.db"));
        Self { address, folder }
    }

    /// Opens the store, as a process does that starts.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        self.address.open().expect("the store opens")
    }

    pub(crate) fn reader(&self) -> Box<dyn Reader> {
        self.open().reader().expect("a reader")
    }

    pub(crate) fn writer(&self) -> Box<dyn Writer> {
        self.open().writer(Arc::new(|_| {})).expect("a writer")
    }

    /// Commits with a session of its own.
    pub(crate) fn commit(&self, commands: &[Command]) -> Vec<Outcome> {
        self.writer().commit(commands).expect("the commit succeeds")
    }

    /// The public rows of a product, as lines.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let products = self.reader().load_products(&[product_id(product)]).expect("the product is read");
        lines(&products[0])
    }

    pub(crate) fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Where an SQLite store's file is.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("atelier.db")
    }
}

/// Remembers the changes that a store tells of.
#[derive(Clone, Default)]
pub(crate) struct News(Arc<Mutex<Vec<Change>>>);

impl News {
    pub(crate) fn sink(&self) -> ChangeSink {
        let News(changes) = self.clone();
        Arc::new(move |change| changes.lock().expect("not poisoned").push(change))
    }

    /// What was told since the last call.
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
    Command::AddQuestion { question: new_question(product, body), written_at: time(0) }
}

pub(crate) fn reply(question: u64, body: &str, photos: &[&str]) -> Command {
    Command::AddAnswer {
        question_id: question_id(question),
        answer: new_answer(body, photos),
        written_at: time(0),
    }
}

pub(crate) fn vote(target: Target, votes: u32) -> Command {
    Command::Vote { target, votes }
}

pub(crate) fn time(second: u64) -> Timestamp {
    let milliseconds = 1_600_000_000_000 + i64::try_from(second).expect("small") * 1_000;
    Timestamp::from_milliseconds(milliseconds).expect("a time in range")
}

/// A product's rows as lines, in order of kind and id. What has no visible parent is left out, as whoever
/// reads rows does.
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

/// Rows to load, and at the same time what is then expected.
#[derive(Default)]
pub(crate) struct Load {
    questions: QuestionBatch,
    answers: AnswerBatch,
    photos: PhotoBatch,
}

impl Load {
    pub(crate) fn question(mut self, question: u64, product: u64) -> Self {
        let texts = &mut self.questions.texts;
        self.questions.rows.push(ImportedQuestion {
            question_id: question_id(question),
            product_id: product_id(product),
            written_at: time(question),
            reported: false,
            helpful: 0,
            body: texts.keep(&format!("Question {question}?")),
            name: texts.keep("Asker"),
            email: texts.keep("asker@example.com"),
        });
        self
    }

    /// Hides the question that was added last.
    pub(crate) fn hidden_question(mut self) -> Self {
        self.questions.rows.last_mut().expect("a question").reported = true;
        self
    }

    /// Gives votes to the question that was added last.
    pub(crate) fn question_votes(mut self, votes: u32) -> Self {
        self.questions.rows.last_mut().expect("a question").helpful = votes;
        self
    }

    pub(crate) fn answer(mut self, answer: u64, question: u64) -> Self {
        let parent = self.questions.rows.iter().find(|row| row.question_id.get() == question);
        let product_id = parent.expect("questions come first").product_id;
        let texts = &mut self.answers.texts;
        self.answers.rows.push(ImportedAnswer {
            answer_id: answer_id(answer),
            question_id: question_id(question),
            product_id,
            written_at: time(answer),
            reported: false,
            helpful: 0,
            body: texts.keep(&format!("Answer {answer}.")),
            name: texts.keep("Answerer"),
            email: texts.keep("answerer@example.com"),
        });
        self
    }

    /// Hides the answer that was added last.
    pub(crate) fn hidden_answer(mut self) -> Self {
        self.answers.rows.last_mut().expect("an answer").reported = true;
        self
    }

    /// Gives votes to the answer that was added last.
    pub(crate) fn answer_votes(mut self, votes: u32) -> Self {
        self.answers.rows.last_mut().expect("an answer").helpful = votes;
        self
    }

    pub(crate) fn photo(mut self, photo: u64, answer: u64) -> Self {
        let parent = self.answers.rows.iter().find(|row| row.answer_id.get() == answer);
        let row = ImportedPhoto {
            photo_id: Id::new(photo).expect("a photo id in range"),
            answer_id: answer_id(answer),
            product_id: parent.expect("answers come first").product_id,
            url: self.photos.texts.keep(&format!("https://example.com/{photo}.jpg")),
        };
        self.photos.rows.push(row);
        self
    }

    /// Loads the rows without committing.
    pub(crate) fn begin(&self, store: &dyn Store, mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        let mut load = store.bulk_load(mode)?;
        self.add_to(load.as_mut())?;
        Ok(load)
    }

    /// Adds the rows to a load under way.
    pub(crate) fn add_to(&self, load: &mut dyn BulkLoad) -> Result<(), StoreError> {
        load.add_questions(&self.questions)?;
        load.add_answers(&self.answers)?;
        load.add_photos(&self.photos)
    }

    /// Loads the rows into an empty store.
    pub(crate) fn into(self, store: &TestStore) -> Self {
        self.load(store.open().as_ref(), LoadMode::IntoEmpty).expect("the load succeeds");
        self
    }

    /// Loads the rows and commits.
    pub(crate) fn load(&self, store: &dyn Store, mode: LoadMode) -> Result<Counts, StoreError> {
        self.begin(store, mode)?.commit()
    }

    /// All products, ascending.
    pub(crate) fn products(&self) -> Vec<u64> {
        let mut products: Vec<u64> = self.questions.rows.iter().map(|row| row.product_id.get()).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// What [`lines`] must say of a product after this load.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let mut rows = ProductRows::new(product_id(product));
        for row in self.questions.rows.iter().filter(|row| row.product_id.get() == product && !row.reported) {
            let body = rows.texts.keep(self.questions.texts.get(row.body));
            let name = rows.texts.keep(self.questions.texts.get(row.name));
            rows.questions.push(atelier::domain::QuestionRow {
                question_id: row.question_id,
                written_at: row.written_at,
                helpful: row.helpful,
                body,
                name,
            });
        }
        for row in self.answers.rows.iter().filter(|row| !row.reported) {
            let body = rows.texts.keep(self.answers.texts.get(row.body));
            let name = rows.texts.keep(self.answers.texts.get(row.name));
            rows.answers.push(atelier::domain::AnswerRow {
                answer_id: row.answer_id,
                question_id: row.question_id,
                written_at: row.written_at,
                helpful: row.helpful,
                body,
                name,
            });
        }
        for row in &self.photos.rows {
            let url = rows.texts.keep(self.photos.texts.get(row.url));
            rows.photos.push(atelier::domain::PhotoRow {
                photo_id: row.photo_id,
                answer_id: row.answer_id,
                url,
            });
        }
        lines(&rows)
    }
}

/// A shop with something of everything: votes, hidden rows, photos, far products.
pub(crate) fn small_shop() -> Load {
    Load::default()
        .question(1, 5)
        .question_votes(3)
        .question(2, 5)
        .question(3, 5)
        .hidden_question()
        .question(4, 7)
        .hidden_question()
        .question(5, 1 << 38)
        .question(6, (1 << 53) - 1)
        .answer(1, 1)
        .answer_votes(2)
        .answer(2, 1)
        .hidden_answer()
        .answer(3, 3)
        .answer(4, 6)
        .photo(1, 1)
        .photo(2, 1)
        .photo(3, 2)
        .photo(4, 4)
}
