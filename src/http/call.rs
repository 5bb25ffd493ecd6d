//! A request on its way to its operation: all that the operation may read. Deliberately absent: how
//! its parts are parsed (`request`).

use std::net::IpAddr;

use http::request::Parts as Head;

use super::app::App;
use super::operation::Variables;
use super::request::body::Payload;
use super::request::query::{answer_id, product_id, question_id, review_id};
use super::response::problem::Problem;
use crate::domain::{Actor, AnswerId, ProductId, QuestionId, ReviewId, Sender};

/// A request whose operation is known.
pub(crate) struct Call<'a> {
    pub(crate) app: &'a App,
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    pub(crate) head: &'a Head,
    pub(crate) body: &'a mut Payload,
    pub(crate) variables: Variables<'a>,
    /// The holder of the request's key, on routes that need one.
    pub(crate) actor: Option<Actor>,
}

impl Call<'_> {
    /// Who asks, on a route that is not for everybody.
    ///
    /// # Errors
    /// [`Problem::WrongKey`] when the table of routes lets everybody in.
    pub(crate) fn actor(&self) -> Result<&Actor, Problem> {
        self.actor.as_ref().ok_or(Problem::WrongKey { is_sent: false })
    }

    /// Who sends a write, as far as its head says.
    ///
    /// # Errors
    /// [`Problem::BadIdentity`]
    pub(crate) fn sender(&self) -> Result<Sender, Problem> {
        let (settings, service) = (&self.app.settings, &self.app.service);
        let limits = &service.settings().submission;
        let identity = settings.identity.of_header(&self.head.headers, limits, service.now())?;
        let client = settings.trusted_proxies.client(self.peer, &self.head.headers);
        Ok(Sender { identity, client: Some(client.address()), ..Sender::default() })
    }

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
