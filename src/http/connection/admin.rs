//! The listener for operators: `/metrics`, `/livez` and `/readyz`, on an address of its own that
//! shoppers do not reach, on a thread of its own that goes on while the server stops. It changes
//! nothing. It has no password, so it must not be on the open network.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::date::date;
use super::server::ServerHandle;
use crate::http::operations::health;
use crate::http::response::problem::Problem;
use crate::http::response::reply::{TEXT, of_this_moment};
use crate::http::watch::exposition::{self, Exposition};
use crate::http::watch::metrics::ServerMetrics;
use crate::http::watch::process::ProcessFacts;
use crate::service::Service;

/// Connections at once; one more is closed.
const MAX_CONNECTIONS: usize = 32;

/// How long a connection may go without a whole head: longer than the pause between two scrapes.
const HEAD_WAIT: Duration = Duration::from_secs(150);

/// How long the listener rests when the machine has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound port, not yet served.
#[derive(Debug)]
pub struct Admin {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

/// The listener at work. Dropping it ends it.
#[derive(Debug)]
pub struct AdminHandle {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The data of the responses.
struct Watched {
    server: Arc<ServerMetrics>,
    service: Arc<Service>,
    facts: ProcessFacts,
}

impl Admin {
    /// Binds an address; port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Starts to serve the metrics and probes of a server and its service.
    pub fn start(
        self,
        server: &ServerHandle,
        service: Arc<Service>,
        facts: ProcessFacts,
    ) -> std::io::Result<AdminHandle> {
        let watched = Arc::new(Watched { server: Arc::clone(server.metrics()), service, facts });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(self.listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let run = move || runtime.block_on(run(listener, watched, stopped));
        let thread = std::thread::Builder::new().name("admin".to_owned()).spawn(run)?;
        Ok(AdminHandle { address: self.address, stop: Some(stop), thread: Some(thread) })
    }
}

impl AdminHandle {
    /// The address that is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for AdminHandle {
    fn drop(&mut self) {
        // Closing the channel is the signal.
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the admin thread panicked");
        }
    }
}

/// Serves until stopped. Requests that are under way then are dropped.
async fn run(listener: TcpListener, watched: Arc<Watched>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < MAX_CONNECTIONS => {
                    connections.spawn(serve(stream, Arc::clone(&watched)));
                }
                Ok(_) => tracing::warn!(MAX_CONNECTIONS, "too many admin connections, one was closed"),
                Err(error) => {
                    tracing::warn!(%error, "could not accept an admin connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            _ = &mut stopped => return,
        }
    }
}

async fn serve(stream: TcpStream, watched: Arc<Watched>) {
    let service = service_fn(|request| {
        let watched = &watched;
        async move { Ok::<_, std::convert::Infallible>(respond(watched, &request).await.map(Full::new)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        // hyper's date panics before 1970; `respond` has another.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "an admin connection broke");
    }
}

async fn respond(watched: &Watched, request: &Request<Incoming>) -> Response<Bytes> {
    let path = request.uri().path();
    let result = match (request.method(), path) {
        (&Method::GET | &Method::HEAD, "/metrics") => metrics(watched).await,
        (&Method::GET | &Method::HEAD, "/livez") => Ok(state(health::ALIVE)),
        (&Method::GET | &Method::HEAD, "/readyz") => {
            health::readyz(&watched.service, &watched.server).await.map(state)
        }
        (_, "/metrics" | "/livez" | "/readyz") => Err(Problem::WrongMethod { allow: "GET, HEAD".to_owned() }),
        _ => Err(Problem::UnknownPath),
    };
    let mut response = result.unwrap_or_else(|problem| problem.into_response(request.headers(), path, ""));
    response.headers_mut().insert(DATE, date());
    response
}

async fn metrics(watched: &Watched) -> Result<Response<Bytes>, Problem> {
    let exposition = Exposition::take(&watched.server, &watched.service, &watched.facts).await;
    let text = exposition.into_text().map_err(|error| {
        tracing::error!(%error, "the metrics could not be written");
        Problem::Unavailable
    })?;
    Ok(of_this_moment(HeaderValue::from_static(exposition::CONTENT_TYPE), Bytes::from(text)))
}

fn state(text: &'static str) -> Response<Bytes> {
    of_this_moment(TEXT, Bytes::from_static(text.as_bytes()))
}
