//! How much waits for moderators, asked of the store at most every ten seconds, and what was
//! decided and held since the process started, counted where it happens. The names of the metrics
//! are `http::watch`'s.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Service, ServiceError};
use crate::domain::{Origin, Reason, State};
use crate::store::moderation::{
    Decided, Moderated, Moderation, ModerationAnswer, ModerationCounts, ModerationQuery, QueueClass,
};

/// How old a count may be. The store counts again at the first question after that.
const COUNTS_KEPT: Duration = Duration::from_secs(10);

/// Reasons that are counted: all of them.
const REASONS: usize = Reason::ALL.len();

/// The counts of one service.
#[derive(Debug)]
pub(super) struct Waiting {
    /// By reason, in the order of [`Reason::ALL`].
    decided: [AtomicU64; REASONS],
    held: [AtomicU64; REASONS],
    /// What the store said last, and when. A failure is kept as long, so that a store that does not
    /// answer is not asked by every scrape.
    counted: tokio::sync::Mutex<Option<(Instant, Result<ModerationCounts, ServiceError>)>>,
}

impl Default for Waiting {
    fn default() -> Self {
        let none = || std::array::from_fn(|_| AtomicU64::new(0));
        Self { decided: none(), held: none(), counted: tokio::sync::Mutex::default() }
    }
}

/// What was decided and held since the start, and what waits.
#[derive(Debug, Clone)]
pub struct ModerationStatistics {
    /// Decisions by reason; those of zero are there for reasons of people.
    pub decisions: Vec<(Reason, u64)>,
    /// Rows that a rule held, by the rule.
    pub holds: Vec<(Reason, u64)>,
    /// What waits, by class; `None` while the store does not say.
    pub queue: Option<[QueueLength; 4]>,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLength {
    /// The class of these rows.
    pub class: QueueClass,
    /// How many they are.
    pub rows: u64,
    /// How long the oldest of them has waited, in seconds; 0 when nothing waits.
    pub oldest_s: u64,
}

/// The reason under which a change counts when it is done; `None` when it does not count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted(Option<Reason>);

impl Counted {
    /// What a change counts as.
    pub(super) fn of(moderation: &Moderation) -> Self {
        Self(match moderation {
            Moderation::Decide(decide) if !decide.dry_run => Some(decide.reason),
            Moderation::Undo { .. } => Some(Reason::Undo),
            Moderation::Report(_) => Some(Reason::Reported),
            _ => None,
        })
    }
}

/// The rules that hold a new row, a bit for each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held(u64);

// Each reason has a bit.
const _: () = assert!(REASONS <= 64);

impl Held {
    /// Those of a row that is about to be written.
    pub(super) fn of(origin: Option<&Origin>) -> Self {
        let held = origin.filter(|origin| origin.state == State::Pending);
        let findings = held.into_iter().flat_map(|origin| &origin.findings).filter(|finding| finding.holds);
        Self(findings.fold(0, |rules, finding| rules | 1 << finding.reason as usize))
    }
}

impl Waiting {
    /// Counts what was decided.
    pub(super) fn decided(&self, Counted(reason): Counted, moderated: &Moderated) {
        let Some(reason) = reason else { return };
        let times = match moderated {
            Moderated::Decided(decided) => {
                decided.iter().filter(|decided| matches!(decided, Decided::Done(_))).count() as u64
            }
            Moderated::Undone(_) | Moderated::Reported { is_hidden: true, .. } => 1,
            _ => return,
        };
        self.decided[reason as usize].fetch_add(times, Ordering::Relaxed);
    }

    /// Counts a new row that waits, once for each rule that holds it.
    pub(super) fn held(&self, Held(rules): Held) {
        for (place, count) in self.held.iter().enumerate() {
            if rules >> place & 1 == 1 {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AuthorRole, Finding};

    #[test]
    fn reasons_have_places_of_their_own() {
        for (place, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, place);
        }
    }

    #[test]
    fn a_row_that_waits_counts_once_for_each_rule() {
        let waiting = Waiting::default();
        let finding = |reason, holds| Finding { reason, field: None, matched: None, at: None, holds };
        let mut origin = Origin {
            state: State::Pending,
            author: None,
            is_identified: false,
            role: AuthorRole::Shopper,
            is_verified_buyer: false,
            client: None,
            text: None,
            findings: vec![
                finding(Reason::WordHeld, true),
                finding(Reason::WordHeld, true),
                finding(Reason::PolicyFirst, true),
                finding(Reason::Links, false),
            ],
        };
        waiting.held(Held::of(Some(&origin)));
        origin.state = State::Published;
        waiting.held(Held::of(Some(&origin)));
        waiting.held(Held::of(None));
        let held = |reason: Reason| waiting.held[reason as usize].load(Ordering::Relaxed);
        assert_eq!([Reason::WordHeld, Reason::PolicyFirst, Reason::Links].map(held), [1, 1, 0]);
    }
}
