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
    /// The number of its id. Rows of different kinds may have the same.
    pub fn row_id(self) -> u64 {
        match self {
            Self::Question(question_id) => question_id.get(),
            Self::Answer(answer_id) => answer_id.get(),
            Self::Review(review_id) => review_id.get(),
        }
    }
}
