//! Whole rows, hidden ones and e-mail addresses included, as loads take them and dumps give them,
//! and how many there are. How they are read or written is not known here.

use super::StoreError;
use crate::domain::{AnswerId, PhotoId, ProductId, QuestionId, Span, Texts, Timestamp};

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

impl<Row> Batch<Row> {
    /// Hands over batches up to the empty one that ends them.
    ///
    /// # Errors
    /// Those of `next` and `take`.
    pub fn each<E: From<StoreError>>(
        mut next: impl FnMut() -> Result<Self, StoreError>,
        mut take: impl FnMut(Self) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let batch = next()?;
            if batch.rows.is_empty() {
                return Ok(());
            }
            take(batch)?;
        }
    }
}

/// Questions with their texts.
pub type QuestionBatch = Batch<ImportedQuestion>;
/// Answers with their texts.
pub type AnswerBatch = Batch<ImportedAnswer>;
/// Photos with their texts.
pub type PhotoBatch = Batch<ImportedPhoto>;

/// How many rows a store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Questions, hidden ones included.
    pub questions: u64,
    /// Answers, hidden ones included.
    pub answers: u64,
    /// Photos.
    pub photos: u64,
}

impl Counts {
    /// All rows together.
    pub fn rows(self) -> u64 {
        self.questions + self.answers + self.photos
    }
}

/// The largest ids ever given out or imported; 0 where there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastIds {
    /// Of questions.
    pub question: u64,
    /// Of answers.
    pub answer: u64,
    /// Of photos.
    pub photo: u64,
}

impl LastIds {
    /// The larger of both, kind by kind.
    #[must_use]
    pub fn max_of_each(self, other: Self) -> Self {
        Self {
            question: self.question.max(other.question),
            answer: self.answer.max(other.answer),
            photo: self.photo.max(other.photo),
        }
    }
}
