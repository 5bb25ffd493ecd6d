//! One runtime's part of the work: it takes the connections that the acceptor hands over and serves each to its
//! end. What a request means is `dispatch`'s.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::acceptor::Accepted;
use super::connections::{Presence, Roster};
use super::direct::{Desk, DirectConnection, End};
use super::http2;
use super::tls::Tls;
use crate::http::app::App;
use crate::http::dispatch::respond;
use crate::http::request::body::Payload;

/// How long requests that were accepted may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long idle connections are still listened to once the server stops, with an answer that ends them.
const GOODBYE: Duration = Duration::from_millis(300);

/// One runtime's part of the work.
pub(super) struct Worker {
    pub(super) app: Arc<App>,
    /// With these, clients are spoken to over TLS only.
    pub(super) tls: Option<Arc<Tls>>,
    /// What its connections write on, one at a time.
    pub(super) desk: Arc<Mutex<Desk>>,
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
    pub(super) async fn run(self, mut entrance: mpsc::UnboundedReceiver<Accepted>) {
        let mut tasks = tokio::task::JoinSet::new();
        let mut roster = Roster::default();
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                accepted = entrance.recv() => {
                    // The acceptor has stopped.
                    let Some(accepted) = accepted else { break };
                    let leaving = Leaving(Arc::clone(&self.connections));
                    let presence = roster.presence();
                    let connection = self.serve(accepted, Arc::clone(&presence));
                    let task = tasks.spawn(async move {
                        connection.await;
                        drop(leaving);
                    });
                    roster.enter(presence, task);
                }
                Some(ended) = tasks.join_next_with_id(), if !tasks.is_empty() => roster.strike(task_id(&ended)),
                _ = seconds.tick() => roster.tick(self.app.settings.max_head_wait_s),
            }
        }
        // A proxy that keeps connections may be sending a request on one at this moment.
        if !ended_within(GOODBYE, &mut tasks).await {
            roster.finish();
        }
        if !ended_within(DRAIN_TIMEOUT, &mut tasks).await {
            tracing::warn!(connections = tasks.len(), "requests were still running when the server stopped");
        }
    }

    /// Serves a connection to its end.
    fn serve(&self, (stream, peer): Accepted, presence: Arc<Presence>) -> impl Future<Output = ()> + use<> {
        let (app, tls, desk) = (Arc::clone(&self.app), self.tls.clone(), Arc::clone(&self.desk));
        async move {
            let Ok(stream) = TcpStream::from_std(stream) else { return };
            if let Some(tls) = tls {
                return tls.serve(stream, peer, app, presence).await;
            }
            match DirectConnection::new(&app, &desk, peer, &presence, stream).serve().await {
                Ok(End::Closed) => {}
                Ok(End::Unusual(stream, read)) => serve_unusual(stream, read, peer, app, presence).await,
                Err(error) => tracing::debug!(%error, "a connection broke"),
            }
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
        Err(error) => error.id(),
    }
}

/// Has hyper serve a connection from which `read` was read already.
async fn serve_unusual(
    stream: TcpStream,
    read: Vec<u8>,
    peer: IpAddr,
    app: Arc<App>,
    presence: Arc<Presence>,
) {
    let is_http2 = http2::is_begun_by(&read);
    let (incoming, outgoing) = stream.into_split();
    let stream = TokioIo::new(tokio::io::join(std::io::Cursor::new(read).chain(incoming), outgoing));
    if is_http2 {
        if let Err(error) = http2::serve(stream, peer, app, presence).await {
            tracing::debug!(%error, "a connection broke");
        }
        return;
    }
    let service = service_fn(|request| async {
        presence.answering();
        let response = respond(&app, peer, request.map(Payload::Arriving)).await;
        presence.waiting();
        Ok::<_, std::convert::Infallible>(response.map(Full::new))
    });
    let connection = http1::Builder::new()
        // `Roster` sees to it for all connections together.
        .header_read_timeout(None)
        .pipeline_flush(true)
        .serve_connection(stream, service);
    if let Err(error) = presence.serve(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}
