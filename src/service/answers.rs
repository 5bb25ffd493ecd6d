//! What can be done with answers.

use super::questions::unexpected;
use super::{Service, ServiceError, json};
use crate::domain::{AnswerId, NewAnswer, Page, QuestionId};
use crate::store::{Command, Outcome, Target};

impl Service {
    /// Appends a page of a question's answers, as JSON, to `output`. An unknown or hidden question has none.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`]; never an empty list in their place.
    pub async fn list_answers(
        &self,
        question_id: QuestionId,
        page: Page,
        output: &mut Vec<u8>,
    ) -> Result<(), ServiceError> {
        if let Some(product_id) = self.product_of(question_id).await? {
            return self.read_view(product_id, |view| view.write_answers(question_id, page, output)).await;
        }
        json::begin_answers(question_id, page, output);
        output.extend_from_slice(b"]}");
        Ok(())
    }

    /// Does the same at once if the question's product is known and in memory; returns whether it is.
    pub fn list_answers_from_memory(
        &self,
        question_id: QuestionId,
        page: Page,
        output: &mut Vec<u8>,
    ) -> bool {
        let Some(product_id) = self.directory.find(question_id) else { return false };
        self.views.read(product_id, |view| view.write_answers(question_id, page, output)).is_some()
    }

    /// Adds an answer to a question and returns its id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is no such question.
    pub async fn add_answer(
        &self,
        question_id: QuestionId,
        answer: NewAnswer,
    ) -> Result<AnswerId, ServiceError> {
        let written_at = self.clock.now();
        match self.write(Command::AddAnswer { question_id, answer, written_at }).await? {
            Outcome::AnswerAdded { answer_id, .. } => Ok(answer_id),
            outcome => unexpected(outcome),
        }
    }

    /// Counts one more who found the answer helpful.
    pub async fn vote_answer(&self, answer_id: AnswerId) -> Result<(), ServiceError> {
        self.vote(Target::Answer(answer_id)).await
    }

    /// Hides the answer from public lists.
    pub async fn report_answer(&self, answer_id: AnswerId) -> Result<(), ServiceError> {
        self.report(Target::Answer(answer_id)).await
    }
}
