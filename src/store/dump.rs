//! Reading everything, hidden rows and e-mail addresses included, as the batches that a bulk load
//! takes: what a copy to another store needs.

use super::{AnswerBatch, PhotoBatch, QuestionBatch, StoreError};

/// Most rows in a batch of a dump.
pub const DUMP_ROWS_PER_BATCH: usize = 4_096;

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

/// A session that reads one state of a whole store, from its beginning to its end, with present
/// counters. Products ascend in the store's own order. An empty batch is the end of a kind.
pub trait Dump: Send {
    /// The next questions, at most [`DUMP_ROWS_PER_BATCH`].
    fn questions(&mut self) -> Result<QuestionBatch, StoreError>;

    /// The next answers, at most [`DUMP_ROWS_PER_BATCH`].
    fn answers(&mut self) -> Result<AnswerBatch, StoreError>;

    /// The next photos, at most [`DUMP_ROWS_PER_BATCH`].
    fn photos(&mut self) -> Result<PhotoBatch, StoreError>;

    /// The largest ids of that state.
    fn last_ids(&mut self) -> Result<LastIds, StoreError>;
}
