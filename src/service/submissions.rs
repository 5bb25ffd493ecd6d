//! By what a question or answer is recognized when it is sent again: the client's key, or its content, and for how long.
//! Finding the first one is the store's work.

use std::time::Duration;

use super::{Service, ServiceError};
use crate::domain::{Digest, IdempotencyKey, Timestamp};
use crate::store::{Command, Submission};

/// How long a key is kept.
const KEY_KEPT: Duration = Duration::from_hours(24);

/// The row that a submission came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added<I> {
    /// Its id.
    pub id: I,
    /// Whether this submission added it, and none before.
    pub is_new: bool,
}

impl Service {
    /// Whether a question or answer came under this key before.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn is_known(&self, key: &IdempotencyKey) -> Result<bool, ServiceError> {
        match self.write(Command::Recall { digest: key.digest(), now: self.clock.now() }).await {
            Ok(_) => Ok(true),
            Err(ServiceError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How a post is recognized; `None` when it is not, because it has no key and there is no window.
    pub(super) fn submission(
        &self,
        key: Option<&IdempotencyKey>,
        written_at: Timestamp,
        content: impl FnOnce() -> Digest,
    ) -> Option<Submission> {
        let until = |kept: Duration| {
            let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
            Timestamp::nearest(written_at.milliseconds().saturating_add(kept))
        };
        let window = self.settings.duplicate_window;
        match key {
            Some(key) => Some(Submission {
                digest: key.digest(),
                content: Some(content()),
                expires_at: until(KEY_KEPT),
            }),
            None if window.is_zero() => None,
            None => Some(Submission { digest: content(), content: None, expires_at: until(window) }),
        }
    }
}
