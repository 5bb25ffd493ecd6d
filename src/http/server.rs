//! Threads: one acceptor, and one single-threaded runtime per core. A connection stays on the worker that got it, and
//! each new one goes to the worker with the fewest (`acceptor`), so that a handful of connections from a proxy keep all
//! cores busy. What a request means is `dispatch`'s.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::acceptor::{Accepted, Acceptor, Entrance};
use super::access_log::AccessLog;
use super::body::Payload;
use super::client::TrustedProxies;
use super::direct::{DirectConnection, End};
use super::dispatch::{App, respond};
use super::encoded_pages::EncodedPages;
use super::first_page::FirstPage;
use super::metrics::ServerMetrics;
use super::middleware::CorsOrigins;
use super::openapi::Documents;
use super::rate_limits::{LocalPeers, RateLimiter, RateLimits};
use super::roster::{Presence, Roster};
use super::tls::{Tls, TlsFiles};
use super::{caching, http2};
use crate::service::Service;

/// How long requests that were accepted may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long idle connections are still listened to once the server stops, with an answer that ends them.
const GOODBYE: Duration = Duration::from_millis(300);

/// What an operator may set about the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Put before every path, for clients that call e.g. `/api/fec2/hr-rfp/qa/questions`; empty or beginning
    /// with a slash and not ending with one.
    pub path_prefix: String,
    /// Whether there is a page at `/` that shows what is running, and its figures at `/status.json`.
    pub first_page: bool,
    /// Whose pages may read answers.
    pub cors_origins: CorsOrigins,
    /// With these, clients are spoken to over TLS only.
    pub tls: Option<TlsFiles>,
    /// How long a shared cache may show a list without asking for it again, in seconds.
    pub shared_cache_s: u32,
    /// Most memory for lists that were encoded.
    pub encoded_max_bytes: u64,
    /// Largest body of a question or answer.
    pub max_body_bytes: usize,
    /// Connections served at once; one more is closed at once.
    pub max_connections: usize,
    /// How long a connection may go without a request's whole head, in seconds, give or take one.
    pub max_head_wait_s: u32,
    /// How many writes a client may send.
    pub rate_limits: RateLimits,
    /// Whether the limits count peers on the loopback interface that send no forwarding header.
    pub local_peers: LocalPeers,
    /// Whose word on a client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// Which requests are logged.
    pub access_log: AccessLog,
    /// Worker threads.
    pub workers: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            path_prefix: String::new(),
            first_page: true,
            cors_origins: CorsOrigins::Any,
            tls: None,
            shared_cache_s: 0,
            encoded_max_bytes: 64 << 20,
            max_body_bytes: 65_536,
            max_connections: 16_384,
            max_head_wait_s: 30,
            rate_limits: RateLimits::OFF,
            local_peers: LocalPeers::Limited,
            trusted_proxies: TrustedProxies::default(),
            access_log: AccessLog::OFF,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }
}

/// A bound port, not yet served.
#[derive(Debug)]
pub struct Server(Entrance);

/// A server at work. Dropping it stops it.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    tls: Option<Arc<Tls>>,
    metrics: Arc<ServerMetrics>,
}

impl Server {
    /// Binds an address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> std::io::Result<Self> {
        Entrance::bind(address).map(Self)
    }

    /// Takes a listening socket that somebody else bound and keeps, such as a service manager. Connections that nobody has
    /// accepted when the server stops are left to whoever serves the socket next.
    pub fn on_kept_socket(listener: TcpListener) -> std::io::Result<Self> {
        Entrance::kept_elsewhere(listener).map(Self)
    }

    /// The address that is bound.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Starts to serve.
    pub fn start(self, service: Arc<Service>, settings: HttpSettings) -> std::io::Result<ServerHandle> {
        let (stop, stopped) = watch::channel(false);
        let rate_limiter = Arc::new(RateLimiter::new(settings.rate_limits));
        let tls = settings.tls.clone().map(Tls::new).transpose()?.map(Arc::new);
        let encoded_pages = Arc::new(EncodedPages::new(settings.encoded_max_bytes));
        let first_page = settings.first_page.then(|| Arc::new(FirstPage::new()));
        let settings = Arc::new(settings);
        let mut threads = Vec::new();
        let mut workers = Vec::new();
        let metrics = Arc::new(ServerMetrics::new(&settings, Arc::clone(&rate_limiter)));
        for number in 0..settings.workers.max(1) {
            let (sender, receiver) = mpsc::unbounded_channel();
            let worker = Worker {
                app: Arc::new(App {
                    service: Arc::clone(&service),
                    settings: Arc::clone(&settings),
                    rate_limiter: Arc::clone(&rate_limiter),
                    documents: Documents::default(),
                    desk: Mutex::default(),
                    lists_kept: caching::of_lists(settings.shared_cache_s),
                    encoded_pages: Arc::clone(&encoded_pages),
                    tls: tls.clone(),
                    first_page: first_page.clone(),
                    metrics: Arc::clone(&metrics.workers[number]),
                    server: Arc::clone(&metrics),
                }),
                connections: Arc::clone(&metrics.connections[number]),
            };
            workers.push((sender, Arc::clone(&worker.connections)));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || runtime.block_on(worker.run(receiver));
            threads.push(std::thread::Builder::new().name(format!("http-{number}")).spawn(run)?);
        }
        let address = self.address();
        let acceptor = Acceptor { workers, metrics: Arc::clone(&metrics), first_page, stopped };
        threads.push(acceptor.start(self.0)?);
        Ok(ServerHandle { address, stop, threads, tls, metrics })
    }
}

impl ServerHandle {
    /// The address that is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads certificate and key again, if there are any. What cannot be used changes nothing.
    pub fn reload_certificate(&self) -> std::io::Result<()> {
        self.tls.as_ref().map_or(Ok(()), |tls| tls.reload())
    }

    /// From now on `/readyz` says that the server is stopping; everything else goes on as before.
    pub fn announce_stop(&self) {
        self.metrics.stopping.store(true, Ordering::Release);
    }

    /// What is counted.
    pub(super) fn metrics(&self) -> &Arc<ServerMetrics> {
        &self.metrics
    }

    /// Stops accepting, finishes what was accepted within ten seconds, and returns when all threads have ended.
    pub fn stop(mut self) {
        self.stop_threads();
    }

    fn stop_threads(&mut self) {
        self.announce_stop();
        // Nobody listens any more when all threads have ended already.
        let _ = self.stop.send(true);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the server panicked");
            }
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.stop_threads();
    }
}

/// One runtime's part of the work.
struct Worker {
    app: Arc<App>,
    connections: Arc<AtomicUsize>,
}

/// Counts a connection down when it ends, however it ends.
struct Leaving(Arc<AtomicUsize>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    async fn run(self, mut entrance: mpsc::UnboundedReceiver<Accepted>) {
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
                    let connection = serve_connection(accepted, Arc::clone(&self.app), Arc::clone(&presence));
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

async fn serve_connection((stream, peer): Accepted, app: Arc<App>, presence: Arc<Presence>) {
    let Ok(stream) = TcpStream::from_std(stream) else { return };
    if let Some(tls) = &app.tls {
        return tls.serve(stream, peer, Arc::clone(&app), presence).await;
    }
    match DirectConnection::new(&app, peer, &presence, stream).serve().await {
        Ok(End::Closed) => {}
        Ok(End::Unusual(stream, read)) => serve_unusual(stream, read, peer, app, presence).await,
        Err(error) => tracing::debug!(%error, "a connection broke"),
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
