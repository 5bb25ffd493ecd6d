//! HTTP/2, for clients that begin with it: by agreement over TLS, or in the clear by its preface
//! ("prior knowledge", RFC 9113, section 3.3). hyper reads and writes the frames. The limits here
//! keep one connection from costing more than many.

use std::convert::Infallible;
use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::header::{CONTENT_LENGTH, DATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::Notify;

use super::connections::{ConnectionState, LINGER_MAX_BYTES, LINGER_TIMEOUT};
use super::date::date;
use super::refusal;
use crate::http::app::App;
use crate::http::dispatch::{max_body_bytes, respond};
use crate::http::request::body::{BODY_TIMEOUT, Payload};
use crate::http::request::head_limits::HEAD_MAX_BYTES;
use crate::http::response::problem::Problem;

/// What every connection begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Requests of one connection that are answered at the same time.
const MAX_CONCURRENT_STREAMS: u32 = 128;

/// Most pending streams that a client opened and reset. With more, its connection is closed.
const MAX_PENDING_RESETS: usize = 32;

/// Most streams that were reset for the client's own errors. With more, its connection is closed.
const MAX_ERROR_RESETS: usize = 64;

/// Bytes of responses that wait for a client to take them, of one stream.
const MAX_SEND_BUFFER_BYTES: usize = 256 * 1_024;

/// Bytes of responses that wait for a client to take them, of one connection. With more, its next
/// requests wait.
const MAX_UNSENT_BYTES: usize = 256 * 1_024;

/// Bytes of bodies that may be on their way, of one stream and of all: bodies are short.
const STREAM_WINDOW_BYTES: u32 = 64 * 1_024;
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1_024;

/// Whether the first bytes of a connection, which are no HTTP/1.1, begin HTTP/2.
pub(crate) fn is_begun_by(read: &[u8]) -> bool {
    !read.is_empty() && read.iter().zip(PREFACE).all(|(came, expected)| came == expected)
}

/// Serves a connection to its end; `read` was read from it already.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    read: Vec<u8>,
    peer: IpAddr,
    app: Arc<App>,
    state: Arc<ConnectionState>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (incoming, outgoing) = tokio::io::split(stream);
    let stream =
        TokioIo::new(tokio::io::join(AsyncReadExt::chain(io::Cursor::new(read), incoming), outgoing));
    let streams = Arc::new(Streams::of(Arc::clone(&state)));
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, streams) = (Arc::clone(&app), Arc::clone(&streams));
        async move { Ok::<_, Infallible>(respond_when_there_is_room(&app, peer, request, streams).await) }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        // The date of `respond_when_there_is_room` does not panic before 1970.
        .auto_date_header(false)
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .max_header_list_size(u32::try_from(HEAD_MAX_BYTES).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_ERROR_RESETS)
        .max_send_buf_size(MAX_SEND_BUFFER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let (mut is_listening, mut is_finishing) = (false, false);
    poll_fn(|context: &mut Context<'_>| {
        if !is_listening {
            // Once: a task has the same waker all its life.
            state.listen(context);
            is_listening = true;
        }
        if !is_finishing && state.is_finishing() {
            is_finishing = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    })
    .await?;
    Ok(())
}

