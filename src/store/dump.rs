//! Reading everything, hidden rows and e-mail addresses included, as the batches that a bulk load
//! takes: what a copy to another store needs.

use super::{AnswerBatch, LastIds, PhotoBatch, QuestionBatch, StoreError};

/// Most rows in a batch of a dump.
pub const DUMP_ROWS_PER_BATCH: usize = 4_096;

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
