//! Where the rows are: the narrow, set-shaped interface that every store implements, and nothing of the
//! rules above it. Whatever reaches a store is a set: many products to read, many commands to commit.
//!
//! Everything here blocks. A session ([`Reader`], [`Writer`]) owns its connection and is driven by one
//! thread, so a store needs neither a pool nor a runtime; `service` decides how many there are.
//! Deliberately absent: caching, ordering of lists, text checks, HTTP.

mod address;
mod bulk;
mod dump;
mod error;
pub mod sqlite;

use std::sync::Arc;

pub use address::StoreAddress;
pub use bulk::{
    AnswerBatch, Batch, BulkLoad, ImportedAnswer, ImportedPhoto, ImportedQuestion, LoadMode, PhotoBatch,
    QuestionBatch,
};
pub use dump::{DUMP_ROWS_PER_BATCH, Dump, LastIds};
pub use error::StoreError;

use crate::domain::{AnswerId, NewAnswer, NewQuestion, ProductId, ProductRows, QuestionId, Timestamp};

/// A place that keeps questions, answers and photos.
pub trait Store: Send + Sync {
    /// Opens a session for reading.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Opens the session for writing. `elsewhere` is told of every change that did not come through it.
    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError>;

    /// Starts loading many rows at once, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when there are rows and `mode` does not replace them.
    fn bulk_load(&self, mode: LoadMode) -> Result<Box<dyn BulkLoad>, StoreError>;

    /// Starts reading everything.
    fn dump(&self) -> Result<Box<dyn Dump>, StoreError>;

    /// Whether there is no question, answer or photo at all.
    fn is_empty(&self) -> Result<bool, StoreError>;

    /// How many rows there are.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// Reads everything and tells `report` of each thing that is wrong, at most
    /// [`MAX_FINDINGS_PER_KIND`] of a kind.
    fn check(&self, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError>;
}

/// Most findings of one kind that a check lists.
pub const MAX_FINDINGS_PER_KIND: u32 = 20;

/// A session that reads. Every call sees one consistent state of the store.
pub trait Reader: Send {
    /// The public rows of each product, in the order asked for. A product without rows is not an error.
    /// No id may be repeated.
    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError>;

    /// Which product each question belongs to, in the order asked for; `None` where there is no such
    /// question. Reported questions count.
    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError>;

    /// The next products that have rows, at most `limit` of them; fewer only at the end. They come in the
    /// store's own order, each once, and `after` is the last one of the call before.
    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError>;
}

/// A session that writes.
pub trait Writer: Send {
    /// Carries out all commands in one transaction and returns once it is on disk: an outcome per command,
    /// in order. A command whose target does not exist changes nothing and fails alone.
    ///
    /// # Errors
    /// Nothing at all was written, unless the error is [`StoreError::Unknown`].
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError>;

    /// Called about every [`IDLE_INTERVAL`] while there is nothing to write: notices changes made
    /// elsewhere, keeps house.
    fn idle(&mut self) -> Result<(), StoreError>;
}

/// How long a [`Writer`] may stay without a call.
pub const IDLE_INTERVAL: std::time::Duration = std::time::Duration::from_millis(100);

/// A row that can be voted for or reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A question.
    Question(QuestionId),
    /// An answer.
    Answer(AnswerId),
}

/// A write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new question.
    AddQuestion {
        /// The question.
        question: NewQuestion,
        /// When it was asked.
        written_at: Timestamp,
    },
    /// A new answer to a question, which may be a reported one.
    AddAnswer {
        /// The question.
        question_id: QuestionId,
        /// The answer.
        answer: NewAnswer,
        /// When it was given.
        written_at: Timestamp,
    },
    /// More people found it helpful. Hidden rows count as well.
    Vote {
        /// What they found helpful.
        target: Target,
        /// How many they are, at least one. No two commands of a transaction vote for the same row.
        votes: u32,
    },
    /// Hide it from public lists, for good. Twice is the same as once.
    Report(Target),
}

/// What became of a [`Command`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The question is there.
    QuestionAdded {
        /// Its new id.
        question_id: QuestionId,
        /// Its product.
        product_id: ProductId,
    },
    /// The answer is there.
    AnswerAdded {
        /// Its new id.
        answer_id: AnswerId,
        /// The product of its question.
        product_id: ProductId,
    },
    /// The vote is counted.
    Voted {
        /// The row's product.
        product_id: ProductId,
        /// All votes for the row after this transaction.
        helpful: u32,
    },
    /// The row is hidden.
    Reported {
        /// The row's product.
        product_id: ProductId,
    },
    /// There is no such question or answer.
    NotFound,
}

/// A change that a session of this process did not make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Anything may have changed: an import, a repair by hand, a time without news.
    Everything,
}

/// Where a store reports changes made elsewhere. It is called on the store's thread and must not block.
pub type ChangeSink = Arc<dyn Fn(Change) + Send + Sync>;

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

/// Something wrong that [`Store::check`] found, in words that name table, row and rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(pub String);
