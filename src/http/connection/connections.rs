//! The connections of a worker: how long each may wait for its client, how many bytes they hold
//! together, and which must end. A request only records its time, and once a second the worker
//! checks all connections. A timer for each request would be a twentieth of the cost of a list.
//! Sending and receiving are not here.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::task::{AbortHandle, Id};

/// After the response is written, bytes that the client still sends are read and dropped, for this
/// long and up to this many. Otherwise a client that is sending would see a reset instead of the
/// response.
pub(crate) const LINGER_TIMEOUT: Duration = Duration::from_secs(5);
pub(crate) const LINGER_MAX_BYTES: usize = 1 << 20;

/// What the connections of one worker may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionLimits {
    /// How long a connection may go without a whole head, in seconds.
    pub(crate) max_head_wait_s: u32,
    /// How long a connection may go without taking a byte of a response that waits for it, in
    /// seconds.
    pub(crate) max_send_wait_s: u32,
    /// Bytes that all connections hold together: requests that are not whole, and responses that
    /// were not taken.
    pub(crate) max_held_bytes: usize,
}

/// What the connections of a worker have in common.
#[derive(Debug)]
struct Shared {
    limits: ConnectionLimits,
    /// Seconds since the worker started.
    now_s: AtomicU32,
    held_bytes: AtomicUsize,
    /// Connections and responses that were dropped because of [`ConnectionLimits::max_held_bytes`]
    /// since the last second.
    given_up: AtomicUsize,
}

/// How long a connection has to respond that a head did not come in time.
const LATE_RESPONSE_S: u32 = 1;

/// The connection does not wait for its client.
const NEVER: u32 = u32::MAX;

/// A worker's connections.
#[derive(Debug)]
pub(crate) struct Connections {
    shared: Arc<Shared>,
    connections: HashMap<Id, (Arc<ConnectionState>, AbortHandle)>,
}

/// What is known of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionState {
    shared: Arc<Shared>,
    /// The second after which it is closed when no head has come.
    head_due_s: AtomicU32,
    /// The second after which it is closed when no byte of a response was taken.
    progress_due_s: AtomicU32,
    held_bytes: AtomicUsize,
    finishing: AtomicBool,
    /// Whether no whole head came in time.
    late: AtomicBool,
    /// Wakes the connection's task when it must finish.
    waker: AtomicWaker,
}

impl Connections {
    /// None yet.
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        let (now_s, held_bytes, given_up) = (AtomicU32::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Shared { limits, now_s, held_bytes, given_up });
        Self { shared, connections: HashMap::new() }
    }

    /// The state of a connection that begins now.
    pub(crate) fn begin(&self) -> Arc<ConnectionState> {
        let state = ConnectionState {
            shared: Arc::clone(&self.shared),
            head_due_s: AtomicU32::new(NEVER),
            progress_due_s: AtomicU32::new(NEVER),
            held_bytes: AtomicUsize::new(0),
            finishing: AtomicBool::new(false),
            late: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        };
        state.waiting();
        Arc::new(state)
    }

    /// Adds a connection with the task that serves it.
    pub(crate) fn add(&mut self, state: Arc<ConnectionState>, task: AbortHandle) {
        self.connections.insert(task.id(), (state, task));
    }

    /// Removes a connection that has ended.
    pub(crate) fn remove(&mut self, task: Id) {
        self.connections.remove(&task);
    }

    /// Called every second. Closes the connections that have waited for their client for too long.
    pub(crate) fn tick(&self) {
        let now_s = self.shared.now_s.fetch_add(1, Ordering::Relaxed) + 1;
        for (state, task) in self.connections.values() {
            let head_due_s = state.head_due_s.load(Ordering::Relaxed);
            if now_s > head_due_s.saturating_add(LATE_RESPONSE_S) {
                task.abort();
            } else if now_s > head_due_s {
                tracing::debug!("no request came in time, the connection is closed");
                state.late.store(true, Ordering::Release);
                state.waker.wake();
            } else if now_s > state.progress_due_s.load(Ordering::Relaxed) {
                tracing::debug!("a response was not taken in time, the connection is closed");
                task.abort();
            }
        }
        let given_up = self.shared.given_up.swap(0, Ordering::Relaxed);
        if given_up > 0 {
            let max_held_bytes = self.shared.limits.max_held_bytes;
            tracing::warn!(given_up, max_held_bytes, "clients are slower than the memory for them allows");
        }
    }

    /// Asks all connections to end after the request that they are answering.
    pub(crate) fn finish(&self) {
        for (state, _) in self.connections.values() {
            state.finishing.store(true, Ordering::Release);
            state.waker.wake();
        }
    }
}

impl ConnectionState {
    /// Seconds since the worker started.
    pub(crate) fn now_s(&self) -> u32 {
        self.shared.now_s.load(Ordering::Relaxed)
    }

    /// Whether no whole head came in time. The connection is closed in a second.
    pub(crate) fn is_late(&self) -> bool {
        self.late.load(Ordering::Acquire)
    }

    /// Whether the connection is to end after the request that it is answering.
    pub(crate) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire)
    }

    /// Wakes the task when the connection must finish.
    pub(crate) fn listen(&self, context: &Context<'_>) {
        self.waker.register(context.waker());
    }

    /// A request has come.
    pub(crate) fn answering(&self) {
        self.head_due_s.store(NEVER, Ordering::Relaxed);
    }

    /// The connection waits for its client's next request.
    pub(crate) fn waiting(&self) {
        self.head_due_s.store(self.now_s() + self.shared.limits.max_head_wait_s, Ordering::Relaxed);
    }

    /// A response waits to be taken, or a part of one was taken and more of it waits.
    pub(crate) fn sending(&self) {
        self.progress_due_s.store(self.now_s() + self.shared.limits.max_send_wait_s, Ordering::Relaxed);
    }

    /// Everything was taken.
    pub(crate) fn sent(&self) {
        self.progress_due_s.store(NEVER, Ordering::Relaxed);
    }

    /// Adds to the bytes that the connection holds. Returns whether there was room for them.
    /// Without room, nothing is added.
    #[must_use]
    pub(crate) fn hold(&self, bytes: usize) -> bool {
        let Shared { limits, held_bytes, given_up, .. } = &*self.shared;
        let fits = held_bytes.load(Ordering::Relaxed) + bytes <= limits.max_held_bytes;
        if fits {
            held_bytes.fetch_add(bytes, Ordering::Relaxed);
            self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
        } else {
            given_up.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }

    /// Subtracts from the bytes that the connection holds.
    pub(crate) fn release(&self, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.shared.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The bytes that the connection holds.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held_bytes.load(Ordering::Relaxed)
    }

    /// Runs the work before the first request. `None` when the connection must finish before its
    /// end.
    pub(crate) async fn before_requests<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context: &mut Context<'_>| {
            self.listen(context);
            if self.is_finishing() {
                return Poll::Ready(None);
            }
            work.as_mut().poll(context).map(Some)
        })
        .await
    }
}

impl Drop for ConnectionState {
    fn drop(&mut self) {
        self.release(self.held_bytes());
    }
}
