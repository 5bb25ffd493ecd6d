//! Sockets and threads: one acceptor, and one single-threaded runtime per core. A connection stays on the
//! worker that got it, and each new one goes to the worker with the fewest, so that a handful of connections
//! from a proxy keep all cores busy. What a request means is `dispatch`'s.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::dispatch::{App, respond};
use super::middleware::CorsOrigins;
use crate::service::Service;

/// How long a client may take to send a request's head, and so how long a kept connection may be idle. nginx in
/// front (`deploy/nginx`) closes earlier, so that none of its requests meets the end of a connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests that were accepted may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the acceptor rests when the machine has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections that wait for the kernel to hand them over.
const ACCEPT_BACKLOG: u32 = 4_096;

/// What an operator may set about the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Put before every path, for clients that call e.g. `/api/fec2/hr-rfp/qa/questions`; empty or beginning
    /// with a slash and not ending with one.
    pub path_prefix: String,
    /// Whose pages may read answers.
    pub cors_origins: CorsOrigins,
    /// Largest body of a question or answer.
    pub max_body_bytes: usize,
    /// Connections served at once; one more is closed at once.
    pub max_connections: usize,
    /// Worker threads.
    pub workers: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            path_prefix: String::new(),
            cors_origins: CorsOrigins::Any,
            max_body_bytes: 65_536,
            max_connections: 16_384,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }
}

/// A bound port, not yet served.
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

/// A server at work. Dropping it stops it.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Binds an address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        // Listening needs a runtime only because tokio registers the socket; it is unregistered at once.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = runtime.block_on(async { socket.listen(ACCEPT_BACKLOG)?.into_std() })?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address that is bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts to serve.
    pub fn start(self, service: Arc<Service>, settings: HttpSettings) -> std::io::Result<ServerHandle> {
        let (stop, stopped) = watch::channel(false);
        let settings = Arc::new(settings);
        let mut threads = Vec::new();
        let mut workers = Vec::new();
        for number in 0..settings.workers.max(1) {
            let (sender, receiver) = mpsc::unbounded_channel();
            let worker = Worker {
                app: Arc::new(App { service: Arc::clone(&service), settings: Arc::clone(&settings) }),
                connections: Arc::default(),
                stopped: stopped.clone(),
            };
            workers.push((sender, Arc::clone(&worker.connections)));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || runtime.block_on(worker.run(receiver));
            threads.push(std::thread::Builder::new().name(format!("http-{number}")).spawn(run)?);
        }
        let acceptor = Acceptor { workers, max_connections: settings.max_connections, stopped };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(self.listener)?
        };
        let run = move || runtime.block_on(acceptor.run(listener));
        threads.push(std::thread::Builder::new().name("accept".to_owned()).spawn(run)?);
        Ok(ServerHandle { address: self.address, stop, threads })
    }
}

impl ServerHandle {
    /// The address that is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, finishes what was accepted within ten seconds, and returns when all threads have ended.
    pub fn stop(mut self) {
        self.stop_threads();
    }

    fn stop_threads(&mut self) {
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

/// Where new connections go, and how many each worker has.
type WorkerEntrance = (mpsc::UnboundedSender<std::net::TcpStream>, Arc<AtomicUsize>);

struct Acceptor {
    workers: Vec<WorkerEntrance>,
    max_connections: usize,
    stopped: watch::Receiver<bool>,
}

impl Acceptor {
    async fn run(mut self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopping(&mut self.stopped) => return,
            };
            match accepted {
                Ok((stream, _)) => self.hand_over(stream),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn hand_over(&self, stream: TcpStream) {
        let loads: Vec<usize> = self.workers.iter().map(|(_, count)| count.load(Ordering::Relaxed)).collect();
        if loads.iter().sum::<usize>() >= self.max_connections {
            tracing::warn!(max_connections = self.max_connections, "too many connections, one was closed");
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
        // A worker that has ended takes no more; the connection is closed.
        let _ = sender.send(stream);
    }
}

/// One runtime's part of the work.
struct Worker {
    app: Arc<App>,
    connections: Arc<AtomicUsize>,
    stopped: watch::Receiver<bool>,
}

/// Counts a connection down when it ends, however it ends.
struct Leaving(Arc<AtomicUsize>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    async fn run(self, mut entrance: mpsc::UnboundedReceiver<std::net::TcpStream>) {
        let mut tasks = tokio::task::JoinSet::new();
        let mut stopped = self.stopped.clone();
        loop {
            tokio::select! {
                stream = entrance.recv() => {
                    let Some(stream) = stream else { break };
                    let leaving = Leaving(Arc::clone(&self.connections));
                    let connection = serve_connection(stream, Arc::clone(&self.app), self.stopped.clone());
                    tasks.spawn(async move {
                        connection.await;
                        drop(leaving);
                    });
                }
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
                () = stopping(&mut stopped) => break,
            }
        }
        let drained = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
            tracing::warn!(connections = tasks.len(), "requests were still running when the server stopped");
        }
    }
}

async fn serve_connection(stream: std::net::TcpStream, app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let Ok(stream) = TcpStream::from_std(stream) else { return };
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, std::convert::Infallible>(respond(&app, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        // Requests first: the other branch matters once in a server's life.
        biased;
        ended = connection.as_mut() => ended,
        () = stopping(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Returns when the server is to stop.
async fn stopping(stopped: &mut watch::Receiver<bool>) {
    // An error means that the handle is gone, and then it is to stop as well.
    drop(stopped.wait_for(|stopped| *stopped).await);
}
