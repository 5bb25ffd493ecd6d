//! By what a question or answer is recognized when it is sent again: the client's key, or its content, and for how long.
//! Finding the first one is the store's work.

use std::time::Duration;

use super::Service;
use crate::domain::{Digest, IdempotencyKey, Timestamp};
use crate::store::Submission;

/// How long a key is kept.
const KEY_KEPT: Duration = Duration::from_hours(24);

impl Service {
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
