//! The shop's lists of words, compiled and kept until they change. Deliberately absent: how they
//! are asked for (`lists`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;

use super::words::WordLists;

/// How long lists are used without asking whether they changed. With the time that asking takes, a
/// change counts everywhere within two seconds.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Lists with what tells whether they changed.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) lists: Arc<WordLists>,
    pub(super) revisions: [u64; 3],
    /// When somebody asked for them last; `None` when they must be asked for now.
    pub(super) checked_at: Option<Instant>,
}

/// The lists of a process.
#[derive(Debug, Default)]
pub(crate) struct KeptWords {
    kept: RwLock<Option<Kept>>,
    /// One asks the store; the others wait for the first lists, and use those before until then.
    pub(super) asking: tokio::sync::Mutex<()>,
}

impl KeptWords {
    /// The lists, if somebody asked for them a moment ago.
    pub(super) fn fresh(&self) -> Option<Arc<WordLists>> {
        let kept = self.kept.read();
        let kept = kept.as_ref()?;
        let is_fresh = kept.checked_at.is_some_and(|checked_at| checked_at.elapsed() < CHECK_INTERVAL);
        is_fresh.then(|| Arc::clone(&kept.lists))
    }

    /// The lists, however old.
    pub(super) fn kept(&self) -> Option<Kept> {
        self.kept.read().clone()
    }

    pub(super) fn keep(&self, kept: Kept) {
        *self.kept.write() = Some(kept);
    }

    /// Has them asked for the next time.
    pub(super) fn forget_check(&self) {
        if let Some(kept) = self.kept.write().as_mut() {
            kept.checked_at = None;
        }
    }
}
