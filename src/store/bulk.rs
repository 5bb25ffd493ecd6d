//! Loading many rows at once: batches of rows that `import` has read, checked and resolved. A store
//! trusts them: ids are unique, parents exist and come first, every row names its product.

use super::{AnswerBatch, Counts, LastIds, PhotoBatch, QuestionBatch, StoreError};

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
