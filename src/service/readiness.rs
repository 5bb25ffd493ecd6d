//! Whether the store can be reached, for those who ask often: a question to the store at most once
//! a second, which travels with the reads of others. A second one is never asked before the first
//! is answered, so that a store that hangs collects no questions. Probes and their responses are
//! not here.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::lanes::loader::LoadRequest;
use super::{Service, ServiceError};

/// How long an answer of the store is good.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// How long the store may take to answer. Most probes give up after a second.
const PROBE_WAIT: Duration = Duration::from_millis(900);

type Reply = oneshot::Receiver<Result<(), ServiceError>>;

/// What is known of the store.
#[derive(Debug)]
pub(super) struct Readiness {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    asked_at: Option<Instant>,
    /// The question that is on its way.
    reply: Option<Reply>,
    known: Result<(), ServiceError>,
}

impl Readiness {
    /// Of a service that has just opened the store.
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State { asked_at: None, reply: None, known: Ok(()) }) }
    }
}

impl State {
    /// Takes the answer, if it has come.
    fn learn(&mut self, answer: Option<Result<(), ServiceError>>) {
        self.reply = None;
        self.known = answer.unwrap_or(Err(ServiceError::StoreUnavailable));
    }
}

impl Service {
    /// Whether the store can be read and takes writes. What was found out in the last second is
    /// good enough.
    ///
    /// # Errors
    /// [`ServiceError::StoreUnavailable`] when it cannot or does not.
    pub async fn check_store(&self) -> Result<(), ServiceError> {
        if !self.ask_the_store(Instant::now()) {
            return self.readiness.state.lock().known;
        }
        // The question stays where it is: if this caller goes away, the next one finds it.
        let answered = poll_fn(|context| {
            let mut state = self.readiness.state.lock();
            let Some(reply) = &mut state.reply else { return Poll::Ready(()) };
            match Pin::new(reply).poll(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(answer) => {
                    state.learn(answer.ok());
                    Poll::Ready(())
                }
            }
        });
        if tokio::time::timeout(PROBE_WAIT, answered).await.is_err() {
            self.readiness.state.lock().known = Err(ServiceError::StoreUnavailable);
        }
        self.readiness.state.lock().known
    }

    /// Asks the store if it is time to; says whether it did.
    fn ask_the_store(&self, now: Instant) -> bool {
        let mut state = self.readiness.state.lock();
        if let Some(reply) = &mut state.reply {
            match reply.try_recv() {
                Ok(answer) => state.learn(Some(answer)),
                Err(oneshot::error::TryRecvError::Closed) => state.learn(None),
                Err(oneshot::error::TryRecvError::Empty) => {
                    if state.asked_at.is_some_and(|asked_at| now.duration_since(asked_at) > PROBE_WAIT) {
                        state.known = Err(ServiceError::StoreUnavailable);
                    }
                    return false;
                }
            }
        }
        if state.asked_at.is_some_and(|asked_at| now.duration_since(asked_at) < PROBE_INTERVAL) {
            return false;
        }
        let (sender, reply) = oneshot::channel();
        // A full queue says nothing about the store: what was known last stays.
        if self.loads.push(LoadRequest::Probe(sender)).is_err() {
            return false;
        }
        (state.asked_at, state.reply) = (Some(now), Some(reply));
        true
    }
}
