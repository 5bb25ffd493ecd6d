//! Rows to load into a store, and the rows that the store must then return.

use atelier::domain::{Id, ProductRows};
use atelier::store::{
    AnswerBatch, BulkLoad, Counts, ImportedAnswer, ImportedPhoto, ImportedQuestion, LoadMode, PhotoBatch,
    QuestionBatch, Store, StoreError,
};

use super::harness::{TestStore, answer_id, lines, outside, product_id, question_id, time};

/// Rows to load, which are also the expected ones.
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

    /// Adds the rows to a load under way, a few at a time.
    pub(crate) fn add_in_batches_to(
        &self,
        load: &mut dyn BulkLoad,
        rows_per_batch: usize,
    ) -> Result<(), StoreError> {
        for rows in self.questions.rows.chunks(rows_per_batch) {
            load.add_questions(&QuestionBatch { rows: rows.to_vec(), texts: self.questions.texts.clone() })?;
        }
        for rows in self.answers.rows.chunks(rows_per_batch) {
            load.add_answers(&AnswerBatch { rows: rows.to_vec(), texts: self.answers.texts.clone() })?;
        }
        for rows in self.photos.rows.chunks(rows_per_batch) {
            load.add_photos(&PhotoBatch { rows: rows.to_vec(), texts: self.photos.texts.clone() })?;
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
        outside(|| self.begin(store, mode)?.commit())
    }

    /// All products, ascending.
    pub(crate) fn products(&self) -> Vec<u64> {
        let mut products: Vec<u64> = self.questions.rows.iter().map(|row| row.product_id.get()).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// The [`lines`] of a product that must be there after this load.
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
