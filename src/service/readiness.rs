//! Whether the store can be reached, for callers that ask often. The store is probed at most once a
//! second, and not again before it has answered: a store that hangs collects no probes.
//! Deliberately absent: the queue that probes go through, and what callers are told.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::error::ServiceError;
use super::lanes::loader::ProbeSender;

/// How long a result is good.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// How long the store may take. Most load balancers wait for one second.
const PROBE_WAIT: Duration = Duration::from_millis(900);

/// The last result of a probe, and the probe in flight.
#[derive(Debug)]
pub(super) struct Readiness {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    probed_at: Option<Instant>,
    /// The result of the probe in flight.
    reply: Option<oneshot::Receiver<Result<(), ServiceError>>>,
    known: Result<(), ServiceError>,
}

impl State {
    /// Notes the result; `None` when the probe was dropped.
    fn end(&mut self, result: Option<Result<(), ServiceError>>) {
        self.reply = None;
        self.known = result.unwrap_or(Err(ServiceError::StoreUnavailable));
    }
}

impl Readiness {
    /// For a service that has just opened the store.
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State { probed_at: None, reply: None, known: Ok(()) }) }
    }

    /// Whether the store can be read and takes writes. `probe` sends a probe to the store and
    /// returns whether it could. It is called only when the last result is too old.
    ///
    /// # Errors
    /// [`ServiceError::StoreUnavailable`] when it cannot or does not.
    pub(super) async fn check(&self, probe: impl FnOnce(ProbeSender) -> bool) -> Result<(), ServiceError> {
        if !self.probe_if_due(Instant::now(), probe) {
            return self.state.lock().known.clone();
        }
        // The receiver stays where it is. If this caller goes away, the next one finds it.
        let ended = poll_fn(|context| {
            let mut state = self.state.lock();
            let Some(reply) = &mut state.reply else { return Poll::Ready(()) };
            match Pin::new(reply).poll(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(result) => {
                    state.end(result.ok());
                    Poll::Ready(())
                }
            }
        });
        if tokio::time::timeout(PROBE_WAIT, ended).await.is_err() {
            self.state.lock().known = Err(ServiceError::StoreUnavailable);
        }
        self.state.lock().known.clone()
    }

    /// Sends a probe if it is due. Returns whether it did.
    fn probe_if_due(&self, now: Instant, probe: impl FnOnce(ProbeSender) -> bool) -> bool {
        let mut state = self.state.lock();
        if let Some(reply) = &mut state.reply {
            match reply.try_recv() {
                Ok(result) => state.end(Some(result)),
                Err(oneshot::error::TryRecvError::Closed) => state.end(None),
                Err(oneshot::error::TryRecvError::Empty) => {
                    if state.probed_at.is_some_and(|probed_at| now.duration_since(probed_at) > PROBE_WAIT) {
                        state.known = Err(ServiceError::StoreUnavailable);
                    }
                    return false;
                }
            }
        }
        if state.probed_at.is_some_and(|probed_at| now.duration_since(probed_at) < PROBE_INTERVAL) {
            return false;
        }
        let (sender, reply) = oneshot::channel();
        // A full queue says nothing about the store, so the last result stays.
        if !probe(sender) {
            return false;
        }
        (state.probed_at, state.reply) = (Some(now), Some(reply));
        true
    }
}
