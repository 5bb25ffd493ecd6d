//! What can be done with questions.

use super::{Listed, Service, ServiceError};
use crate::domain::Target;
use crate::domain::{Id, IdempotencyKey, NewQuestion, Page, ProductId, QuestionId};
use crate::store::{Command, Outcome};
use crate::view::ListTag;

impl Service {
    /// Appends a page of a product's questions, as JSON, to `output`, unless whoever asks has what `is_known` says yes
    /// to.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`]; never an empty list in their place.
    pub async fn list_questions(
        &self,
        product_id: ProductId,
        page: Page,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        let nested_max = self.settings().max_nested_answers;
        self.read_view(product_id, |view| {
            let tag = view.questions_tag(page, nested_max);
            Listed::write(tag, &mut is_known, || view.write_questions(page, nested_max, output))
        })
        .await
    }

    /// Appends such a page at once if the product is in memory.
    pub fn list_questions_from_memory(
        &self,
        product_id: ProductId,
        page: Page,
        output: &mut Vec<u8>,
    ) -> Option<ListTag> {
        let nested_max = self.settings().max_nested_answers;
        self.views.read(product_id, |view| {
            view.write_questions(page, nested_max, output);
            view.questions_tag(page, nested_max)
        })
    }

    /// Adds a question and returns its id; one that is sent again is told the first one's.
    ///
    /// # Errors
    /// [`ServiceError::KeyTaken`] when something else came under `key` before.
    pub async fn add_question(
        &self,
        question: NewQuestion,
        key: Option<&IdempotencyKey>,
    ) -> Result<QuestionId, ServiceError> {
        let written_at = self.clock.now();
        let submission = self.submission(key, written_at, || question.digest());
        let era = self.directory.era();
        match self.write(Command::AddQuestion { question, written_at, submission }).await? {
            Outcome::Repeated(Target::Question(question_id)) => Ok(question_id),
            Outcome::QuestionAdded { question_id, product_id } => {
                self.directory.remember(era, product_id, &[question_id]);
                Ok(question_id)
            }
            outcome => unexpected(outcome),
        }
    }

    /// Counts one more who found the question helpful.
    pub async fn vote_question(&self, question_id: QuestionId) -> Result<(), ServiceError> {
        self.vote(Target::Question(question_id)).await
    }

    /// Hides the question and its answers from public lists.
    pub async fn report_question(&self, question_id: QuestionId) -> Result<(), ServiceError> {
        self.report(Target::Question(question_id)).await
    }

    /// Whether there is such a question, hidden or not.
    pub async fn question_exists(&self, question_id: QuestionId) -> Result<bool, ServiceError> {
        Ok(self.product_of(question_id).await?.is_some())
    }
}

/// A store that answers a command with another command's outcome is broken; nothing is acknowledged.
pub(super) fn unexpected<I: Id>(outcome: Outcome) -> Result<I, ServiceError> {
    tracing::error!(?outcome, "the store gave an outcome that does not fit the command");
    Err(ServiceError::StoreUnavailable)
}
