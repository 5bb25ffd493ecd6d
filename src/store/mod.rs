//! The interface that every store implements. It works on sets: many products to read, many
//! commands to commit. Deliberately absent: caching, ordering of lists, text checks, HTTP.
//!
//! Everything here blocks. A session ([`Reader`], [`Writer`]) owns its connection and is driven by
//! one thread, so a store needs neither a pool nor a runtime. The service decides how many sessions
//! there are.

mod address;
mod bulk;
mod columns;
mod dump;
mod error;
mod person;
pub mod postgres;
pub mod sqlite;
mod submission;
mod upkeep;

use std::sync::Arc;

pub use address::StoreAddress;
pub use bulk::{
    AnswerBatch, Batch, BulkLoad, ImportedAnswer, ImportedPhoto, ImportedQuestion, LoadMode, PhotoBatch,
    QuestionBatch,
};
pub use dump::{DUMP_ROWS_PER_BATCH, Dump, LastIds};
pub use error::StoreError;
pub use person::{ERASED_BODY, ERASED_NAME, MAX_PERSON_ROWS, PersonRows};
pub use submission::Submission;
pub use upkeep::{Counts, Finding, MAX_FINDINGS_PER_KIND, Migrated, PagesCopied, Upkeep};

use crate::domain::{
    AnswerId, Id as _, NewAnswer, NewQuestion, ProductId, ProductRows, QuestionId, Target, Timestamp,
};

/// A place that keeps questions, answers and photos, with all that can be done to it.
pub trait Store: Sessions + Upkeep {}

impl<S: Sessions + Upkeep> Store for S {}

/// What a server needs of a store.
pub trait Sessions: Send + Sync {
    /// What people call this kind of store, such as "PostgreSQL".
    fn name(&self) -> &'static str;

    /// Opens a session for reading.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Opens the session for writing. From then on `elsewhere` is called for every change that did
    /// not come through it.
    fn writer(&self, elsewhere: ChangeSink) -> Result<Box<dyn Writer>, StoreError>;

    /// Opens as many sessions for writing as one service can use at once. From then on `elsewhere`
    /// is called for every change that came through none of them.
    fn writers(&self, elsewhere: ChangeSink) -> Result<Vec<Box<dyn Writer>>, StoreError> {
        Ok(vec![self.writer(elsewhere)?])
    }
}

/// Products with ids from here on are scanned in an order of the store's choice. No shop's
/// numbering reaches this id.
pub const FIRST_UNORDERED_ID: u64 = 1 << 38;

/// A session that reads. Every call sees one consistent state of the store.
pub trait Reader: Send {
    /// The public rows of each product, in the order asked for. A product without rows is not an
    /// error. No id may be repeated.
    ///
    /// # Errors
    /// Damaged rows of one product fail the whole call; [`StoreError::damaged_product`] names it.
    /// Asked for without it, the others are read.
    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError>;

    /// Which product each question belongs to, in the order asked for; `None` where there is no
    /// such question. Reported questions count.
    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError>;

    /// The next products that have rows, at most `limit` of them; fewer only at the end. They come
    /// in the store's own order, each once, and `after` is the last one of the call before. Ids
    /// below [`FIRST_UNORDERED_ID`] come before all others and ascend, so that a product left out
    /// among them has no rows.
    ///
    /// # Errors
    /// Damaged rows of one product fail the whole call. With a `limit` of one,
    /// [`StoreError::damaged_product`] is the product after which the scan can go on.
    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError>;

    /// Asks the store whether it can be read and, where a session that reads can tell, whether it
    /// takes writes.
    ///
    /// # Errors
    /// When it cannot or does not.
    fn probe(&mut self) -> Result<(), StoreError> {
        // Any question will do, there or not.
        let question_id = QuestionId::new(1).expect("one is an id");
        self.products_of(&[question_id]).map(drop)
    }