/// Answers a request as soon as the client has taken enough of the responses before it.
async fn respond_when_there_is_room(
    app: &App,
    peer: IpAddr,
    request: Request<Incoming>,
    streams: Arc<Streams>,
) -> Response<OutgoingBody> {
    streams.room().await;
    let answering = Answering::begin(&streams);
    let (mut head, body) = request.into_parts();
    head.extensions.insert(app.metrics.begin());
    let is_head = head.method == Method::HEAD;
    let mut held = Held { state: &streams.state, bytes: 0 };
    let max_bytes = max_body_bytes(app, &head.method, head.uri.path());
    let reading = tokio::time::timeout(BODY_TIMEOUT, read_body(body, max_bytes, &mut held)).await;
    let mut response = match reading.unwrap_or(Err(Problem::BodyTooSlow)) {
        Ok(payload) => respond(app, peer, Request::from_parts(head, payload)).await,
        Err(problem) => refusal::respond(app, &head.headers, problem),
    };
    drop(held);
    response.headers_mut().insert(DATE, date());
    let length = response.body().len();
    let is_empty = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if is_head && !is_empty {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    if is_head || is_empty || length == 0 {
        return response.map(|_| OutgoingBody(None));
    }
    if !streams.hold(length) {
        return refusal::overloaded(app).map(|_| OutgoingBody(None));
    }
    drop(answering);
    response.map(|bytes| OutgoingBody(Some(Data { bytes, streams })))
}

/// Reads a request's body.
async fn read_body(mut body: Incoming, max_bytes: usize, held: &mut Held<'_>) -> Result<Payload, Problem> {
    if body.size_hint().lower() > max_bytes as u64 {
        discard(body);
        return Ok(Payload::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::Malformed("the body ended early".to_owned()))?;
        let data = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > max_bytes {
            discard(body);
            return Ok(Payload::TooLarge);
        }
        if !held.state.hold(data.len()) {
            return Err(Problem::Overloaded);
        }
        held.bytes += data.len();
        bytes.extend_from_slice(&data);
    }
    Ok(Payload::Whole(bytes.into()))
}

/// Reads and drops the rest of a body in the background. Dropping the body at once would reset the
/// stream.
fn discard(mut body: Incoming) {
    tokio::spawn(tokio::time::timeout(LINGER_TIMEOUT, async move {
        let mut discarded = 0;
        while let Some(Ok(frame)) = body.frame().await
            && discarded < LINGER_MAX_BYTES
        {
            discarded += frame.data_ref().map_or(0, Bytes::len);
        }
    }));
}

/// Bytes of a body that is being read.
struct Held<'a> {
    state: &'a ConnectionState,
    bytes: usize,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.state.release(self.bytes);
    }
}

/// The state that the streams of a connection share.
struct Streams {
    state: Arc<ConnectionState>,
    under_way: AtomicUsize,
    unsent_bytes: AtomicUsize,
    /// Something was taken, or given up.
    taken: Notify,
}

impl Streams {
    fn of(state: Arc<ConnectionState>) -> Self {
        let (under_way, unsent_bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { state, under_way, unsent_bytes, taken: Notify::new() }
    }

    /// Waits until the responses that the client has not taken are not too many.
    async fn room(&self) {
        loop {
            let taken = self.taken.notified();
            if self.unsent_bytes.load(Ordering::Relaxed) <= MAX_UNSENT_BYTES {
                return;
            }
            taken.await;
        }
    }

    /// Counts a body that is to be sent. Returns whether there is room for it.
    fn hold(&self, bytes: usize) -> bool {
        let fits = self.state.hold(bytes);
        if fits && self.unsent_bytes.fetch_add(bytes, Ordering::Relaxed) == 0 {
            self.state.sending();
        }
        fits
    }

    /// The client has taken so many bytes, or will never do so.
    fn release(&self, bytes: usize) {
        self.state.release(bytes);
        if self.unsent_bytes.fetch_sub(bytes, Ordering::Relaxed) == bytes {
            self.state.sent();
            self.wait_if_idle();
        }
        self.taken.notify_waiters();
    }

    /// The connection waits for its client when there is nothing to answer and nothing to send.
    fn wait_if_idle(&self) {
        let under_way = self.under_way.load(Ordering::Relaxed);
        if under_way == 0 && self.unsent_bytes.load(Ordering::Relaxed) == 0 {
            self.state.waiting();
        }
    }
}

/// A request that is being answered.
struct Answering<'a>(&'a Streams);

impl<'a> Answering<'a> {
    fn begin(streams: &'a Streams) -> Self {
        streams.under_way.fetch_add(1, Ordering::Relaxed);
        streams.state.answering();
        Self(streams)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
        self.0.wait_if_idle();
    }
}

/// The bytes of a body, which count until they are sent or given up.
struct Data {
    bytes: Bytes,
    streams: Arc<Streams>,
}

impl Buf for Data {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.streams.state.sending();
        self.streams.release(count);
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if self.bytes.has_remaining() {
            self.streams.release(self.bytes.remaining());
        }
    }
}

/// The body of a response.
struct OutgoingBody(Option<Data>);

impl Body for OutgoingBody {
    type Data = Data;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Data>, Infallible>>> {
        Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Buf::remaining) as u64)
    }
}
