//! Serves HTTP/1.1 and HTTP/1.0 on a connection, in the clear or over TLS: reads heads and bodies,
//! and sends what `dispatch` responds. A list that is in memory takes a shorter way: it is written
//! behind its head into one buffer while its bytes are still in the processor's cache. A connection
//! that begins with HTTP/2 is returned with every byte that was read.

mod body;
mod buffers;
mod chunked;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod head;
mod lists;

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(crate) use self::buffers::{WorkerBuffers, whole_response};
use self::head::{BodyLength, Parsed};
use super::connections::{ConnectionState, LINGER_MAX_BYTES, LINGER_TIMEOUT};
use super::http2;
use super::refusal;
use crate::http::app::App;
use crate::http::dispatch::{max_body_bytes, respond};
use crate::http::request::body::Payload;
use crate::http::request::head_limits::MAX_FIELDS;
use crate::http::response::problem::Problem;

/// Responses to pipelined requests are sent when they pass this size.
const OUTPUT_FLUSH_BYTES: usize = 256 * 1_024;

/// A connection whose requests are answered here.
pub(crate) struct DirectConnection<'a, S> {
    app: &'a App,
    buffers: &'a Mutex<WorkerBuffers>,
    peer: IpAddr,
    state: &'a ConnectionState,
    stream: S,
    /// Only a part of a head has come yet.
    is_new: bool,
    /// What was read and not yet answered: the beginning of a request, or more requests behind one.
    rest: Vec<u8>,
    /// Whether `rest` may hold a whole head.
    rest_is_new: bool,
    /// What the socket did not take yet.
    unsent: Vec<u8>,
    /// Whether TLS holds nothing back.
    is_flushed: bool,
}

/// How it ends.
pub(crate) enum End<S> {
    /// No more requests will come or are wanted.
    Closed,
    /// The client speaks HTTP/2. The bytes are to be read before the stream's.
    Http2(S, Vec<u8>),
}

/// The next step after all requests that could be answered at once.
enum Next {
    /// They are used up, or a part of a head is left.
    Read,
    /// There are more requests. The written responses must be sent first.
    GoOn,
    Respond(Box<Pending>),
    Refuse(Box<Refused>),
    Http2,
    Close,
}

/// A request for `dispatch`.
struct Pending {
    request: Request<Payload>,
    /// How long its body is, unless the request has it already.
    arriving: Option<BodyLength>,
    expects_continue: bool,
    keep_alive: bool,
}

/// A request that cannot be read.
struct Refused {
    fields: HeaderMap,
    problem: Problem,
    is_head: bool,
}

