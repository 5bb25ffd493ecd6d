//! HTTP/2, for clients that begin with it: over TLS as both sides agreed, or in the clear by its preface ("prior
//! knowledge", RFC 9113, section 3.3). hyper does the work; here are the limits that keep one connection from costing more
//! than many.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::Full;
use hyper::rt::{Read, Write};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;

use super::connections::Presence;
use crate::http::app::App;
use crate::http::dispatch::respond;
use crate::http::request::body::Payload;

/// What every connection begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Requests of one connection that are answered at the same time.
const MAX_CONCURRENT_STREAMS: u32 = 128;

/// Bytes of a request's headers together, as many as HTTP/1.1 has room for.
const MAX_HEADER_LIST_BYTES: u32 = 16 * 1_024;

/// Streams that a client opened and reset again before they were looked at, after which it is sent away.
const MAX_PENDING_RESETS: usize = 32;

/// Streams that were reset for the client's own errors, after which it is sent away.
const MAX_ERROR_RESETS: usize = 64;

/// Bytes of answers that wait for a client to take them, of one stream.
const MAX_SEND_BUFFER_BYTES: usize = 256 * 1_024;

/// Bytes of bodies that may be on their way, of one stream and of all: bodies are short.
const STREAM_WINDOW_BYTES: u32 = 64 * 1_024;
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1_024;

/// Whether what came on a connection, and is no HTTP/1.1, begins this protocol.
pub(crate) fn is_begun_by(read: &[u8]) -> bool {
    !read.is_empty() && read.iter().zip(PREFACE).all(|(came, expected)| came == expected)
}

/// Serves a connection to its end.
pub(crate) async fn serve<I>(
    stream: I,
    peer: IpAddr,
    app: Arc<App>,
    presence: Arc<Presence>,
) -> hyper::Result<()>
where
    I: Read + Write + Unpin,
{
    let under_way = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&presence);
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (app, answering) = (Arc::clone(&app), Answering::begin(&under_way, &shared));
        async move {
            let response = respond(&app, peer, request.map(Payload::Arriving)).await;
            drop(answering);
            Ok::<_, Infallible>(response.map(Full::new))
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .max_header_list_size(MAX_HEADER_LIST_BYTES)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_ERROR_RESETS)
        .max_send_buf_size(MAX_SEND_BUFFER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .serve_connection(stream, service);
    presence.serve(connection).await
}

/// A request that is being answered. The connection waits for its client when there is none.
struct Answering {
    under_way: Arc<AtomicUsize>,
    presence: Arc<Presence>,
}

impl Answering {
    fn begin(under_way: &Arc<AtomicUsize>, presence: &Arc<Presence>) -> Self {
        under_way.fetch_add(1, Ordering::Relaxed);
        presence.answering();
        Self { under_way: Arc::clone(under_way), presence: Arc::clone(presence) }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if self.under_way.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.presence.waiting();
        }
    }
}
