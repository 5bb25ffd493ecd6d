//! What can be written, and what became of it. How a store carries it out is not decided here.

use crate::domain::{
    AnswerId, Digest, NewAnswer, NewQuestion, NewReview, Origin, ProductId, QuestionId, ReviewId, State,
    Target, Timestamp,
};

/// A write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new question.
    AddQuestion {
        /// The question.
        question: NewQuestion,
        /// When it was asked.
        written_at: Timestamp,
        /// By what it is recognized when it comes again, if it is.
        submission: Option<Submission>,
        /// What is kept of it beyond its texts. Without it, the row is public.
        origin: Option<Box<Origin>>,
    },
    /// A new answer to a question, which may be a reported one.
    AddAnswer {
        /// The question.
        question_id: QuestionId,
        /// Its product, as far as is known. A store that makes use of it sees to it that it holds.
        product_id: Option<ProductId>,
        /// The answer.
        answer: NewAnswer,
        /// When it was given.
        written_at: Timestamp,
        /// By what it is recognized when it comes again, if it is.
        submission: Option<Submission>,
        /// What is kept of it beyond its texts. Without it, the row is public.
        origin: Option<Box<Origin>>,
    },
    /// A new review.
    AddReview {
        /// The review.
        review: NewReview,
        /// When it was written.
        written_at: Timestamp,
        /// By what it is recognized when it comes again, if it is.
        submission: Option<Submission>,
        /// What is kept of it beyond its texts. Without it, the row is public.
        origin: Option<Box<Origin>>,
    },
    /// More people found it helpful. Hidden rows count as well.
    Vote {
        /// What they found helpful.
        target: Target,
        /// How many they are, at least one. No two commands of a transaction vote for the same row.
        votes: u32,
    },
    /// An identified shopper finds it helpful, or takes that back. Either counts once.
    VoteAs {
        /// What is found helpful.
        target: Target,
        /// The keyed digest of who votes.
        voter: Digest,
        /// Whether the vote is taken back.
        takes_back: bool,
    },
    /// Look whether a submission came before. Nothing is written.
    Recall {
        /// By what it is recognized.
        submission: Submission,
        /// The time of the request.
        now: Timestamp,
    },
}

impl Command {
    /// What is kept of a new row beyond its texts.
    pub(super) fn origin(&self) -> Option<&Origin> {
        match self {
            Self::AddQuestion { origin, .. }
            | Self::AddAnswer { origin, .. }
            | Self::AddReview { origin, .. } => origin.as_deref(),
            Self::Vote { .. } | Self::VoteAs { .. } | Self::Recall { .. } => None,
        }
    }

    /// Whether it adds a row that is not public, and so in no list.
    pub fn adds_pending(&self) -> bool {
        self.origin().is_some_and(|origin| origin.state != State::Published)
    }
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
    /// The review is there, and the sums of its characteristics have grown.
    ReviewAdded {
        /// Its new id.
        review_id: ReviewId,
        /// Its product.
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
    /// The shopper's vote counted before, or there was none to take back; nothing was written.
    VotedBefore {
        /// The row's product.
        product_id: ProductId,
    },
    /// The vote is taken back: the row is shown with one less.
    TakenBack {
        /// The row's product.
        product_id: ProductId,
    },
    /// The row is the voter's own; nothing was written.
    OwnRow,
    /// There is no such question, answer or review.
    NotFound,
}

impl Outcome {
    /// The new row, if there is one.
    pub(super) fn added(self) -> Option<Target> {
        self.added_to().map(|(_, target)| target)
    }

    /// The new row and its product, if there is one.
    pub(super) fn added_to(self) -> Option<(ProductId, Target)> {
        match self {
            Self::QuestionAdded { product_id, question_id } => {
                Some((product_id, Target::Question(question_id)))
            }
            Self::AnswerAdded { product_id, answer_id } => Some((product_id, Target::Answer(answer_id))),
            Self::ReviewAdded { product_id, review_id } => Some((product_id, Target::Review(review_id))),
            _ => None,
        }
    }
}

/// How a new row is recognized when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submission {
    /// What must not come twice before it expires: the digest of a key, or of the content.
    pub digest: Digest,
    /// What came under a key. Without one the first digest tells it.
    pub content: Option<Digest>,
    /// From then on it is forgotten.
    pub expires_at: Timestamp,
}
