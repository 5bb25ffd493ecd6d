//! Rows as an import makes them, for tests that need their own ids, dates, hidden rows or large
//! counts. Fields that a test does not set have values that no test depends on.

use atelier::domain::{Kind, Timestamp};
use atelier::store::{BulkLoad, RowBatch, StoreError};

use super::batches::add;

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
    let [mut asked, mut given, mut shown] = [Kind::Question, Kind::Answer, Kind::Photo].map(RowBatch::new);
    for question in questions {
        let product = question.product;
        entry(&mut asked, product, [question.id, product], &question.row);
        for reply in &question.answers {
            entry(&mut given, product, [reply.id, question.id], &reply.row);
            for &(photo, url) in &reply.photos {
                add(&mut shown, product, &[photo.into(), reply.id.into(), url.into()]);
            }
        }
    }
    [asked, given, shown].iter().try_for_each(|batch| bulk.add(batch))
}

/// Adds a question or an answer with its id and its parent's.
fn entry(batch: &mut RowBatch, product: u64, [id, parent]: [u64; 2], row: &Row) {
    let Row { helpful, reported, body, name, written_at } = *row;
    let written_at = Timestamp::parse(written_at).expect("a time");
    let values = [
        id.into(),
        parent.into(),
        body.into(),
        written_at.into(),
        name.into(),
        EMAIL.into(),
        reported.into(),
        u64::from(helpful).into(),
    ];
    add(batch, product, &values);
}
