//! What is counted for moderators: how much waits, as the store said last, and what was decided and
//! held since the process started. Deliberately absent: asking the store (`moderation_figures`),
//! and the names of metrics (`http::watch`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::ServiceError;
use crate::domain::{Origin, Reason, State};
use crate::store::moderation::{Decided, Moderated, Moderation, ModerationCounts, QueueClass};

/// How old a count may be. The store counts again at the first question after that.
pub(super) const COUNTS_KEPT: Duration = Duration::from_secs(10);

/// Reasons that are counted: all of them.
pub(super) const REASONS: usize = Reason::ALL.len();

/// The counts of one service.
#[derive(Debug)]
pub(super) struct Waiting {
    /// By reason, in the order of [`Reason::ALL`].
    pub(super) decided: [AtomicU64; REASONS],
    pub(super) held: [AtomicU64; REASONS],
    /// What the store said last, and when. A failure is kept as long, so that a store that does not
    /// answer is not asked by every scrape.
    pub(super) counted: tokio::sync::Mutex<Option<(Instant, Result<ModerationCounts, ServiceError>)>>,
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
