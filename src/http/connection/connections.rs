//! Who is connected to a worker: which connections wait for their client's next request, since when, and which
//! are to be closed. Once a second the worker looks at all of its connections; a request only leaves a mark. A
//! timer for each request, in its place, is a twentieth of the whole cost of a page.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use hyper::body::{Body, Incoming};
use hyper::rt::bounds::Http2ServerConnExec;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::HttpService;
use tokio::task::{AbortHandle, Id};

/// Seconds since the worker started, one for all of its connections.
#[derive(Debug, Default)]
struct Seconds(AtomicU32);

/// A request of this connection is being answered.
const ANSWERING: u32 = u32::MAX;

/// A worker's connections.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    seconds: Arc<Seconds>,
    connections: HashMap<Id, (Arc<Presence>, AbortHandle)>,
}

/// What is known of one connection.
#[derive(Debug)]
pub(crate) struct Presence {
    seconds: Arc<Seconds>,
    /// When it began to wait for a request, or [`ANSWERING`].
    waiting_since_s: AtomicU32,
    finishing: AtomicBool,
    /// Wakes the connection to see that it is to finish.
    waker: AtomicWaker,
}

impl Roster {
    /// For a connection that begins now.
    pub(crate) fn presence(&self) -> Arc<Presence> {
        Arc::new(Presence {
            waiting_since_s: AtomicU32::new(self.seconds.0.load(Ordering::Relaxed)),
            seconds: Arc::clone(&self.seconds),
            finishing: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        })
    }

    /// Enters a connection with the task that serves it.
    pub(crate) fn enter(&mut self, presence: Arc<Presence>, task: AbortHandle) {
        self.connections.insert(task.id(), (presence, task));
    }

    /// Strikes a connection that has ended.
    pub(crate) fn strike(&mut self, task: Id) {
        self.connections.remove(&task);
    }

    /// A second has passed: closes the connections that have waited for a request for longer than this.
    pub(crate) fn tick(&self, max_wait_s: u32) {
        let now = self.seconds.0.fetch_add(1, Ordering::Relaxed) + 1;
        for (presence, task) in self.connections.values() {
            let since = presence.waiting_since_s.load(Ordering::Relaxed);
            if since != ANSWERING && now - since > max_wait_s {
                tracing::debug!(max_wait_s, "no request came, the connection is closed");
                task.abort();
            }
        }
    }

    /// Asks all connections to end after the request that they are answering.
    pub(crate) fn finish(&self) {
        for (presence, _) in self.connections.values() {
            presence.finishing.store(true, Ordering::Release);
            presence.waker.wake();
        }
    }
}

impl Presence {
    /// Seconds since the worker started.
    pub(crate) fn now_s(&self) -> u32 {
        self.seconds.0.load(Ordering::Relaxed)
    }

    /// Whether the connection is to end after the request that it is answering.
    pub(crate) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire)
    }

    /// Has the task woken when the connection is to finish.
    pub(crate) fn listen(&self, context: &Context<'_>) {
        self.waker.register(context.waker());
    }

    /// A request has come.
    pub(crate) fn answering(&self) {
        self.waiting_since_s.store(ANSWERING, Ordering::Relaxed);
    }

    /// The request is answered.
    pub(crate) fn waiting(&self) {
        self.waiting_since_s.store(self.now_s(), Ordering::Relaxed);
    }

    /// What comes before the first request; `None` when the connection is to finish before it has come.
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

    /// Has hyper serve a connection to its end.
    pub(crate) async fn serve(&self, connection: impl Finishing) -> hyper::Result<()> {
        let mut connection = pin!(connection);
        let (mut listening, mut finishing) = (false, false);
        poll_fn(|context: &mut Context<'_>| {
            if !listening {
                // Once: a task has the same waker all its life.
                self.listen(context);
                listening = true;
            }
            if !finishing && self.is_finishing() {
                finishing = true;
                connection.as_mut().finish();
            }
            connection.as_mut().poll(context)
        })
        .await
    }
}

/// A connection that can be asked to end after the requests that it is answering.
pub(crate) trait Finishing: Future<Output = hyper::Result<()>> {
    /// Takes no more requests.
    fn finish(self: Pin<&mut Self>);
}

impl<I, S> Finishing for http1::Connection<I, S>
where
    I: Read + Write + Unpin,
    S: HttpService<Incoming, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    S::ResBody: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S, E> Finishing for http2::Connection<I, S, E>
where
    I: Read + Write + Unpin,
    S: HttpService<Incoming, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    S::Future: 'static,
    S::ResBody: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
    E: Http2ServerConnExec<S::Future, S::ResBody>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}
