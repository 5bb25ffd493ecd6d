//! What the writing threads do with moderation: transactions of a limited size, a damaged row that
//! fails its own change alone, views that are dropped before the reply, and what is erased once a
//! minute. What is decided is the store's.

use std::time::Duration;

use tokio::sync::oneshot;

use super::log_throttle::LogThrottle;
use crate::domain::Timestamp;
use crate::service::ServiceError;
use crate::service::memory::{Memory, OwnChanges};
use crate::service::settings::ModerationSettings;
use crate::service::statistics::{Counters, Failure};
use crate::store::moderation::{Moderated, Moderation};
use crate::store::{StoreError, Writer};

/// Most rows of a transaction; a single change may have more. It bounds how long their locks are
/// held.
const MAX_ROWS_PER_TRANSACTION: usize = 400;

/// How often is looked for rows whose time is over.
const RETENTION_INTERVAL: Duration = Duration::from_mins(1);

/// Most rows that are erased at a time.
const MAX_ERASED_ROWS: usize = 100;

static NOT_COMMITTED: LogThrottle = LogThrottle::new();

/// A change of moderation whose caller waits.
pub(crate) struct ModerationRequest {
    pub(crate) moderation: Moderation,
    pub(crate) reply: oneshot::Sender<Result<Moderated, ServiceError>>,
}

impl ModerationRequest {
    /// About how many rows it changes.
    fn rows(&self) -> usize {
        match &self.moderation {
            Moderation::Decide(decide) => decide.items.len().max(1),
            Moderation::Retain { limit, .. } => *limit,
            _ => 1,
        }
    }
}

/// What is carried out together, in order.
pub(super) fn chunks(requests: Vec<ModerationRequest>) -> Vec<Vec<ModerationRequest>> {
    let mut chunks: Vec<Vec<ModerationRequest>> = Vec::new();
    let mut rows = 0;
    for request in requests {
        let more = request.rows();
        if let Some(chunk) = chunks.last_mut().filter(|_| rows + more <= MAX_ROWS_PER_TRANSACTION) {
            rows += more;
            chunk.push(request);
        } else {
            rows = more;
            chunks.push(vec![request]);
        }
    }
    chunks
}

/// Carries out changes in one transaction, drops the views of products whose public rows came or
/// went, and replies.
pub(super) fn carry_out(
    mut requests: Vec<ModerationRequest>,
    memory: &Memory,
    writer: &mut dyn Writer,
    counters: &Counters,
) {
    let moderations: Vec<Moderation> = requests.iter().map(|request| request.moderation.clone()).collect();
    match commit(&moderations, memory, writer) {
        Ok(moderated) => {
            for (moderated, request) in moderated.into_iter().zip(requests) {
                // The request may have been dropped; the change is made.
                let _ = request.reply.send(Ok(moderated));
            }
        }
        Err(error) if error.is_damage() && requests.len() > 1 => {
            // Nothing was written. A damaged row must fail its own change alone.
            let second = requests.split_off(requests.len() / 2);
            carry_out(requests, memory, writer, counters);
            carry_out(second, memory, writer, counters);
        }
        Err(error) => {
            counters.failed(Failure::Commit);
            // If the commit may have happened after all, the store has reported the change itself.
            let error = NOT_COMMITTED.report("commit", &error);
            for request in requests {
                let _ = request.reply.send(Err(error.clone()));
            }
        }
    }
}

fn commit(
    moderations: &[Moderation],
    memory: &Memory,
    writer: &mut dyn Writer,
) -> Result<Vec<Moderated>, StoreError> {
    let commit = memory.begin_commit();
    let moderated = writer.moderate(moderations);
    let mut changes = OwnChanges::default();
    if let Ok(moderated) = &moderated {
        let made = moderations.iter().zip(moderated);
        changes.extend(made.flat_map(|(moderation, moderated)| moderated.changes(moderation)));
    }
    memory.end_commit(commit, changes);
    moderated
}

/// When to erase what is kept no longer.
pub(crate) struct Retention {
    rejected_kept: Duration,
    reporters_kept: Duration,
    looked_at: Timestamp,
}

impl Retention {
    /// The first look comes an interval after the start.
    pub(crate) fn new(settings: &ModerationSettings, now: Timestamp) -> Self {
        let ModerationSettings { rejected_kept, reporters_kept, .. } = *settings;
        Self { rejected_kept, reporters_kept, looked_at: now }
    }

    /// Looks for rows whose time is over, if it is time for that.
    pub(super) fn keep(
        &mut self,
        memory: &Memory,
        writer: &mut dyn Writer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let next = before_or_after(self.looked_at, RETENTION_INTERVAL, 1);
        // A clock that was set back must not put it off.
        if now < next && now >= self.looked_at {
            return Ok(());
        }
        self.looked_at = now;
        let retain = Moderation::Retain {
            rejected_before: before_or_after(now, self.rejected_kept, -1),
            reported_before: before_or_after(now, self.reporters_kept, -1),
            limit: MAX_ERASED_ROWS,
            now,
        };
        if let [Moderated::Retained(rows @ 1..)] = commit(&[retain], memory, writer)?[..] {
            tracing::info!(rows, "rejected texts whose time was over are erased");
        }
        Ok(())
    }
}

/// The time that is so far from another one, in the direction of `sign`.
fn before_or_after(time: Timestamp, distance: Duration, sign: i64) -> Timestamp {
    let distance = i64::try_from(distance.as_millis()).unwrap_or(i64::MAX);
    Timestamp::nearest(time.milliseconds().saturating_add(distance.saturating_mul(sign)))
}
