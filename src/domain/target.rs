//! What a vote or a report is for. What becomes of it is `service`'s.

use super::{AnswerId, Id as _, QuestionId, ReviewId};

/// A row that can be voted for or reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A question.
    Question(QuestionId),
    /// An answer.
    Answer(AnswerId),
    /// A review.
    Review(ReviewId),
}

impl Target {
    /// The names of the kinds of rows, in the order of their numbers in tables of moderation.
    pub const KINDS: [&str; 3] = ["question", "answer", "review"];

    /// The name of its kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Question(_) => "question",
            Self::Answer(_) => "answer",
            Self::Review(_) => "review",
        }
    }

    /// The number of its id. Rows of different kinds may have the same.
    pub fn row_id(self) -> u64 {
        match self {
            Self::Question(question_id) => question_id.get(),
            Self::Answer(answer_id) => answer_id.get(),
            Self::Review(review_id) => review_id.get(),
        }
    }

    /// The row of a kind and an id; `None` when there is no such kind or the id is out of range.
    pub fn of(kind: &str, id: u64) -> Option<Self> {
        match kind {
            "question" => QuestionId::new(id).ok().map(Self::Question),
            "answer" => AnswerId::new(id).ok().map(Self::Answer),
            "review" => ReviewId::new(id).ok().map(Self::Review),
            _ => None,
        }
    }
}
