//! What moderators ask and change, through the queues of the store's sessions. Which texts are held
//! is not decided here.

use tokio::sync::oneshot;

use super::lanes::loader::LoadRequest;
use super::lanes::moderation::ModerationRequest;
use super::lanes::writer::WriteRequest;
use super::{Service, ServiceError};
use crate::store::moderation::{Moderated, Moderation, ModerationAnswer, ModerationQuery};

impl Service {
    /// Carries out a change of moderation. It is durable and visible when this returns.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn moderate(&self, moderation: Moderation) -> Result<Moderated, ServiceError> {
        let (reply, receiver) = oneshot::channel();
        let request = WriteRequest::Moderate(ModerationRequest { moderation, reply });
        self.writes.push(request).map_err(|(_, error)| error)?;
        self.wait(receiver).await
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
