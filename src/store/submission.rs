//! What the stores share about submissions that come twice: how a post is recognized, what its
//! repetition gets, and how often a writer looks for records that may go. Where the records are is
//! up to each store.

use super::{Outcome, Submission};
use crate::domain::{Digest, Target, Timestamp};

/// Rows of earlier submissions that one step of sweeping looks at, at most.
pub(super) const SWEEP_ROWS: usize = 2_048;

/// Rows that are looked at for each that is added. So a writer is once around before a quarter more
/// was added.
const SWEPT_PER_ADDED: usize = 4;

/// How often a writer without writes sweeps, in milliseconds.
const IDLE_SWEEP_INTERVAL_MS: u64 = 1_000;

/// What an earlier submission came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier {
    pub(super) content: Option<Digest>,
    pub(super) expires_at: Timestamp,
    pub(super) row: Target,
}

impl Earlier {
    /// Whether `again`, which came at `now`, repeats it: it has not expired, and it was written at
    /// most as long after `now` as a submission is kept. Clocks of two servers differ a little. One
    /// that was far ahead and is set right must not make old submissions count for as long as it
    /// was ahead.
    pub(super) fn counts_for(&self, again: &Submission, now: Timestamp) -> bool {
        let left = self.expires_at.milliseconds() - now.milliseconds();
        let kept = again.expires_at.milliseconds() - now.milliseconds();
        left > 0 && left <= 2 * kept
    }

    /// What the same submission gets.
    pub(super) fn outcome(self, again: &Submission) -> Outcome {
        if self.content == again.content { Outcome::Repeated(self.row) } else { Outcome::KeyTaken }
    }
}

/// When a writer looks through a part of what it keeps. Steps are small, and there are more of them
/// the more is added.
#[derive(Debug, Default)]
pub(super) struct Sweeping {
    /// Rows to be looked at.
    owed: usize,
    /// When everything that this writer added has expired; nothing when all of it was looked for
    /// after that.
    last_expiry: Option<Timestamp>,
    round_began: Option<Timestamp>,
    swept_at: Option<Timestamp>,
}

impl Sweeping {
    /// Something was added.
    pub(super) fn added(&mut self, submission: &Submission) {
        self.owed += SWEPT_PER_ADDED;
        self.last_expiry = self.last_expiry.max(Some(submission.expires_at));
    }

    /// Whether a busy writer takes a step.
    pub(super) fn is_due(&self) -> bool {
        self.owed >= SWEEP_ROWS
    }

    /// Whether a writer without writes takes one.
    pub(super) fn is_due_when_idle(&self, now: Timestamp) -> bool {
        // The clock may have been set back since.
        let waited = |at: Timestamp| now.milliseconds().abs_diff(at.milliseconds()) >= IDLE_SWEEP_INTERVAL_MS;
        self.last_expiry.is_some() && self.swept_at.is_none_or(waited)
    }

    /// A step was taken.
    pub(super) fn swept(&mut self, now: Timestamp, is_round_over: bool) {
        self.owed = 0;
        self.swept_at = Some(now);
        let began = *self.round_began.get_or_insert(now);
        if is_round_over {
            if self.last_expiry.is_some_and(|last_expiry| last_expiry <= began) {
                self.last_expiry = None;
            }
            self.round_began = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_milliseconds(milliseconds).expect("a time in range")
    }

    fn expiring(milliseconds: i64) -> Submission {
        Submission { digest: Digest::from_bytes([0; 16]), content: None, expires_at: at(milliseconds) }
    }

    #[test]
    fn a_busy_writer_sweeps_more_than_it_adds() {
        let mut sweeping = Sweeping::default();
        let mut steps = 0;
        for _ in 0..SWEEP_ROWS {
            sweeping.added(&expiring(10));
            if sweeping.is_due() {
                sweeping.swept(at(0), false);
                steps += 1;
            }
        }
        assert_eq!(steps, SWEPT_PER_ADDED);
    }

    #[test]
    fn a_writer_without_writes_sweeps_until_nothing_of_its_own_is_left() {
        let mut sweeping = Sweeping::default();
        assert!(!sweeping.is_due_when_idle(at(0)), "nothing was added");
        sweeping.added(&expiring(5_000));
        assert!(sweeping.is_due_when_idle(at(0)));
        sweeping.swept(at(4_999), false);
        assert!(!sweeping.is_due_when_idle(at(5_000)), "not again so soon");
        sweeping.swept(at(6_000), true);
        assert!(sweeping.is_due_when_idle(at(7_000)), "the round began before all had expired");
        sweeping.swept(at(7_000), true);
        assert!(!sweeping.is_due_when_idle(at(9_000)));
    }
}
