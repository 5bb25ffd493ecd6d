//! The threads that ask the hook, one text at a time each, and carry out what it says. Deliberately
//! absent: how it is asked (`client`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::client::HookClient;
use super::opinion::Opinion;
use super::waiting::{HookCall, HookLog, HookRequest};
use crate::domain::{Actor, Reason, State, Target};
use crate::service::clock::Clock;
use crate::service::lanes::moderation::ModerationRequest;
use crate::service::lanes::queue::{BatchQueue, Consumer, Taken};
use crate::service::lanes::writer::WriteRequest;
use crate::service::settings::HookFailure;
use crate::store::moderation::{Decide, Moderation};

static NO_OPINION: HookLog = HookLog::new();
static NOT_DECIDED: HookLog = HookLog::new();

/// How often an idle thread looks whether it is to end; closing the queue wakes it anyway.
const IDLE_INTERVAL: Duration = Duration::from_mins(1);

/// The revision of a row that nobody has decided about.
const FIRST_REVISION: u64 = 0;

/// A thread that asks.
pub(crate) struct HookLane {
    pub(crate) queue: Consumer<HookRequest>,
    pub(crate) is_stopping: Arc<AtomicBool>,
    pub(crate) client: HookClient,
    pub(crate) writes: Arc<BatchQueue<WriteRequest>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl HookLane {
    /// Asks until the queue is closed.
    pub(crate) fn run(self) {
        let mut one = Vec::new();
        loop {
            match self.queue.take(1, IDLE_INTERVAL, &mut one) {
                Taken::Closed => return,
                Taken::Nothing => {}
                Taken::Batch if self.is_stopping.load(Ordering::Acquire) => return,
                Taken::Batch => one.drain(..).for_each(|request| self.carry_out(&request)),
            }
        }
    }

    fn carry_out(&self, HookRequest { call, target }: &HookRequest) {
        let opinion = self.client.ask(call, *target, self.clock.now()).unwrap_or_else(|problem| {
            NO_OPINION.warn(&problem);
            match self.client.settings().on_failure {
                HookFailure::Hold => Opinion::Give(State::Pending, None),
                HookFailure::Publish => Opinion::None,
            }
        });
        let (state, note) = decided(opinion, call);
        // Pending it is already.
        if state != State::Pending && !self.decide(*target, state, note) {
            NOT_DECIDED.warn("what it said could not be carried out");
        }
    }

    /// Gives a row its state, unless a person has decided meanwhile. Whether the store took it.
    fn decide(&self, target: Target, to: State, note: Option<String>) -> bool {
        let moderation = Moderation::Decide(Decide {
            items: vec![(target, Some(FIRST_REVISION))],
            to,
            reason: Reason::Hook,
            note,
            legal_ground: None,
            actor: Actor::System,
            now: self.clock.now(),
            dry_run: false,
            request: None,
        });
        let (reply, receiver) = oneshot::channel();
        let request = WriteRequest::Moderate(ModerationRequest { moderation, reply });
        self.writes.push(request).is_ok() && matches!(receiver.blocking_recv(), Ok(Ok(_)))
    }
}

/// The state that a text gets, and the note of the decision.
fn decided(opinion: Opinion, call: &HookCall) -> (State, Option<String>) {
    match opinion {
        Opinion::None => (call.if_silent, None),
        Opinion::Give(state, note) => (state, note),
    }
}
