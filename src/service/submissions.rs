//! Recognizes a repeated question or answer by the client's key or by its content, for a limited
//! time. The store finds the first one.

use std::time::Duration;

use super::policy::PostKind;
use super::{Service, ServiceError};
use crate::domain::{Digest, IdempotencyKey, State, Target, Timestamp};
use crate::store::moderation::{ModerationAnswer, ModerationQuery};
use crate::store::{Command, Submission};

/// The lifetime of a key.
const KEY_KEPT: Duration = Duration::from_hours(24);

/// The row of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added<I> {
    /// Its id.
    pub id: I,
    /// Whether this submission added it, and none before.
    pub is_new: bool,
    /// Its state: that with which it was added, or the present one of a repeated submission.
    pub state: State,
}

impl<I> Added<I> {
    /// A row that this submission added.
    pub(super) fn now(id: I, state: State) -> Self {
        Self { id, is_new: true, state }
    }

    /// A row that an earlier submission added.
    pub(super) fn before(id: I, state: State) -> Self {
        Self { id, is_new: false, state }
    }
}

impl Service {
    /// Whether a row that came before waits still: of its state, its sender learns no more.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub(super) async fn state_of_repeated(&self, kind: PostKind, row: Target) -> Result<State, ServiceError> {
        if !self.settings.moderation.looks_at(kind) {
            return Ok(State::Published);
        }
        match self.ask_moderation(ModerationQuery::Item(row)).await? {
            ModerationAnswer::Item(item, _) if item.state == State::Pending => Ok(State::Pending),
            _ => Ok(State::Published),
        }
    }

    /// Whether a question or answer came under this key before.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`].
    pub async fn is_known(&self, key: &IdempotencyKey) -> Result<bool, ServiceError> {
        let now = self.clock.now();
        let submission = Submission { digest: key.digest(), content: None, expires_at: after(now, KEY_KEPT) };
        match self.write(Command::Recall { submission, now }).await {
            // The submission under the key does not matter here.
            Ok(_) | Err(ServiceError::KeyTaken) => Ok(true),
            Err(ServiceError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The digests of a submission. `None` without a key and without a window for duplicates.
    pub(super) fn submission(
        &self,
        key: Option<&IdempotencyKey>,
        written_at: Timestamp,
        content: impl FnOnce() -> Digest,
    ) -> Option<Submission> {
        let until = |kept| after(written_at, kept);
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

fn after(time: Timestamp, passed: Duration) -> Timestamp {
    let passed = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
    Timestamp::nearest(time.milliseconds().saturating_add(passed))
}
