//! A worker: one runtime on one thread that takes connections from the acceptor and serves each to
//! its end. What a request means is decided in `dispatch`.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::acceptor::Accepted;
use super::connections::{ConnectionLimits, ConnectionState, Connections};
use super::direct::{DirectConnection, End, WorkerBuffers};
use super::http2;
use super::tls::{self, Tls};
use crate::http::app::App;

/// How long requests that were accepted may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long idle connections may still send a request when the server stops. The response to it is
/// their last.
const GOODBYE: Duration = Duration::from_millis(300);

/// A worker.
pub(super) struct Worker {
    pub(super) app: Arc<App>,
    /// With these, connections use TLS only.
    pub(super) tls: Option<Arc<Tls>>,
    /// The buffers, which its connections use one at a time.
    pub(super) buffers: Arc<Mutex<WorkerBuffers>>,
    pub(super) limits: ConnectionLimits,
    /// How many connections it has.
    pub(super) connections: Arc<AtomicUsize>,
}

/// Counts a connection down when it ends, however it ends.
struct Leaving(Arc<AtomicUsize>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    pub(super) async fn run(self, mut accepted: mpsc::UnboundedReceiver<Accepted>) {
        let mut tasks = tokio::task::JoinSet::new();
        let mut connections = Connections::new(self.limits);
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                connection = accepted.recv() => {
                    // The acceptor has stopped.
                    let Some(accepted) = connection else { break };
                    let leaving = Leaving(Arc::clone(&self.connections));
                    let state = connections.begin();
                    let connection = self.serve(accepted, Arc::clone(&state));
                    let task = tasks.spawn(async move {
                        connection.await;
                        drop(leaving);
                    });
                    connections.add(state, task);
                }
                Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => connections.remove(task_id(&ended)),
                _ = seconds.tick() => connections.tick(),
            }
        }
        // A proxy that keeps connections may be sending a request on one at this moment.
        if !ended_within(GOODBYE, &mut tasks).await {
            connections.finish();
        }
        if !ended_within(DRAIN_TIMEOUT, &mut tasks).await {
            tracing::warn!(connections = tasks.len(), "requests were still running when the server stopped");
        }
    }

    /// Serves a connection to its end.
    fn serve(
        &self,
        (stream, peer): Accepted,
        state: Arc<ConnectionState>,
    ) -> impl Future<Output = ()> + use<> {
        let (app, tls, buffers) = (Arc::clone(&self.app), self.tls.clone(), Arc::clone(&self.buffers));
        async move {
            let Ok(stream) = TcpStream::from_std(stream) else { return };
            let served = match tls {
                None => serve_stream(stream, peer, app, &buffers, state).await,
                Some(tls) => match tls.accept(stream, &state).await {
                    None => return,
                    Some(stream) if tls::speaks_http2(&stream) => {
                        http2::serve(stream, Vec::new(), peer, app, state).await
                    }
                    Some(stream) => serve_stream(stream, peer, app, &buffers, state).await,
                },
            };
            if let Err(error) = served {
                tracing::debug!(%error, "a connection broke");
            }
        }
    }
}

/// Serves a connection. Its first bytes decide its protocol.
async fn serve_stream<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: IpAddr,
    app: Arc<App>,
    buffers: &Mutex<WorkerBuffers>,
    state: Arc<ConnectionState>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match DirectConnection::new(&app, buffers, peer, &state, stream).serve().await? {
        End::Closed => Ok(()),
        End::Http2(stream, read) => {
            http2::serve(stream, read, peer, Arc::clone(&app), Arc::clone(&state)).await
        }
    }
}

/// Waits for all tasks, at most for so long. Returns whether they have ended.
async fn ended_within(limit: Duration, tasks: &mut tokio::task::JoinSet<()>) -> bool {
    tokio::time::timeout(limit, async { while tasks.join_next().await.is_some() {} }).await.is_ok()
}

fn task_id(ended: &Result<(tokio::task::Id, ()), tokio::task::JoinError>) -> tokio::task::Id {
    match ended {
        Ok((id, ())) => *id,
        Err(error) => {
            if error.is_panic() {
                tracing::error!("a connection was given up: a panic, see above");
            }
            error.id()
        }
    }
}
