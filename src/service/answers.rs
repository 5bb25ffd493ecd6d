//! The operations on answers. Lists come from memory, writes go to the queue; no HTTP is known
//! here.

use super::policy::{Post, PostKind};
use super::questions::unexpected;
use super::waiting::Held;
use super::{Added, Listed, Service, ServiceError};
use crate::domain::{AnswerId, IdempotencyKey, NewAnswer, Page, QuestionId};
use crate::domain::{Sender, Target};
use crate::store::{Command, Outcome};
use crate::view::fingerprint::Fingerprint;
use crate::view::{ListTag, View, json};

impl Service {
    /// Appends a page of a question's answers to `output` as JSON, unless `is_known` returns true
    /// for its tag. An unknown or hidden question has no answers.
    ///
    /// # Errors [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`], never an empty
    /// list instead.
    pub async fn list_answers(
        &self,
        question_id: QuestionId,
        page: Page,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        if let Some(product_id) = self.product_of(question_id).await? {
            let read = |view: &View| {
                let tag = view.answers_tag(question_id, page);
                Listed::write(tag, &mut is_known, || view.write_answers(question_id, page, output))
            };
            return self.read_view(&self.memory.questions, product_id, (), read).await;
        }
        let tag = Fingerprint::default().answers_tag(question_id, page);
        Ok(Listed::write(tag, is_known, || {
            json::begin_answers(question_id, page, output);
            output.extend_from_slice(b"]}");
        }))
    }

    /// Appends such a page at once if the question's product is known and in memory.
    pub fn list_answers_from_memory(
        &self,
        question_id: QuestionId,
        page: Page,
        output: &mut Vec<u8>,
    ) -> Option<ListTag> {
        let product_id = self.memory.directory.find(question_id)?;
        self.memory.questions.read(product_id, |view| {
            view.write_answers(question_id, page, output);
            view.answers_tag(question_id, page)
        })
    }

    /// Adds an answer to a question and returns its id. A repeated submission returns the first id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] without the question, [`ServiceError::KeyTaken`] when another
    /// submission came under `key` before.
    pub async fn add_answer(
        &self,
        question_id: QuestionId,
        answer: NewAnswer,
        key: Option<&IdempotencyKey>,
    ) -> Result<Added<AnswerId>, ServiceError> {
        self.add_answer_from(question_id, answer, key, &Sender::default()).await
    }

    /// Adds what this sender wrote, as the policy says: it may wait for a moderator, or be refused.
    ///
    /// # Errors
    /// As [`add_answer`](Self::add_answer).
    pub async fn add_answer_from(
        &self,
        question_id: QuestionId,
        answer: NewAnswer,
        key: Option<&IdempotencyKey>,
        sender: &Sender,
    ) -> Result<Added<AnswerId>, ServiceError> {
        let written_at = self.clock.now();
        let submission = self.submission(key, written_at, || answer.digest(question_id));
        let product_id = self.memory.directory.find(question_id);
        let post = Post::of_answer(question_id, product_id, &answer);
        let judged = self.judge(post, sender, submission.as_ref()).await?;
        let (state, hook, origin) = (judged.state(), judged.hook, judged.origin);
        let held = Held::of(origin.as_deref());
        let command = Command::AddAnswer { question_id, product_id, answer, written_at, submission, origin };
        match self.write(command).await? {
            Outcome::AnswerAdded { answer_id: id, .. } => {
                self.waiting.held(held);
                self.hook.ask(hook, Target::Answer(id));
                Ok(Added::now(id, state))
            }
            Outcome::Repeated(row @ Target::Answer(id)) => {
                Ok(Added::before(id, self.state_of_repeated(PostKind::Answer, row).await?))
            }
            outcome => unexpected(outcome),
        }
    }

    /// Counts one vote for the answer.
    pub async fn vote_answer(&self, answer_id: AnswerId) -> Result<(), ServiceError> {
        self.vote(Target::Answer(answer_id)).await
    }

    /// Hides the answer from public lists.
    pub async fn report_answer(&self, answer_id: AnswerId) -> Result<(), ServiceError> {
        self.report(Target::Answer(answer_id)).await
    }
}
