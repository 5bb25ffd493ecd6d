//! Writing: a thread for each writing session of the store. It takes every write that waits,
//! commits all of them in one transaction, updates the views and only then replies. So a write is
//! on disk before it is acknowledged, and a list asked for afterwards shows it. What SQL is sent is
//! not known here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;

use super::log_throttle::LogThrottle;
use super::moderation::{self, ModerationRequest, Retention};
use super::own_changes::own_changes;
use super::queue::{Consumer, Taken};
use crate::domain::Target;
use crate::service::ServiceError;
use crate::service::clock::Clock;
use crate::service::memory::{Memory, OwnChanges};
use crate::service::statistics::{Counters, Failure, SPANS_TARGET};
use crate::store::{Command, IDLE_INTERVAL, Outcome, StoreError, Writer};

/// Most writes of a transaction. It bounds the transaction's duration and size.
const MAX_WRITES_PER_BATCH: usize = 1_024;

static NOT_COMMITTED: LogThrottle = LogThrottle::new();
static NOT_MAINTAINED: LogThrottle = LogThrottle::new();

/// Something to write whose caller waits.
pub(crate) enum WriteRequest {
    /// A command of the public routes. Those that wait together are one transaction.
    Commit(CommitRequest),
    /// A change of moderation. Those that wait together are one transaction behind that one.
    Moderate(ModerationRequest),
}

/// A command whose caller waits.
pub(crate) struct CommitRequest {
    pub(crate) command: Command,
    pub(crate) reply: oneshot::Sender<Result<Outcome, ServiceError>>,
}

impl WriteRequest {
    fn is_closed(&self) -> bool {
        match self {
            Self::Commit(request) => request.reply.is_closed(),
            Self::Moderate(request) => request.reply.is_closed(),
        }
    }
}

/// A writing thread.
pub(crate) struct WriterLane {
    pub(crate) queue: Consumer<WriteRequest>,
    pub(crate) memory: Memory,
    pub(crate) writer: Box<dyn Writer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    /// When to erase what is kept no longer, if it is this lane's work.
    pub(crate) retention: Option<Retention>,
}

impl WriterLane {
    /// Serves until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            match self.queue.take(MAX_WRITES_PER_BATCH, IDLE_INTERVAL, &mut batch) {
                Taken::Closed => return,
                Taken::Nothing => {
                    if let Err(error) = self.keep_house() {
                        self.counters.failed(Failure::Housekeeping);
                        NOT_MAINTAINED.report("maintain the store", &error);
                    }
                }
                Taken::Batch => {
                    // A request that timed out was answered already, and its client probably tries
                    // again.
                    batch.retain(|request: &WriteRequest| !request.is_closed());
                    if !batch.is_empty() {
                        let (requests, started) = (batch.len(), Instant::now());
                        let span = tracing::info_span!(target: SPANS_TARGET, "write batch", requests);
                        span.in_scope(|| self.carry_out_all(&mut batch));
                        self.counters.writes.count(requests, started.elapsed());
                    }
                }
            }
        }
    }

    /// What is done while nothing is to be written.
    fn keep_house(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.writer.idle(now)?;
        match &mut self.retention {
            Some(retention) => retention.keep(&self.memory, self.writer.as_mut(), now),
            None => Ok(()),
        }
    }

    fn carry_out_all(&mut self, batch: &mut Vec<WriteRequest>) {
        let mut moderations = Vec::new();
        let commands = batch.drain(..).filter_map(|request| match request {
            WriteRequest::Commit(request) => Some(request),
            WriteRequest::Moderate(request) => {
                moderations.push(request);
                None
            }
        });
        let merged = Merged::new(commands);
        if !merged.commands.is_empty() {
            self.carry_out(merged);
        }
        for moderations in moderation::chunks(moderations) {
            moderation::carry_out(moderations, &self.memory, self.writer.as_mut(), &self.counters);
        }
    }

    fn carry_out(&mut self, merged: Merged) {
        let commit = self.memory.begin_commit();
        let outcomes = match self.writer.commit(&merged.commands) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.memory.end_commit(commit, OwnChanges::default());
                if error.is_damage() && merged.commands.len() > 1 {
                    // Nothing was written. A damaged row must fail its own write alone.
                    let (first, second) = merged.halves();
                    self.carry_out(first);
                    return self.carry_out(second);
                }
                self.counters.failed(Failure::Commit);
                // If the commit may have happened after all, the store has reported the change
                // itself.
                let error = NOT_COMMITTED.report("commit", &error);
                for reply in merged.replies.into_iter().flatten() {
                    let _ = reply.send(Err(error.clone()));
                }
                return;
            }
        };
        self.memory.end_commit(commit, own_changes(&merged.commands, &outcomes));
        for (outcome, replies) in outcomes.into_iter().zip(merged.replies) {
            for reply in replies {
                // The request may have been dropped; the write is done.
                let _ = reply.send(Ok(outcome));
            }
        }
    }
}

/// The requests of a batch, with votes for the same row merged into one command.
struct Merged {
    commands: Vec<Command>,
    /// The callers that wait for each command.
    replies: Vec<Vec<oneshot::Sender<Result<Outcome, ServiceError>>>>,
}

impl Merged {
    fn new(requests: impl Iterator<Item = CommitRequest>) -> Self {
        let mut merged = Self { commands: Vec::new(), replies: Vec::new() };
        let mut votes_at: HashMap<Target, usize> = HashMap::new();
        for CommitRequest { command, reply } in requests {
            let target = match &command {
                Command::Vote { target, .. } => Some(*target),
                _ => None,
            };
            let earlier = target.and_then(|target| votes_at.get(&target).copied());
            if let (Some(position), Command::Vote { votes: more, .. }) = (earlier, &command)
                && let Some(Command::Vote { votes, .. }) = merged.commands.get_mut(position)
            {
                *votes += more;
                merged.replies[position].push(reply);
                continue;
            }
            if let Some(target) = target {
                votes_at.insert(target, merged.commands.len());
            }
            merged.commands.push(command);
            merged.replies.push(vec![reply]);
        }
        merged
    }

    /// The commands in two halves, in the same order.
    fn halves(mut self) -> (Self, Self) {
        let middle = self.commands.len() / 2;
        let (commands, replies) = (self.commands.split_off(middle), self.replies.split_off(middle));
        (self, Self { commands, replies })
    }
}