    /// After a failure: sees to it that the store can be asked again, without asking it for
    /// anything.
    ///
    /// # Errors
    /// When it cannot.
    fn revive(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// There will be no request for a while: frees memory that only a busy session needs.
    fn rest(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A session that writes.
pub trait Writer: Send {
    /// Runs all commands in one transaction and returns when it is on disk: one outcome for each
    /// command, in order. A command whose target does not exist changes nothing and fails alone. Of
    /// new rows with the same [`Submission`] the first is added, no matter who sends them and
    /// whether or not they come in one batch.
    ///
    /// # Errors
    /// Nothing at all was written, unless the error is [`StoreError::Unknown`]. Then the writer's
    /// [`ChangeSink`] got the possible changes.
    fn commit(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError>;

    /// Called about every [`IDLE_INTERVAL`] while there is nothing to write. It looks for changes
    /// by others and deletes expired rows. `now` is the time of the service's clock.
    fn idle(&mut self, now: Timestamp) -> Result<(), StoreError>;
}

/// How long a [`Writer`] may stay without a call.
pub const IDLE_INTERVAL: std::time::Duration = std::time::Duration::from_millis(100);

/// A write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new question.
    AddQuestion {
        /// The question.
        question: NewQuestion,
        /// When it was asked.
        written_at: Timestamp,
        /// Its digests, if duplicates of it are to be recognized.
        submission: Option<Submission>,
    },
    /// A new answer to a question, which may be a reported one.
    AddAnswer {
        /// The question.
        question_id: QuestionId,
        /// Its product, if it is known. A store that uses it must check it.
        product_id: Option<ProductId>,
        /// The answer.
        answer: NewAnswer,
        /// When it was given.
        written_at: Timestamp,
        /// Its digests, if duplicates of it are to be recognized.
        submission: Option<Submission>,
    },
    /// More people found a row helpful. Hidden rows can get votes too.
    Vote {
        /// What they found helpful.
        target: Target,
        /// How many they are, at least one. No two commands of a transaction vote for the same row.
        votes: u32,
    },
    /// Hide it from public lists, for good. Twice is the same as once.
    Report(Target),
    /// Look whether a submission came before. Nothing is written.
    Recall {
        /// Its digests.
        submission: Submission,
        /// The time of the request.
        now: Timestamp,
    },
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
    /// The same submission has come to this row before; nothing was added.
    Repeated(Target),
    /// Another submission came under the same key before; nothing was added.
    KeyTaken,
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

impl Outcome {
    /// The new row, if there is one.
    fn added(self) -> Option<Target> {
        match self {
            Self::QuestionAdded { question_id, .. } => Some(Target::Question(question_id)),
            Self::AnswerAdded { answer_id, .. } => Some(Target::Answer(answer_id)),
            _ => None,
        }
    }
}

/// A change by another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Anything may have changed: an import, a repair by hand, a time without news.
    Everything,
    /// These products changed.
    Products(Vec<ProductChange>),
    /// The connection on which changes are received is lost. From now on none is reported.
    Disconnected,
    /// Changes are reported again. Anything may have changed meanwhile.
    Reconnected,
}

/// What a commit changed about a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductChange {
    /// A question has this many votes now.
    QuestionVotes(ProductId, QuestionId, u32),
    /// An answer has this many votes now.
    AnswerVotes(ProductId, AnswerId, u32),
    /// Rows came or went.
    Rows(ProductId),
}

impl ProductChange {
    /// What a command changed, if anything.
    pub fn of(command: &Command, outcome: Outcome) -> Option<Self> {
        match (command, outcome) {
            (
                Command::Vote { target: Target::Question(question_id), .. },
                Outcome::Voted { product_id, helpful },
            ) => Some(Self::QuestionVotes(product_id, *question_id, helpful)),
            (
                Command::Vote { target: Target::Answer(answer_id), .. },
                Outcome::Voted { product_id, helpful },
            ) => Some(Self::AnswerVotes(product_id, *answer_id, helpful)),
            (
                _,
                Outcome::QuestionAdded { product_id, .. }
                | Outcome::AnswerAdded { product_id, .. }
                | Outcome::Reported { product_id }
                | Outcome::Voted { product_id, .. },
            ) => Some(Self::Rows(product_id)),
            (_, Outcome::Repeated(_) | Outcome::KeyTaken | Outcome::NotFound) => None,
        }
    }

    /// The product.
    pub fn product_id(self) -> ProductId {
        match self {
            Self::QuestionVotes(product_id, ..)
            | Self::AnswerVotes(product_id, ..)
            | Self::Rows(product_id) => product_id,
        }
    }
}

/// Where a store reports changes made elsewhere. It is called on a thread of the store's and must
/// not block.
pub type ChangeSink = Arc<dyn Fn(Change) + Send + Sync>;
