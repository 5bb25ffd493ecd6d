//! Rows to load into a store, and the rows that the store must then return.

use atelier::domain::{Id as _, Kind, ProductRows, Set, Timestamp};
use atelier::store::{BulkLoad, Counts, LoadMode, RowBatch, Store, StoreError};

use super::harness::{TestStore, answer_id, lines, outside, product_id, question_id, time};
use crate::support::batches::add;

/// A question or an answer.
#[derive(Clone)]
struct Entry {
    id: u64,
    /// The question that an answer is to, or the product.
    parent: u64,
    product: u64,
    reported: bool,
    helpful: u32,
}

/// Rows to load, which are also the expected ones.
#[derive(Default)]
pub(crate) struct Load {
    questions: Vec<Entry>,
    answers: Vec<Entry>,
    /// Their ids, answers and products.
    photos: Vec<(u64, u64, u64)>,
}

/// When the sets of these tests were imported.
pub(crate) fn imported_at() -> Timestamp {
    time(7)
}

impl Load {
    pub(crate) fn question(mut self, question: u64, product: u64) -> Self {
        let (id, parent) = (question, product);
        self.questions.push(Entry { id, parent, product, reported: false, helpful: 0 });
        self
    }

    /// Hides the question that was added last.
    pub(crate) fn hidden_question(mut self) -> Self {
        self.questions.last_mut().expect("a question").reported = true;
        self
    }

    /// Gives votes to the question that was added last.
    pub(crate) fn question_votes(mut self, votes: u32) -> Self {
        self.questions.last_mut().expect("a question").helpful = votes;
        self
    }

    pub(crate) fn answer(mut self, answer: u64, question: u64) -> Self {
        let parent = self.questions.iter().find(|row| row.id == question);
        let product = parent.expect("questions come first").product;
        let (id, parent) = (answer, question);
        self.answers.push(Entry { id, parent, product, reported: false, helpful: 0 });
        self
    }

    /// Hides the answer that was added last.
    pub(crate) fn hidden_answer(mut self) -> Self {
        self.answers.last_mut().expect("an answer").reported = true;
        self
    }

    /// Gives votes to the answer that was added last.
    pub(crate) fn answer_votes(mut self, votes: u32) -> Self {
        self.answers.last_mut().expect("an answer").helpful = votes;
        self
    }

    pub(crate) fn photo(mut self, photo: u64, answer: u64) -> Self {
        let parent = self.answers.iter().find(|row| row.id == answer);
        self.photos.push((photo, answer, parent.expect("answers come first").product));
        self
    }

    /// Loads the rows without committing.
    pub(crate) fn begin(&self, store: &dyn Store, mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError> {
        let mut load = store.bulk_load(&[Set::Questions], mode)?;
        self.add_to(load.as_mut())?;
        Ok(load)
    }

    /// Adds the rows to a load under way.
    pub(crate) fn add_to(&self, load: &mut dyn BulkLoad) -> Result<(), StoreError> {
        self.add_in_batches_to(load, usize::MAX)
    }

    /// Adds the rows to a load under way, a few at a time.
    pub(crate) fn add_in_batches_to(
        &self,
        load: &mut dyn BulkLoad,
        rows_per_batch: usize,
    ) -> Result<(), StoreError> {
        for rows in self.questions.chunks(rows_per_batch) {
            load.add(&entries(Kind::Question, rows))?;
        }
        for rows in self.answers.chunks(rows_per_batch) {
            load.add(&entries(Kind::Answer, rows))?;
        }
        for rows in self.photos.chunks(rows_per_batch) {
            let mut batch = RowBatch::new(Kind::Photo);
            for &(photo, answer, product) in rows {
                let url = photo_url(photo);
                add(&mut batch, product, &[photo.into(), answer.into(), url.as_str().into()]);
            }
            load.add(&batch)?;
        }
        Ok(())
    }

    /// Loads the rows into an empty store.
    pub(crate) fn into(self, store: &TestStore) -> Self {
        self.load(store.open().as_ref(), LoadMode::IntoEmpty).expect("the load succeeds");
        self
    }

    /// Loads the rows and commits.
    pub(crate) fn load(&self, store: &dyn Store, mode: LoadMode) -> Result<Counts, StoreError> {
        outside(|| self.begin(store, mode)?.commit(imported_at()))
    }

    /// All products, ascending.
    pub(crate) fn products(&self) -> Vec<u64> {
        let mut products: Vec<u64> = self.questions.iter().map(|row| row.product).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// The [`lines`] of a product that must be there after this load.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let mut rows = ProductRows::new(product_id(product));
        for row in self.questions.iter().filter(|row| row.product == product && !row.reported) {
            let (body, name, _) = texts(Kind::Question, row.id);
            rows.questions.push(atelier::domain::QuestionRow {
                question_id: question_id(row.id),
                written_at: time(row.id),
                helpful: row.helpful,
                body: rows.texts.keep(&body),
                name: rows.texts.keep(name),
            });
        }
        for row in self.answers.iter().filter(|row| !row.reported) {
            let (body, name, _) = texts(Kind::Answer, row.id);
            rows.answers.push(atelier::domain::AnswerRow {
                answer_id: answer_id(row.id),
                question_id: question_id(row.parent),
                written_at: time(row.id),
                helpful: row.helpful,
                body: rows.texts.keep(&body),
                name: rows.texts.keep(name),
            });
        }
        for &(photo, answer, _) in &self.photos {
            rows.photos.push(atelier::domain::PhotoRow {
                photo_id: atelier::domain::PhotoId::new(photo).expect("a photo id in range"),
                answer_id: answer_id(answer),
                url: rows.texts.keep(&photo_url(photo)),
            });
        }
        lines(&rows)
    }
}

fn entries(kind: Kind, rows: &[Entry]) -> RowBatch {
    let mut batch = RowBatch::new(kind);
    for row in rows {
        let (body, name, email) = texts(kind, row.id);
        let values = [
            row.id.into(),
            row.parent.into(),
            body.as_str().into(),
            time(row.id).into(),
            name.into(),
            email.into(),
            row.reported.into(),
            u64::from(row.helpful).into(),
        ];
        add(&mut batch, row.product, &values);
    }
    batch
}

/// The text, the name and the address of a question or an answer.
fn texts(kind: Kind, id: u64) -> (String, &'static str, &'static str) {
    match kind {
        Kind::Question => (format!("Question {id}?"), "Asker", "asker@example.com"),
        _ => (format!("Answer {id}."), "Answerer", "answerer@example.com"),
    }
}

fn photo_url(photo: u64) -> String {
    format!("https://example.com/{photo}.jpg")
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
