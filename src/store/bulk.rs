//! Loading many rows at once: batches of rows that `import` has read, checked and resolved. A store
//! trusts them: ids are unique, parents exist and come first, every row names its product.

use super::{Counts, LastIds, StoreError};
use crate::domain::{AnswerId, PhotoId, ProductId, QuestionId, Span, Texts, Timestamp};

/// What a bulk load does with rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// Refuse to start.
    IntoEmpty,
    /// Drop them, in the same transaction.
    Replace,
}

/// A bulk load under way. Dropping it without [`commit`](Self::commit), or dying, leaves the store
/// as it was.
///
/// Rows come in the order of their parents: all questions, then all answers, then all photos. Any
/// order of products is right; ascending products are fast.
pub trait BulkLoad: Send {
    /// Adds questions.
    fn add_questions(&mut self, batch: &QuestionBatch) -> Result<(), StoreError>;

    /// Adds answers to questions of this load.
    fn add_answers(&mut self, batch: &AnswerBatch) -> Result<(), StoreError>;

    /// Adds photos to answers of this load.
    fn add_photos(&mut self, batch: &PhotoBatch) -> Result<(), StoreError>;

    /// Sees to it that new ids are larger than these as well: the store that the rows come from has
    /// given them out.
    fn raise_last_ids(&mut self, last_ids: LastIds);

    /// Makes everything visible at once and durable. New ids continue after the largest that was
    /// loaded.
    fn commit(self: Box<Self>) -> Result<Counts, StoreError>;
}

/// A question as imported. Spans point into its batch's `texts`.
#[derive(Debug, Clone, Copy)]
pub struct ImportedQuestion {
    /// Its id.
    pub question_id: QuestionId,
    /// Its product.
    pub product_id: ProductId,
    /// When it was asked.
    pub written_at: Timestamp,
    /// Whether it is hidden.
    pub reported: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Its text.
    pub body: Span,
    /// Who asked.
    pub name: Span,
    /// The asker's e-mail address.
    pub email: Span,
}

/// An answer as imported. Spans point into its batch's `texts`.
#[derive(Debug, Clone, Copy)]
pub struct ImportedAnswer {
    /// Its id.
    pub answer_id: AnswerId,
    /// The question that it answers.
    pub question_id: QuestionId,
    /// That question's product.
    pub product_id: ProductId,
    /// When it was given.
    pub written_at: Timestamp,
    /// Whether it is hidden.
    pub reported: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Its text.
    pub body: Span,
    /// Who answered.
    pub name: Span,
    /// The answerer's e-mail address.
    pub email: Span,
}

/// A photo as imported. The span points into its batch's `texts`.
#[derive(Debug, Clone, Copy)]
pub struct ImportedPhoto {
    /// Its id.
    pub photo_id: PhotoId,
    /// The answer that it belongs to.
    pub answer_id: AnswerId,
    /// That answer's product.
    pub product_id: ProductId,
    /// Where the picture is.
    pub url: Span,
}

/// Rows of one kind with their texts.
#[derive(Debug)]
pub struct Batch<Row> {
    /// The rows, in file order.
    pub rows: Vec<Row>,
    /// The texts that their spans point into.
    pub texts: Texts,
}

impl<Row> Default for Batch<Row> {
    fn default() -> Self {
        Self { rows: Vec::new(), texts: Texts::default() }
    }
}

/// Questions with their texts.
pub type QuestionBatch = Batch<ImportedQuestion>;
/// Answers with their texts.
pub type AnswerBatch = Batch<ImportedAnswer>;
/// Photos with their texts.
pub type PhotoBatch = Batch<ImportedPhoto>;
