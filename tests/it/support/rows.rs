//! Rows as an import makes them, for tests that need their own ids, dates, hidden rows or large
//! counts. Fields that a test does not set have values that no test depends on.

use atelier::domain::{AnswerId, Id, PhotoId, ProductId, QuestionId, Timestamp};
use atelier::store::{
    AnswerBatch, BulkLoad, ImportedAnswer, ImportedPhoto, ImportedQuestion, PhotoBatch, QuestionBatch,
    StoreError,
};

/// Everybody's e-mail address.
pub(crate) const EMAIL: &str = "ann@mail.test";

/// A question of product 5, unless said otherwise.
pub(crate) fn question(id: u64) -> Question {
    Question { id, product: 5, row: Row::new("Is it good?"), answers: Vec::new() }
}

/// An answer without photos.
pub(crate) fn answer(id: u64) -> Reply {
    Reply { id, row: Row::new("It is."), photos: Vec::new() }
}

/// A question with its answers.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    id: u64,
    product: u64,
    row: Row,
    answers: Vec<Reply>,
}

/// An answer with its photos.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    id: u64,
    row: Row,
    photos: Vec<(u64, &'static str)>,
}

/// The fields of both.
#[derive(Debug, Clone)]
struct Row {
    helpful: u32,
    reported: bool,
    body: &'static str,
    name: &'static str,
    written_at: &'static str,
}

impl Row {
    fn new(body: &'static str) -> Self {
        Self { helpful: 0, reported: false, body, name: "somebody", written_at: "2020-01-01" }
    }
}

macro_rules! row_setters {
    ($type:ty) => {
        impl $type {
            pub(crate) fn helpful(mut self, helpful: u32) -> Self {
                self.row.helpful = helpful;
                self
            }

            pub(crate) fn reported(mut self) -> Self {
                self.row.reported = true;
                self
            }

            pub(crate) fn body(mut self, body: &'static str) -> Self {
                self.row.body = body;
                self
            }

            pub(crate) fn by(mut self, name: &'static str) -> Self {
                self.row.name = name;
                self
            }

            pub(crate) fn written_at(mut self, time: &'static str) -> Self {
                self.row.written_at = time;
                self
            }
        }
    };
}

row_setters!(Question);
row_setters!(Reply);

impl Question {
    pub(crate) fn about(mut self, product: u64) -> Self {
        self.product = product;
        self
    }

    pub(crate) fn answers(mut self, answers: impl IntoIterator<Item = Reply>) -> Self {
        self.answers.extend(answers);
        self
    }
}

impl Reply {
    pub(crate) fn photo(mut self, id: u64, url: &'static str) -> Self {
        self.photos.push((id, url));
        self
    }
}

/// Puts the rows into a bulk load: all questions, then all answers, then all photos.
pub(super) fn load(bulk: &mut dyn BulkLoad, questions: &[Question]) -> Result<(), StoreError> {
    let (mut asked, mut given, mut shown) =
        (QuestionBatch::default(), AnswerBatch::default(), PhotoBatch::default());
    for question in questions {
        let (product_id, question_id) = (id::<ProductId>(question.product), id::<QuestionId>(question.id));
        asked.rows.push(ImportedQuestion {
            question_id,
            product_id,
            written_at: time(question.row.written_at),
            reported: question.row.reported,
            helpful: question.row.helpful,
            body: asked.texts.keep(question.row.body),
            name: asked.texts.keep(question.row.name),
            email: asked.texts.keep(EMAIL),
        });
        for reply in &question.answers {
            let answer_id = id::<AnswerId>(reply.id);
            given.rows.push(ImportedAnswer {
                answer_id,
                question_id,
                product_id,
                written_at: time(reply.row.written_at),
                reported: reply.row.reported,
                helpful: reply.row.helpful,
                body: given.texts.keep(reply.row.body),
                name: given.texts.keep(reply.row.name),
                email: given.texts.keep(EMAIL),
            });
            for (photo_id, url) in &reply.photos {
                let url = shown.texts.keep(url);
                shown.rows.push(ImportedPhoto {
                    photo_id: id::<PhotoId>(*photo_id),
                    answer_id,
                    product_id,
                    url,
                });
            }
        }
    }
    bulk.add_questions(&asked)?;
    bulk.add_answers(&given)?;
    bulk.add_photos(&shown)
}

fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("an id")
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}
