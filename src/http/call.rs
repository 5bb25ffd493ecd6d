//! A request on its way to its operation: all that the operation may read. Deliberately absent: how
//! its parts are parsed (`request`).

use http::request::Parts as Head;

use super::app::App;
use super::operation::Variables;
use super::request::body::Payload;
use super::request::query::{answer_id, product_id, question_id, review_id};
use super::response::problem::Problem;
use crate::domain::{AnswerId, ProductId, QuestionId, ReviewId};

/// A request whose operation is known.
pub(crate) struct Call<'a> {
    pub(crate) app: &'a App,
    pub(crate) head: &'a Head,
    pub(crate) body: &'a mut Payload,
    pub(crate) variables: Variables<'a>,
}

impl Call<'_> {
    /// The question in the path.
    ///
    /// # Errors
    /// [`Problem::InvalidQuestionId`]
    pub(crate) fn question_id(&self) -> Result<QuestionId, Problem> {
        question_id(self.variables[0])
    }

    /// The answer in the path.
    ///
    /// # Errors
    /// [`Problem::InvalidAnswerId`]
    pub(crate) fn answer_id(&self) -> Result<AnswerId, Problem> {
        answer_id(self.variables[0])
    }

    /// The product in the path.
    ///
    /// # Errors
    /// [`Problem::UnknownProduct`]
    pub(crate) fn product_id(&self) -> Result<ProductId, Problem> {
        product_id(self.variables[0])
    }

    /// The review in the path.
    ///
    /// # Errors
    /// [`Problem::UnknownReview`]
    pub(crate) fn review_id(&self) -> Result<ReviewId, Problem> {
        review_id(self.variables[0])
    }
}
