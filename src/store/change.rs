//! What changed in a store, for those who keep copies of its rows. What they do about it is not
//! decided here.

use std::sync::Arc;

use super::{Command, Outcome};
use crate::domain::{AnswerId, ProductId, QuestionId, ReviewId, Target};

/// News of what sessions of this process did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Anything may have changed: an import, a repair by hand, a time without news.
    Everything,
    /// These products changed.
    Products(Vec<ProductChange>),
    /// Votes are about to be read. They come with the next [`Votes`](Self::Votes).
    Reading,
    /// Votes as they were at some moment since the last [`Reading`](Self::Reading). Some may have
    /// been taken back meanwhile.
    Votes(Vec<ProductChange>),
    /// The connection on which changes are received is lost. From now on none is reported.
    Disconnected,
    /// Changes are reported again. Anything may have changed meanwhile.
    Reconnected,
}

/// What a commit changed about a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductChange {
    /// A question has this many votes now. Votes that fell are told as rows that came or went.
    QuestionVotes(ProductId, QuestionId, u32),
    /// An answer has this many votes now.
    AnswerVotes(ProductId, AnswerId, u32),
    /// A review has this many votes now.
    ReviewVotes(ProductId, ReviewId, u32),
    /// Questions or answers came or went.
    Rows(ProductId),
    /// Reviews came or went.
    Reviews(ProductId),
}

impl ProductChange {
    /// What a command changed, if anything.
    pub fn of(command: &Command, outcome: Outcome) -> Option<Self> {
        if command.adds_pending() {
            return None;
        }
        match (command, outcome) {
            (
                Command::Vote { target: Target::Question(question_id), .. }
                | Command::VoteAs { target: Target::Question(question_id), .. },
                Outcome::Voted { product_id, helpful },
            ) => Some(Self::QuestionVotes(product_id, *question_id, helpful)),
            (
                Command::Vote { target: Target::Answer(answer_id), .. }
                | Command::VoteAs { target: Target::Answer(answer_id), .. },
                Outcome::Voted { product_id, helpful },
            ) => Some(Self::AnswerVotes(product_id, *answer_id, helpful)),
            (
                Command::Vote { target: Target::Review(review_id), .. }
                | Command::VoteAs { target: Target::Review(review_id), .. },
                Outcome::Voted { product_id, helpful },
            ) => Some(Self::ReviewVotes(product_id, *review_id, helpful)),
            // When shown votes fell, only the store knows how to tell.
            (_, Outcome::ReviewAdded { product_id, .. })
            | (Command::VoteAs { target: Target::Review(_), .. }, Outcome::TakenBack { product_id }) => {
                Some(Self::Reviews(product_id))
            }
            (
                _,
                Outcome::QuestionAdded { product_id, .. }
                | Outcome::AnswerAdded { product_id, .. }
                | Outcome::Voted { product_id, .. }
                | Outcome::TakenBack { product_id },
            ) => Some(Self::Rows(product_id)),
            (
                _,
                Outcome::Repeated(_)
                | Outcome::KeyTaken
                | Outcome::NotFound
                | Outcome::OwnRow
                | Outcome::VotedBefore { .. },
            ) => None,
        }
    }

    /// That any row of the same list of this product may have come or gone.
    #[must_use]
    pub fn any_row(self) -> Self {
        match self {
            Self::QuestionVotes(product_id, ..)
            | Self::AnswerVotes(product_id, ..)
            | Self::Rows(product_id) => Self::Rows(product_id),
            Self::ReviewVotes(product_id, ..) | Self::Reviews(product_id) => Self::Reviews(product_id),
        }
    }

    /// Whether it tells of votes and leaves the rows as they are.
    pub fn is_of_votes(self) -> bool {
        match self {
            Self::QuestionVotes(..) | Self::AnswerVotes(..) | Self::ReviewVotes(..) => true,
            Self::Rows(_) | Self::Reviews(_) => false,
        }
    }

    /// That any row of the list that has this row may have come or gone.
    pub fn any_row_of(product_id: ProductId, target: Target) -> Self {
        match target {
            Target::Question(_) | Target::Answer(_) => Self::Rows(product_id),
            Target::Review(_) => Self::Reviews(product_id),
        }
    }

    /// The product.
    pub fn product_id(self) -> ProductId {
        match self {
            Self::QuestionVotes(product_id, ..)
            | Self::AnswerVotes(product_id, ..)
            | Self::ReviewVotes(product_id, ..)
            | Self::Rows(product_id)
            | Self::Reviews(product_id) => product_id,
        }
    }
}

/// Where a store reports changes made elsewhere. It is called on a thread of the store's and must
/// not block.
pub type ChangeSink = Arc<dyn Fn(Change) + Send + Sync>;
