//! What moderators ask and change, through the queues of the store's sessions. Which texts are held
//! is not decided here.

use tokio::sync::oneshot;

use super::lanes::loader::LoadRequest;
use super::lanes::moderation::ModerationRequest;
use super::lanes::writer::WriteRequest;
use super::waiting::Counted;
use super::{Service, ServiceError};

pub use crate::store::moderation::{
    AuthorCounts, CLAIM_LASTS, ClassCount, Decide, Decided, Decision, Done, Item, ItemTexts,
    MAX_DECIDED_ITEMS, Moderated, Moderation, ModerationAnswer, ModerationCounts, ModerationQuery,
    QueueClass, QueuePlace, QueueQuery, QueueSort, ReportSeen, Scope, WordList, kind_number,
};

impl Service {
    /// Carries out a change of moderation. It is durable and visible when this returns.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn moderate(&self, moderation: Moderation) -> Result<Moderated, ServiceError> {
        let (reply, receiver) = oneshot::channel();
        let decision = Counted::of(&moderation);
        let request = WriteRequest::Moderate(ModerationRequest { moderation, reply });
        self.writes.push(request).map_err(|(_, error)| error)?;
        let moderated = self.wait(receiver).await?;
        self.waiting.decided(decision, &moderated);
        Ok(moderated)
    }

    /// Answers a question of moderation from the store.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn ask_moderation(&self, query: ModerationQuery) -> Result<ModerationAnswer, ServiceError> {
        let (sender, receiver) = oneshot::channel();
        self.loads.push(LoadRequest::Moderation(Box::new(query), sender)).map_err(|(_, error)| error)?;
        self.wait(receiver).await
    }
}
