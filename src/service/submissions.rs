//! How a repeated question or answer is recognized: by the client's key or by its content, and for
//! how long. The store finds the first one.

use std::time::Duration;

use super::Service;
use crate::domain::{Digest, IdempotencyKey, Timestamp};
use crate::store::Submission;

/// The lifetime of a key.
const KEY_KEPT: Duration = Duration::from_hours(24);

impl Service {
    /// The marks of a submission; `None` without a key and without a window for repetitions.
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
