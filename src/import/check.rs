//! A row → a checked row in a batch: every column is right, the id is unique, the parent is there
//! and gives the product. Ids of bad rows are kept as well, so that the message for an answer says
//! why its question is missing. Deliberately absent: how files are read, and what happens to bad
//! rows.

use super::index::{Known, ProductIndex};
use super::row::{Problem, Row};
use crate::domain::{AnswerId, Id, PhotoId, ProductId, QuestionId, Span, Texts, Timestamp};
use crate::store::{AnswerBatch, ImportedAnswer, ImportedPhoto, ImportedQuestion, PhotoBatch, QuestionBatch};

// Places in `SourceFile::columns`; questions and answers have the same.
const ID: usize = 0;
const PARENT: usize = 1;
const BODY: usize = 2;
const DATE_WRITTEN: usize = 3;
const NAME: usize = 4;
const EMAIL: usize = 5;
const REPORTED: usize = 6;
const HELPFUL: usize = 7;
const URL: usize = 2;

/// The ids of all rows read so far, and the products of questions and answers.
#[derive(Debug, Default)]
pub(super) struct Seen {
    questions: ProductIndex,
    answers: ProductIndex,
    photos: ProductIndex,
}

impl Seen {
    /// Checks a question and adds it.
    pub(super) fn question(&mut self, row: &Row<'_>, batch: &mut QuestionBatch) -> Result<(), Problem> {
        let question_id: QuestionId = row.own_id(ID)?;
        let checked = row.id::<ProductId>(PARENT).and_then(|product_id| {
            let entry = Entry::read(row, &mut batch.texts)?;
            Ok((product_id, entry))
        });
        let (product_id, entry) = claim(&mut self.questions, row, question_id, checked)?;
        let Entry { written_at, reported, helpful, body, name, email } = entry;
        batch.rows.push(ImportedQuestion {
            question_id,
            product_id,
            written_at,
            reported,
            helpful,
            body,
            name,
            email,
        });
        Ok(())
    }

    /// Checks an answer and adds it.
    pub(super) fn answer(&mut self, row: &Row<'_>, batch: &mut AnswerBatch) -> Result<(), Problem> {
        let answer_id: AnswerId = row.own_id(ID)?;
        let checked = row.id::<QuestionId>(PARENT).and_then(|question_id| {
            let product_id = product_of(&self.questions, row, "question", question_id)?;
            let entry = Entry::read(row, &mut batch.texts)?;
            Ok((product_id, (question_id, entry)))
        });
        let (product_id, (question_id, entry)) = claim(&mut self.answers, row, answer_id, checked)?;
        let Entry { written_at, reported, helpful, body, name, email } = entry;
        batch.rows.push(ImportedAnswer {
            answer_id,
            question_id,
            product_id,
            written_at,
            reported,
            helpful,
            body,
            name,
            email,
        });
        Ok(())
    }

    /// Checks a photo and adds it.
    pub(super) fn photo(&mut self, row: &Row<'_>, batch: &mut PhotoBatch) -> Result<(), Problem> {
        let photo_id: PhotoId = row.own_id(ID)?;
        let checked = row.id::<AnswerId>(PARENT).and_then(|answer_id| {
            let product_id = product_of(&self.answers, row, "answer", answer_id)?;
            let url = row.photo_url(URL)?;
            Ok((product_id, (answer_id, batch.texts.keep(&url))))
        });
        let (product_id, (answer_id, url)) = claim(&mut self.photos, row, photo_id, checked)?;
        batch.rows.push(ImportedPhoto { photo_id, answer_id, product_id, url });
        Ok(())
    }

    /// Frees the ids of questions, once all answers are checked.
    pub(super) fn forget_questions(&mut self) {
        self.questions = ProductIndex::default();
    }
}

/// What questions and answers have in common.
struct Entry {
    written_at: Timestamp,
    reported: bool,
    helpful: u32,
    body: Span,
    name: Span,
    email: Span,
}

impl Entry {
    fn read(row: &Row<'_>, texts: &mut Texts) -> Result<Self, Problem> {
        let body = row.text(BODY)?;
        let written_at = row.date(DATE_WRITTEN)?;
        let name = row.text(NAME)?;
        let email = row.text(EMAIL)?;
        let reported = row.flag(REPORTED)?;
        let helpful = row.count(HELPFUL)?;
        Ok(Self {
            written_at,
            reported,
            helpful,
            body: texts.keep(&body),
            name: texts.keep(&name),
            email: texts.keep(&email),
        })
    }
}

/// Takes an id for a row, good or bad. An id that is taken is reported before any other problem.
fn claim<T>(
    index: &mut ProductIndex,
    row: &Row<'_>,
    id: impl Id,
    checked: Result<(ProductId, T), Problem>,
) -> Result<(ProductId, T), Problem> {
    let product_id = checked.as_ref().ok().map(|&(product_id, _)| product_id);
    if index.insert(id.get(), product_id) {
        checked
    } else {
        Err(row.problem(ID, "an earlier row of this file has the same id"))
    }
}

fn product_of(
    parents: &ProductIndex,
    row: &Row<'_>,
    kind: &'static str,
    parent_id: impl Id,
) -> Result<ProductId, Problem> {
    match parents.get(parent_id.get()) {
        Known::Product(product_id) => Ok(product_id),
        Known::Rejected => Err(row.problem(PARENT, format!("the row of this {kind} was itself rejected"))),
        Known::Unknown => Err(row.problem(PARENT, format!("no {kind} row that could be read has this id"))),
    }
}
