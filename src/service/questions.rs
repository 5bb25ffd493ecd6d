//! The operations on questions. Lists come from memory, writes go to the queue; no HTTP is known
//! here.

use super::policy::{Post, PostKind};
use super::waiting::Held;
use super::{Added, Listed, Service, ServiceError};
use crate::domain::{IdempotencyKey, NewQuestion, Page, ProductId, QuestionId};
use crate::domain::{Sender, Target};
use crate::store::{Command, Outcome};
use crate::view::ListTag;

impl Service {
    /// Appends a page of a product's questions to `output` as JSON, unless `is_known` returns true
    /// for its tag.
    ///
    /// # Errors [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`], never an empty
    /// list instead.
    pub async fn list_questions(
        &self,
        product_id: ProductId,
        page: Page,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        let nested_max = self.settings().max_nested_answers;
        self.read_view(&self.memory.questions, product_id, (), |view| {
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
        self.memory.questions.read(product_id, |view| {
            view.write_questions(page, nested_max, output);
            view.questions_tag(page, nested_max)
        })
    }

    /// Adds a question and returns its id. A repeated submission returns the first id.
    ///
    /// # Errors
    /// [`ServiceError::KeyTaken`] when another submission came under `key` before.
    pub async fn add_question(
        &self,
        question: NewQuestion,
        key: Option<&IdempotencyKey>,
    ) -> Result<Added<QuestionId>, ServiceError> {
        self.add_question_from(question, key, &Sender::default()).await
    }

    /// Adds what this sender wrote, as the policy says: it may wait for a moderator, or be refused.
    ///
    /// # Errors
    /// As [`add_question`](Self::add_question).
    pub async fn add_question_from(
        &self,
        question: NewQuestion,
        key: Option<&IdempotencyKey>,
        sender: &Sender,
    ) -> Result<Added<QuestionId>, ServiceError> {
        let written_at = self.clock.now();
        let submission = self.submission(key, written_at, || question.digest());
        let post = Post::of_question(&question);
        let judged = self.judge(post, sender, submission.as_ref()).await?;
        let (state, hook, origin) = (judged.state(), judged.hook, judged.origin);
        let held = Held::of(origin.as_deref());
        let era = self.memory.directory.era();
        match self.write(Command::AddQuestion { question, written_at, submission, origin }).await? {
            Outcome::Repeated(row @ Target::Question(id)) => {
                Ok(Added::before(id, self.state_of_repeated(PostKind::Question, row).await?))
            }
            Outcome::QuestionAdded { question_id, product_id } => {
                self.memory.directory.remember(era, product_id, &[question_id]);
                self.waiting.held(held);
                self.hook.ask(hook, Target::Question(question_id));
                Ok(Added::now(question_id, state))
            }
            outcome => unexpected(outcome),
        }
    }

    /// Counts one vote for the question.
    pub async fn vote_question(&self, question_id: QuestionId) -> Result<(), ServiceError> {
        self.vote(Target::Question(question_id)).await
    }

    /// Hides the question and its answers from public lists.
    pub async fn report_question(&self, question_id: QuestionId) -> Result<(), ServiceError> {
        self.report(Target::Question(question_id)).await
    }

    /// Returns whether the question exists, hidden or not.
    pub async fn question_exists(&self, question_id: QuestionId) -> Result<bool, ServiceError> {
        Ok(self.product_of(question_id).await?.is_some())
    }
}

/// A store that returns the outcome of another command is broken. Nothing is acknowledged.
pub(super) fn unexpected<T>(outcome: Outcome) -> Result<T, ServiceError> {
    tracing::error!(?outcome, "the store gave an outcome that does not fit the command");
    Err(ServiceError::StoreUnavailable)
}
