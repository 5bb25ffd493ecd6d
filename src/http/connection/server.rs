//! The server's threads: one acceptor, and one worker with a single-threaded runtime per core. A
//! connection stays on the worker that got it, and each new one goes to the worker with the fewest
//! (`acceptor`), so that a handful of connections from a proxy keep all cores busy. What a request
//! means is decided in `dispatch`.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::acceptor::{Acceptor, Listener};
use super::connections::ConnectionLimits;
use super::refusing::Refusing;
use super::tls::Tls;
use super::worker::Worker;
use crate::http::app::App;
use crate::http::request::rate_limits::RateLimiter;
use crate::http::response::caching;
use crate::http::response::encoded_pages::EncodedPages;
use crate::http::routes::served;
use crate::http::settings::HttpSettings;
use crate::http::watch::history::History;
use crate::http::watch::metrics::ServerMetrics;
use crate::service::Service;

/// A bound port, not yet served.
#[derive(Debug)]
pub struct Server(Listener);

/// A server at work. Dropping it stops it.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    failure: watch::Receiver<bool>,
    threads: Vec<JoinHandle<()>>,
    tls: Option<Arc<Tls>>,
    metrics: Arc<ServerMetrics>,
}

impl Server {
    /// Binds an address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> std::io::Result<Self> {
        Listener::bind(address).map(Self)
    }

    /// Takes a listening socket that another process, such as a service manager, bound and keeps.
    /// Connections that are not accepted when the server stops wait for the next process.
    pub fn on_kept_socket(listener: TcpListener) -> std::io::Result<Self> {
        Listener::kept_elsewhere(listener).map(Self)
    }

    /// The address that is bound.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Starts to serve.
    pub fn start(self, service: Arc<Service>, settings: HttpSettings) -> std::io::Result<ServerHandle> {
        let (stop, stopped) = watch::channel(false);
        let (failed, failure) = watch::channel(false);
        let rate_limiter = Arc::new(RateLimiter::new(settings.rate_limits));
        let tls = settings.tls.clone().map(Tls::new).transpose()?.map(Arc::new);
        let encoded_pages = Arc::new(EncodedPages::new(settings.encoded_max_bytes));
        let history = settings.first_page.then(|| Arc::new(History::new(Instant::now())));
        let limits = ConnectionLimits {
            max_head_wait_s: settings.max_head_wait_s,
            max_send_wait_s: settings.max_send_wait_s,
            max_held_bytes: settings.max_held_bytes / settings.workers.max(1),
        };
        let settings = Arc::new(settings);
        let mut threads = Vec::new();
        let mut workers = Vec::new();
        let metrics = Arc::new(ServerMetrics::new(
            served(&settings, settings.demo),
            settings.workers,
            settings.max_connections,
            Arc::clone(&rate_limiter),
        ));
        for number in 0..settings.workers.max(1) {
            let (sender, receiver) = mpsc::unbounded_channel();
            let worker = Worker {
                app: Arc::new(App {
                    service: Arc::clone(&service),
                    settings: Arc::clone(&settings),
                    rate_limiter: Arc::clone(&rate_limiter),
                    description: OnceLock::new(),
                    lists_kept: caching::of_lists(settings.shared_cache_s),
                    encoded_pages: Arc::clone(&encoded_pages),
                    history: history.clone(),
                    metrics: Arc::clone(&metrics.workers[number]),
                    server: Arc::clone(&metrics),
                }),
                tls: tls.clone(),
                buffers: Arc::default(),
                limits,
                connections: Arc::clone(&metrics.connections[number]),
            };
            workers.push((sender, Arc::clone(&worker.connections)));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || runtime.block_on(worker.run(receiver));
            threads.push(spawn(format!("http-{number}"), failed.clone(), run)?);
        }
        let address = self.address();
        let refusing = Refusing::new(Arc::clone(&settings));
        let acceptor = Acceptor { workers, metrics: Arc::clone(&metrics), refusing, history, stopped };
        let run = acceptor.work(self.0)?;
        threads.push(spawn("accept".to_owned(), failed, run)?);
        Ok(ServerHandle { address, stop, failure, threads, tls, metrics })
    }
}

impl ServerHandle {
    /// The address that is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads certificate and key again, if there are any. Files that cannot be used change nothing.
    pub fn reload_certificate(&self) -> std::io::Result<()> {
        self.tls.as_ref().map_or(Ok(()), |tls| tls.reload())
    }

    /// From now on `/readyz` says that the server is stopping; everything else goes on as before.
    pub fn announce_stop(&self) {
        self.metrics.stopping.store(true, Ordering::Release);
    }

    /// Becomes `true` when a thread of the server has panicked. Requests may then wait for ever:
    /// the process should end.
    pub fn failure(&self) -> watch::Receiver<bool> {
        self.failure.clone()
    }

    /// What is counted.
    pub(crate) fn metrics(&self) -> &Arc<ServerMetrics> {
        &self.metrics
    }

    /// Stops accepting, finishes what was accepted within ten seconds, and returns when all threads
    /// have ended.
    pub fn stop(mut self) {
        self.stop_threads();
    }

    fn stop_threads(&mut self) {
        self.announce_stop();
        // Nobody listens any more when all threads have ended already.
        let _ = self.stop.send(true);
        for thread in self.threads.drain(..) {
            // A panic was logged when it happened.
            let _ = thread.join();
        }
    }
}

/// Starts a thread of the server.
fn spawn(
    name: String,
    failed: watch::Sender<bool>,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(move || {
        let _watched = Watched(failed);
        run();
    })
}

/// Says when its thread panics.
struct Watched(watch::Sender<bool>);

impl Drop for Watched {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("a thread of the server panicked, the server cannot go on");
            self.0.send_replace(true);
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.stop_threads();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_panics_is_a_failure_and_one_that_ends_is_none() {
        for panics in [false, true] {
            let (failed, failure) = watch::channel(false);
            let thread = spawn("test".to_owned(), failed, move || assert!(!panics, "as the test wants"));
            assert_eq!(thread.expect("a thread").join().is_err(), panics);
            assert_eq!(*failure.borrow(), panics);
        }
    }
}