/// Whether a connection goes on after a response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    GoOn,
    Close,
    /// More bytes may come that are no request.
    Linger,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> DirectConnection<'a, S> {
    pub(crate) fn new(
        app: &'a App,
        buffers: &'a Mutex<WorkerBuffers>,
        peer: IpAddr,
        state: &'a ConnectionState,
        stream: S,
    ) -> Self {
        Self {
            app,
            buffers,
            peer,
            state,
            stream,
            is_new: true,
            rest: Vec::new(),
            rest_is_new: false,
            unsent: Vec::new(),
            is_flushed: true,
        }
    }

    /// Serves the connection until it ends here.
    pub(crate) async fn serve(mut self) -> io::Result<End<S>> {
        // Once: a task has the same waker all its life.
        poll_fn(|context| {
            self.state.listen(context);
            Poll::Ready(())
        })
        .await;
        loop {
            let next = poll_fn(|context| self.poll_next(context)).await?;
            self.send_unsent().await?;
            let after = match next {
                Next::Read | Next::GoOn => After::GoOn,
                Next::Respond(pending) => {
                    self.state.answering();
                    self.respond(*pending).await?
                }
                Next::Refuse(refused) => self.refuse(*refused).await?,
                Next::Http2 => return Ok(End::Http2(self.stream, self.rest)),
                Next::Close => After::Close,
            };
            if after != After::GoOn {
                self.close(after).await;
                return Ok(End::Closed);
            }
        }
    }

    /// Reads the available bytes, and answers the requests for cached lists.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Next>> {
        let buffers = &mut *self.buffers.lock();
        buffers.output.clear();
        if self.rest_is_new {
            let rest = std::mem::take(&mut self.rest);
            let next = self.answer(&rest, buffers);
            if !matches!(next, Next::Read) || !buffers.output.is_empty() {
                return self.poll_send(context, buffers, next);
            }
        }
        let mut input = ReadBuf::new(&mut buffers.input);
        match Pin::new(&mut self.stream).poll_read(context, &mut input) {
            Poll::Ready(result) => result?,
            Poll::Pending if self.state.is_late() && !self.rest.is_empty() => {
                return Poll::Ready(Ok(refused(&self.rest, Problem::HeadTooSlow)));
            }
            Poll::Pending if self.state.is_finishing() || self.state.is_late() => {
                return Poll::Ready(Ok(Next::Close));
            }
            Poll::Pending => {
                // Most connections hold nothing, before and now.
                if (!self.rest.is_empty() || self.state.held_bytes() > 0) && !self.hold(self.rest.len()) {
                    let rest = std::mem::take(&mut self.rest);
                    return Poll::Ready(Ok(refused(&rest, Problem::Overloaded)));
                }
                return Poll::Pending;
            }
        }
        let length = input.filled().len();
        if length == 0 {
            let ended_early = || Problem::MalformedRequest("the head ended early");
            let next = if self.rest.is_empty() { Next::Close } else { refused(&self.rest, ended_early()) };
            return Poll::Ready(Ok(next));
        }
        let next = if self.rest.is_empty() {
            let input = std::mem::take(&mut buffers.input);
            let next = self.answer(&input[..length], buffers);
            buffers.input = input;
            next
        } else {
            let mut bytes = std::mem::take(&mut self.rest);
            bytes.extend_from_slice(&buffers.input[..length]);
            self.answer(&bytes, buffers)
        };
        self.poll_send(context, buffers, next)
    }

    /// Answers one request after the other, and keeps what is left of the bytes.
    fn answer(&mut self, bytes: &[u8], buffers: &mut WorkerBuffers) -> Next {
        let mut rest = bytes;
        let next = loop {
            if rest.is_empty() {
                break Next::Read;
            }
            let mut fields = [const { std::mem::MaybeUninit::uninit() }; MAX_FIELDS];
            let head = match head::parse(rest, &mut fields) {
                Parsed::Whole(head) => head,
                Parsed::Partial => break Next::Read,
                Parsed::Refused(_) if self.is_new && http2::is_begun_by(rest) => break Next::Http2,
                Parsed::Refused(problem) => break refused(rest, problem),
            };
            self.is_new = false;
            if head.is_plain && !self.is_ending() && self.list_from_memory(head.target, buffers) {
                rest = &rest[head.head_bytes..];
                self.state.waiting();
                if buffers.output.len() > OUTPUT_FLUSH_BYTES {
                    break Next::GoOn;
                }
                continue;
            }
            let behind = &rest[head.head_bytes..];
            let body = match head.body {
                BodyLength::Bytes(length) => {
                    usize::try_from(length).ok().and_then(|length| behind.get(..length))
                }
                BodyLength::Chunked => None,
            };
            let request = match head.request(body.unwrap_or_default()) {
                Ok(request) => request,
                Err(problem) => break refused(rest, problem),
            };
            rest = &behind[body.map_or(0, <[u8]>::len)..];
            break Next::Respond(Box::new(Pending {
                request,
                arriving: body.is_none().then_some(head.body),
                expects_continue: head.expects_continue,
                keep_alive: head.keep_alive,
            }));
        };
        self.rest = rest.to_vec();
        // Behind a whole request there may be another one; a part of one only grows by reading.
        self.rest_is_new = !self.rest.is_empty() && !matches!(next, Next::Read);
        next
    }

    /// Whether the next response is this connection's last. Once the server is about to stop,
    /// clients are told with their responses, so that nobody sends a request into a connection that
    /// is being closed.
    fn is_ending(&self) -> bool {
        self.state.is_finishing() || self.app.server.stopping.load(Ordering::Relaxed)
    }

    /// Has a request answered by `dispatch`.
    async fn respond(&mut self, pending: Pending) -> io::Result<After> {
        let Pending { mut request, arriving, expects_continue, keep_alive } = pending;
        let is_head = request.method() == Method::HEAD;
        let mut after = if keep_alive { After::GoOn } else { After::Close };
        if let Some(length) = arriving {
            request.extensions_mut().insert(self.app.metrics.begin());
            let max_bytes = max_body_bytes(self.app, request.method(), request.uri().path());
            match self.read_body(length, expects_continue, max_bytes).await? {
                Ok(body) => *request.body_mut() = Payload::Whole(body),
                Err(Problem::BodyTooLarge { .. }) => {
                    after = After::Linger;
                    *request.body_mut() = Payload::TooLarge;
                }
                Err(problem) => {
                    return self
                        .refuse(Refused { fields: request.into_parts().0.headers, problem, is_head })
                        .await;
                }
            }
        }
        let mut response = respond(self.app, self.peer, request).await;
        if after == After::GoOn && self.is_ending() {
            after = After::Close;
        }
        if !self.state.hold(response.body().len()) {
            response = refusal::overloaded(self.app);
        }
        self.send(response, is_head, after).await?;
        // Bytes behind the body are the next request.
        self.rest_is_new = !self.rest.is_empty();
        Ok(after)
    }

    /// Responds to a malformed request, and logs it.
    async fn refuse(&mut self, refused: Refused) -> io::Result<After> {
        self.state.answering();
        let response = refusal::respond(self.app, &refused.fields, refused.problem);
        self.send(response, refused.is_head, After::Linger).await?;
        Ok(After::Linger)
    }

    /// Sends the written bytes. Bytes that the socket does not take at once are kept for
    /// [`Self::send_unsent`].
    fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        buffers: &mut WorkerBuffers,
        next: Next,
    ) -> Poll<io::Result<Next>> {
        if !buffers.output.is_empty() {
            let mut stream = Pin::new(&mut self.stream);
            let sent = match stream.as_mut().poll_write(context, &buffers.output) {
                Poll::Ready(sent) => sent?,
                Poll::Pending => 0,
            };
            self.is_flushed = stream.poll_flush(context)?.is_ready();
            if sent < buffers.output.len() {
                if !self.hold(buffers.output.len() - sent) {
                    return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()));
                }
                self.unsent.extend_from_slice(&buffers.output[sent..]);
            }
        }
        Poll::Ready(Ok(next))
    }

    /// Sends a response, until the client has taken it.
    async fn send(&mut self, response: Response<Bytes>, is_head: bool, after: After) -> io::Result<()> {
        let keep_alive = after == After::GoOn;
        self.buffers.lock().write_response(self.state, &response, is_head, keep_alive, &mut self.unsent);
        drop(response);
        self.send_unsent().await
    }

    /// Sends what is left, for as long as the client takes some of it now and then.
    async fn send_unsent(&mut self) -> io::Result<()> {
        if self.unsent.is_empty() && self.is_flushed {
            return Ok(());
        }
        self.state.answering();
        self.state.sending();
        let mut sent = 0;
        poll_fn(|context| -> Poll<io::Result<()>> {
            while sent < self.unsent.len() {
                match ready!(Pin::new(&mut self.stream).poll_write(context, &self.unsent[sent..]))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    more => sent += more,
                }
                self.state.sending();
            }
            Pin::new(&mut self.stream).poll_flush(context)
        })
        .await?;
        self.unsent = Vec::new();
        self.is_flushed = true;
        self.state.release(self.state.held_bytes());
        self.state.sent();
        self.state.waiting();
        Ok(())
    }

    /// Counts the bytes that this connection holds now, in place of those before. Returns whether
    /// there was room for them.
    fn hold(&self, bytes: usize) -> bool {
        self.state.release(self.state.held_bytes());
        self.state.hold(bytes)
    }

    /// Ends the connection in order, so that the client gets what was sent.
    async fn close(&mut self, after: After) {
        self.state.answering();
        let closing = async {
            poll_fn(|context| Pin::new(&mut self.stream).poll_shutdown(context)).await?;
            let mut discarded = 0;
            while after == After::Linger && discarded < LINGER_MAX_BYTES {
                self.rest.clear();
                if self.read_more(0).await?.is_err() {
                    break;
                }
                discarded += self.rest.len();
            }
            io::Result::Ok(())
        };
        // In time or not, broken or not: the connection is over.
        let _ = tokio::time::timeout(LINGER_TIMEOUT, closing).await;
    }
}

/// The end of a connection on which these bytes came.
#[cold]
fn refused(bytes: &[u8], problem: Problem) -> Next {
    let is_head = bytes.starts_with(b"HEAD ");
    Next::Refuse(Box::new(Refused { fields: head::readable_fields(bytes), problem, is_head }))
}
