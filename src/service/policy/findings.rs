//! What rules notice about a text, and the first verdict among it. Which rules there are is not
//! known here.

use super::contacts::Place;
use crate::domain::{Finding, Reason};
use crate::service::settings::Signal;

/// Most findings that are kept of a text.
pub(super) const MAX_FINDINGS: usize = 30;

/// Longest matched text that is kept, in Unicode scalar values.
const MAX_MATCHED_CHARS: usize = 200;

/// What rules have noticed so far, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Finding>,
    holds: bool,
}

impl Findings {
    /// Adds one that holds.
    pub(super) fn hold(&mut self, reason: Reason) {
        self.add(Finding { reason, field: None, matched: None, at: None, holds: true });
    }

    /// Adds what a signal noticed, if it is not off.
    pub(super) fn notice(&mut self, signal: Signal, reason: Reason) {
        if signal != Signal::Off {
            let holds = signal == Signal::Hold;
            self.add(Finding { reason, field: None, matched: None, at: None, holds });
        }
    }

    /// The same with the place in a field.
    pub(super) fn notice_at(
        &mut self,
        signal: Signal,
        reason: Reason,
        (field, text): (&'static str, &str),
        (from, to): Place,
    ) {
        if signal != Signal::Off {
            let length = (to.saturating_sub(from) as usize).min(MAX_MATCHED_CHARS);
            let matched = Some(text.chars().skip(from as usize).take(length).collect());
            let holds = signal == Signal::Hold;
            self.add(Finding { reason, field: Some(field), matched, at: Some((from, to)), holds });
        }
    }

    /// Adds one. Beyond the limit only whether it holds is kept.
    pub(super) fn add(&mut self, finding: Finding) {
        self.holds |= finding.holds;
        if self.all.len() < MAX_FINDINGS {
            self.all.push(finding);
        }
    }

    /// Whether the text waits because of one of them.
    pub(super) fn hold_it(&self) -> bool {
        self.holds
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.all
    }
}
