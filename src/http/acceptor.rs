//! Taking connections: each new one goes to the worker with the fewest. The thread that does this has little else to do,
//! so it also looks at the counters for the first page's history. What is sent on a connection is not its business.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::first_page::FirstPage;
use super::history::STEP;
use super::metrics::ServerMetrics;
use crate::service::raise_alone;

/// How long the acceptor rests when the machine has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where new connections go, and how many each worker has.
pub(super) type WorkerEntrance = (mpsc::UnboundedSender<Accepted>, Arc<AtomicUsize>);

/// A connection and the address of its other end.
pub(super) type Accepted = (std::net::TcpStream, IpAddr);

/// The accepting thread's work.
pub(super) struct Acceptor {
    pub(super) workers: Vec<WorkerEntrance>,
    pub(super) metrics: Arc<ServerMetrics>,
    /// The page whose history it writes.
    pub(super) first_page: Option<Arc<FirstPage>>,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Acceptor {
    /// Accepts until the server is to stop.
    pub(super) async fn run(mut self, listener: TcpListener) {
        let mut steps = tokio::time::interval_at(Instant::now() + STEP, STEP);
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // Here, since this thread has little to do and no request waits for it.
                _ = steps.tick(), if self.first_page.is_some() => {
                    if let Some(page) = &self.first_page {
                        page.step(&self.metrics);
                    }
                    continue;
                }
                () = stopping(&mut self.stopped) => {
                    self.take_the_last(&listener);
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

    /// Takes the connections that the kernel has accepted already: their clients may have sent something.
    fn take_the_last(&self, listener: &TcpListener) {
        while let Some(Ok((stream, peer))) = tokio::task::unconstrained(listener.accept()).now_or_never() {
            self.hand_over(stream, peer.ip());
        }
    }

    fn hand_over(&self, stream: TcpStream, peer: IpAddr) {
        let loads: Vec<usize> = self.workers.iter().map(|(_, count)| count.load(Ordering::Relaxed)).collect();
        let max_connections = self.metrics.max_connections;
        if loads.iter().sum::<usize>() >= max_connections {
            raise_alone(&self.metrics.refused, 1);
            tracing::warn!(max_connections, "too many connections, one was closed");
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
