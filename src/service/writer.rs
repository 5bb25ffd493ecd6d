//! Writing for those who wait: one thread that takes every write that is there, commits all in one
//! transaction, brings the views up to date and only then answers. So a write is on disk before it is
//! acknowledged, and a list asked for afterwards shows it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::ServiceError;
use super::complaint::Complaint;
use super::loader::report;
use super::queue::{BatchQueue, Taken};
use super::views::Views;
use crate::store::{Command, IDLE_INTERVAL, Outcome, ProductChange, Target, Writer};

/// Writes that travel in one transaction. Bounds how long a transaction takes and how much it holds.
const MAX_WRITES_PER_BATCH: usize = 1_024;

static NOT_COMMITTED: Complaint = Complaint::new();

/// A write whose caller waits.
pub(super) struct WriteRequest {
    pub(super) command: Command,
    pub(super) reply: oneshot::Sender<Result<Outcome, ServiceError>>,
}

/// The writing thread.
pub(super) struct WriterLane {
    pub(super) queue: Arc<BatchQueue<WriteRequest>>,
    pub(super) views: Arc<Views>,
    pub(super) writer: Box<dyn Writer>,
}

impl WriterLane {
    /// Serves until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            match self.queue.take(MAX_WRITES_PER_BATCH, IDLE_INTERVAL, &mut batch) {
                Taken::Closed => return,
                Taken::Nothing => {
                    if let Err(error) = self.writer.idle() {
                        tracing::error!(%error, "the store could not keep house");
                    }
                }
                Taken::Batch => {
                    // Whoever gave up while the store was slow was told so, and most likely tries again.
                    batch.retain(|request| !request.reply.is_closed());
                    if !batch.is_empty() {
                        self.carry_out(&mut batch);
                    }
                }
            }
        }
    }

    fn carry_out(&mut self, batch: &mut Vec<WriteRequest>) {
        let merged = Merged::new(batch.drain(..));
        let outcomes = match self.writer.commit(&merged.commands) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                // If it may have happened after all, the store has told the views by itself.
                let error = report(&NOT_COMMITTED, "commit", &error);
                for reply in merged.replies.into_iter().flatten() {
                    let _ = reply.send(Err(error));
                }
                return;
            }
        };
        let changes: Vec<ProductChange> = merged
            .commands
            .iter()
            .zip(&outcomes)
            .filter_map(|(command, outcome)| ProductChange::of(command, *outcome))
            .collect();
        self.views.apply(&changes);
        for (outcome, replies) in outcomes.into_iter().zip(merged.replies) {
            for reply in replies {
                // Whoever has gone away needs no answer; the write is done.
                let _ = reply.send(Ok(outcome));
            }
        }
    }
}

/// The requests of a batch with votes for the same row made into one command.
struct Merged {
    commands: Vec<Command>,
    /// Who waits for each command.
    replies: Vec<Vec<oneshot::Sender<Result<Outcome, ServiceError>>>>,
}

impl Merged {
    fn new(requests: impl Iterator<Item = WriteRequest>) -> Self {
        let mut merged = Self { commands: Vec::new(), replies: Vec::new() };
        let mut votes_at: HashMap<Target, usize> = HashMap::new();
        for WriteRequest { command, reply } in requests {
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
}
