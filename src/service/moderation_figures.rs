//! The figures of moderation for operators. The store is asked at most every ten seconds.
//! Deliberately absent: what is counted where it happens (`waiting`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::waiting::{COUNTS_KEPT, ModerationStatistics, QueueLength, REASONS};
use super::{Service, ServiceError};
use crate::domain::Reason;
use crate::store::moderation::{ModerationAnswer, ModerationCounts, ModerationQuery, QueueClass};

impl Service {
    /// What waits, what was decided and what was held. The store is asked at most every ten
    /// seconds.
    pub async fn moderation_statistics(&self) -> ModerationStatistics {
        let read = |counts: &[AtomicU64; REASONS], is_shown: fn(Reason) -> bool| {
            let counts = Reason::ALL.iter().zip(counts);
            let counts = counts.map(|(reason, count)| (*reason, count.load(Ordering::Relaxed)));
            counts.filter(|(reason, count)| *count > 0 || is_shown(*reason)).collect()
        };
        ModerationStatistics {
            decisions: read(&self.waiting.decided, Reason::is_of_people),
            holds: read(&self.waiting.held, Reason::is_rule),
            queue: self.moderation_counts().await.ok().map(|counts| self.queue_length(&counts)),
        }
    }

    /// How much waits, as it was at most ten seconds ago.
    async fn moderation_counts(&self) -> Result<ModerationCounts, ServiceError> {
        let mut counted = self.waiting.counted.lock().await;
        if let Some((at, counts)) = &*counted
            && at.elapsed() < COUNTS_KEPT
        {
            return counts.clone();
        }
        let counts = match self.ask_moderation(ModerationQuery::Counts).await {
            Ok(ModerationAnswer::Counts(counts)) => Ok(counts),
            Ok(other) => {
                tracing::error!(?other, "the store did not count what waits");
                Err(ServiceError::StoreUnavailable)
            }
            Err(error) => Err(error),
        };
        *counted = Some((Instant::now(), counts.clone()));
        counts
    }

    fn queue_length(&self, counts: &ModerationCounts) -> [QueueLength; 4] {
        let now = self.clock.now().milliseconds();
        QueueClass::ALL.map(|class| {
            let counted = counts.queue[class as usize];
            let waited_ms = counted.oldest.map_or(0, |oldest| now.saturating_sub(oldest.milliseconds()));
            QueueLength { class, rows: counted.rows, oldest_s: u64::try_from(waited_ms / 1_000).unwrap_or(0) }
        })
    }
}
