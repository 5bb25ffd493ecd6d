//! What a vote or a report is for. What becomes of it is `service`'s.

use super::{AnswerId, QuestionId, ReviewId};

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
