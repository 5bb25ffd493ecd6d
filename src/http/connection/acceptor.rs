//! The listening socket, bound here or handed over by a service manager, and the acceptor: it takes
//! new connections and gives each to the worker with the fewest. Its thread has little else to do,
//! so it also looks at the counters for the first page's history. A `worker` serves the
//! connections.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::refusing::Refusing;
use crate::http::watch::history::{History, STEP};
use crate::http::watch::metrics::ServerMetrics;
use crate::tally::raise_alone;

/// How long the acceptor rests when the machine has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Most connections that wait in the kernel to be accepted.
const ACCEPT_BACKLOG: u32 = 4_096;

/// A socket on which connections come.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: std::net::TcpListener,
    address: SocketAddr,
    /// Whether connections still wait in its queue when this process has closed it.
    outlives_us: bool,
}

impl Listener {
    /// Binds an address; port 0 takes a free one.
    pub(crate) fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        // Listening needs a runtime only because tokio registers the socket; it is unregistered at
        // once.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let socket = runtime.block_on(async { socket.listen(ACCEPT_BACKLOG)?.into_std() })?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, outlives_us: false })
    }

    /// Takes a socket that another process bound and keeps.
    pub(crate) fn kept_elsewhere(socket: std::net::TcpListener) -> std::io::Result<Self> {
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, outlives_us: true })
    }

    /// The address that is bound.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Where a worker's new connections go, and how many it has.
pub(crate) type WorkerQueue = (mpsc::UnboundedSender<Accepted>, Arc<AtomicUsize>);

/// A connection and the address of its other end.
pub(crate) type Accepted = (std::net::TcpStream, IpAddr);

/// The accepting thread's work.
pub(crate) struct Acceptor {
    pub(crate) workers: Vec<WorkerQueue>,
    pub(crate) metrics: Arc<ServerMetrics>,
    /// Where connections go for which there is no room.
    pub(crate) refusing: Refusing,
    /// The history of the last minutes, if the status page is on.
    pub(crate) history: Option<Arc<History>>,
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Acceptor {
    /// What the acceptor's thread does until the server stops.
    pub(crate) fn work(self, listener: Listener) -> std::io::Result<impl FnOnce() + Send + use<>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let socket = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener.socket)?
        };
        Ok(move || runtime.block_on(self.run(socket, listener.outlives_us)))
    }

    async fn run(mut self, listener: TcpListener, outlives_us: bool) {
        let mut steps = tokio::time::interval_at(Instant::now() + STEP, STEP);
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // Here, since this thread has little to do and no request waits for it.
                _ = steps.tick(), if self.history.is_some() => {
                    if let Some(history) = &self.history {
                        history.step(&self.metrics, std::time::Instant::now());
                    }
                    continue;
                }
                () = stopping(&mut self.stopped) => {
                    // The next process serves the clients that wait at a kept socket.
                    if !outlives_us {
                        self.take_the_last(&listener);
                    }
                    return;
                }
            };
            match accepted {
                Ok((stream, peer)) => self.hand_over(stream, peer.ip()),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Takes the connections that the kernel has accepted already: their clients may have sent
    /// something.
    fn take_the_last(&mut self, listener: &TcpListener) {
        while let Some(Ok((stream, peer))) = tokio::task::unconstrained(listener.accept()).now_or_never() {
            self.hand_over(stream, peer.ip());
        }
    }

    fn hand_over(&mut self, stream: TcpStream, peer: IpAddr) {
        let loads: Vec<usize> = self.workers.iter().map(|(_, count)| count.load(Ordering::Relaxed)).collect();
        let max_connections = self.metrics.max_connections;
        if loads.iter().sum::<usize>() >= max_connections {
            raise_alone(&self.metrics.refused, 1);
            tracing::warn!(max_connections, "too many connections, one was refused");
            self.refusing.refuse(stream);
            return;
        }
        let idlest = loads.iter().enumerate().min_by_key(|(_, load)| **load).map_or(0, |(worker, _)| worker);
        let (sender, count) = &self.workers[idlest];
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection is gone already");
            return;
        }
        let Ok(stream) = stream.into_std() else { return };
        count.fetch_add(1, Ordering::Relaxed);
        raise_alone(&self.metrics.accepted, 1);
        // A worker that has ended takes no more; the connection is closed.
        let _ = sender.send((stream, peer));
    }
}

/// Returns when the server is to stop.
async fn stopping(stopped: &mut watch::Receiver<bool>) {
    // An error means that the handle is gone, and then it is to stop as well.
    drop(stopped.wait_for(|stopped| *stopped).await);
}
