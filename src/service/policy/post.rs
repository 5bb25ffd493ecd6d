//! A new text as the policy looks at it. Deliberately absent: looking at it (`judge`).

use crate::domain::{NewAnswer, NewQuestion, NewReview, PhotoUrl, ProductId, QuestionId};

/// What kind of row a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostKind {
    /// A question.
    Question,
    /// An answer.
    Answer,
    /// A review.
    Review,
}

impl PostKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Question, Self::Answer, Self::Review];

    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Review => "review",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A new text, as the policy looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Post<'p> {
    /// What it is for.
    pub kind: PostKind,
    /// Its product, as far as is known.
    pub product_id: Option<ProductId>,
    /// The question of an answer, by which its product is found.
    pub question_id: Option<QuestionId>,
    /// The text.
    pub body: &'p str,
    /// The heading of a review.
    pub summary: &'p str,
    /// The author's name.
    pub name: &'p str,
    /// The author's address.
    pub email: &'p str,
    /// The photos.
    pub photos: &'p [PhotoUrl],
}

impl<'p> Post<'p> {
    pub(crate) fn of_question(question: &'p NewQuestion) -> Self {
        Self {
            kind: PostKind::Question,
            product_id: Some(question.product_id),
            question_id: None,
            body: question.body.as_str(),
            summary: "",
            name: question.name.as_str(),
            email: question.email.as_str(),
            photos: &[],
        }
    }

    pub(crate) fn of_answer(
        question_id: QuestionId,
        product_id: Option<ProductId>,
        answer: &'p NewAnswer,
    ) -> Self {
        Self {
            kind: PostKind::Answer,
            product_id,
            question_id: Some(question_id),
            body: answer.body.as_str(),
            summary: "",
            name: answer.name.as_str(),
            email: answer.email.as_str(),
            photos: &answer.photos,
        }
    }

    pub(crate) fn of_review(review: &'p NewReview) -> Self {
        Self {
            kind: PostKind::Review,
            product_id: Some(review.product_id),
            question_id: None,
            body: review.body.as_str(),
            summary: review.summary.as_str(),
            name: review.name.as_str(),
            email: review.email.as_str(),
            photos: &review.photos,
        }
    }

    /// The fields that everybody reads, with their names in requests.
    pub(super) fn texts(&self) -> [(&'static str, &'p str); 3] {
        [("body", self.body), ("summary", self.summary), ("name", self.name)]
    }
}
