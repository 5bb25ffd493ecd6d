//! The direct way from a socket to an answer and back, for whole requests over HTTP/1.1: head and body have a known
//! length and have arrived together, which is what shop pages and proxies send. A list that is in memory is
//! written behind its head into one buffer while the bytes are still in the processor's cache; any other request
//! takes the ordinary way through `dispatch`.
//!
//! Whatever is unusual (chunked bodies, HTTP/1.0 and HTTP/2, `Expect`, heads in error or too long, bodies that come
//! later) is not read here at all: the connection goes to hyper with every byte that belongs to it, for good.

mod answer;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod head;

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use http::{Method, StatusCode};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

pub(crate) use self::answer::Desk;
use self::head::{Head, MAX_HEADERS, Parsed};
use super::connections::Presence;
use crate::http::app::App;
use crate::http::dispatch::respond;
use crate::http::request::query::ListQuery;
use crate::http::response::cors::CorsOrigins;
use crate::http::routes::{Destination, find};
use crate::http::watch::access_log::LoggedRequests;

/// Most bytes taken from a socket at once, and most of a head. What has more is hyper's.
const INPUT_MAX_BYTES: usize = 16 * 1_024;

/// Answers to pipelined requests are sent when they pass this size.
const OUTPUT_FLUSH_BYTES: usize = 256 * 1_024;

/// A connection whose requests are answered here.
pub(crate) struct DirectConnection<'a> {
    app: &'a App,
    desk: &'a Mutex<Desk>,
    peer: IpAddr,
    presence: &'a Presence,
    stream: TcpStream,
    is_listening: bool,
    /// What was read and not yet answered: the beginning of a request, or more requests behind one.
    rest: Vec<u8>,
    /// Whether `rest` may hold a whole request.
    rest_is_new: bool,
    /// What the socket did not take yet.
    unsent: Vec<u8>,
}

/// How it ends.
pub(crate) enum End {
    /// Whole answers were sent, and nothing else will come or is wanted.
    Closed,
    /// Something came that is hyper's; the bytes are to be read before the socket's.
    Unusual(TcpStream, Vec<u8>),
}

/// What the bytes at hand lead to, when all that could be answered at once is.
enum Next {
    /// They are used up, or a part of a request is left.
    Read,
    /// There are more; what was written is to be sent first.
    GoOn,
    Respond(Box<Whole>),
    Unusual,
    Close,
}

/// A request for `dispatch`.
struct Whole {
    request: http::Request<crate::http::request::body::Payload>,
    keep_alive: bool,
}

impl<'a> DirectConnection<'a> {
    pub(crate) fn new(
        app: &'a App,
        desk: &'a Mutex<Desk>,
        peer: IpAddr,
        presence: &'a Presence,
        stream: TcpStream,
    ) -> Self {
        let (rest, unsent) = (Vec::new(), Vec::new());
        Self { app, desk, peer, presence, stream, is_listening: false, rest, rest_is_new: false, unsent }
    }

    /// Serves the connection until it ends here.
    pub(crate) async fn serve(mut self) -> std::io::Result<End> {
        loop {
            let next = poll_fn(|context| self.poll_next(context)).await?;
            self.send_unsent().await?;
            match next {
                Next::Read | Next::GoOn => {}
                Next::Respond(whole) => {
                    self.presence.answering();
                    let keep_alive = self.respond(*whole).await?;
                    self.presence.waiting();
                    if !keep_alive {
                        return Ok(End::Closed);
                    }
                }
                Next::Unusual => return Ok(End::Unusual(self.stream, self.rest)),
                Next::Close => return Ok(End::Closed),
            }
        }
    }

    /// Reads what there is, and answers what can be answered from memory.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<Next>> {
        let desk = &mut *self.desk.lock();
        desk.output.clear();
        if self.rest_is_new {
            let rest = std::mem::take(&mut self.rest);
            let next = self.answer(&rest, desk);
            if !matches!(next, Next::Read) || !desk.output.is_empty() {
                return self.poll_send(context, desk, next);
            }
        }
        if !self.is_listening {
            // Once: a task has the same waker all its life.
            self.presence.listen(context);
            self.is_listening = true;
        }
        let mut input = ReadBuf::new(&mut desk.input);
        match Pin::new(&mut self.stream).poll_read(context, &mut input) {
            Poll::Ready(result) => result?,
            Poll::Pending if self.presence.is_finishing() => return Poll::Ready(Ok(Next::Close)),
            Poll::Pending => return Poll::Pending,
        }
        let length = input.filled().len();
        if length == 0 {
            return Poll::Ready(Ok(Next::Close));
        }
        let next = if self.rest.is_empty() {
            let input = std::mem::take(&mut desk.input);
            let next = self.answer(&input[..length], desk);
            desk.input = input;
            next
        } else {
            let mut bytes = std::mem::take(&mut self.rest);
            bytes.extend_from_slice(&desk.input[..length]);
            self.answer(&bytes, desk)
        };
        self.poll_send(context, desk, next)
    }

    /// Answers one request after the other, and keeps what is left of the bytes.
    fn answer(&mut self, bytes: &[u8], desk: &mut Desk) -> Next {
        let mut rest = bytes;
        let next = loop {
            if rest.is_empty() {
                break Next::Read;
            }
            let mut headers = [const { std::mem::MaybeUninit::uninit() }; MAX_HEADERS];
            let head = match head::parse(rest, &mut headers) {
                Parsed::Whole(head) => head,
                Parsed::Partial if rest.len() < INPUT_MAX_BYTES => break Next::Read,
                Parsed::Partial | Parsed::Unusual => break Next::Unusual,
            };
            let length = head.head_bytes + head.body_bytes;
            if rest.len() < length || head.body_bytes > self.app.settings.max_body_bytes {
                break Next::Unusual;
            }
            if head.is_plain && !self.is_ending() && self.list_from_memory(&head, desk) {
                rest = &rest[length..];
                self.presence.waiting();
                if desk.output.len() > OUTPUT_FLUSH_BYTES {
                    break Next::GoOn;
                }
                continue;
            }
            let Some(request) = head.request(&rest[head.head_bytes..length]) else { break Next::Unusual };
            rest = &rest[length..];
            break Next::Respond(Box::new(Whole { request, keep_alive: head.keep_alive }));
        };
        self.rest = rest.to_vec();
        // Behind a whole request there may be another one; a part of one only grows by reading.
        self.rest_is_new = !self.rest.is_empty() && !matches!(next, Next::Read);
        next
    }

    /// Whether the next answer is this connection's last. Once the server is about to stop, clients are told with their answers,
    /// so that nobody sends a request into a connection that is being closed.
    fn is_ending(&self) -> bool {
        self.presence.is_finishing() || self.app.server.stopping.load(Ordering::Relaxed)
    }

    /// Writes a list, if that is what is asked for and its view is in memory.
    fn list_from_memory(&self, head: &Head<'_, '_>, desk: &mut Desk) -> bool {
        let App { settings, metrics, .. } = self.app;
        // Answers for listed origins depend on who asks; traces and lines of a log tell of more than a head has here.
        let is_told = cfg!(feature = "otel") || settings.access_log.requests == LoggedRequests::All;
        if is_told || settings.cors_origins != CorsOrigins::Any {
            return false;
        }
        let began = metrics.begin();
        let Some(target) = head.target.strip_prefix(settings.path_prefix.as_str()) else { return false };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let Destination::Found(row, variables) = find(&Method::GET, path) else { return false };
        let Some(from_memory) = row.from_memory else { return false };
        let start = desk.begin_list(self.app, self.presence);
        let tag = from_memory(self.app, &ListQuery::parse(query), &variables, &mut desk.output);
        desk.end_list(start, tag);
        if tag.is_some() {
            metrics.finish(began, Some(&row.operation), StatusCode::OK);
        }
        tag.is_some()
    }

    /// Has a request answered the ordinary way. Returns whether the connection goes on.
    async fn respond(&mut self, whole: Whole) -> std::io::Result<bool> {
        let is_head = whole.request.method() == Method::HEAD;
        let response = respond(self.app, self.peer, whole.request).await;
        let keep_alive = whole.keep_alive && !self.is_ending();
        self.desk.lock().write_response(self.presence, &response, is_head, keep_alive, &mut self.unsent);
        self.send_unsent().await?;
        Ok(keep_alive)
    }

    /// Sends what was written; what the socket does not take at once is kept for [`Self::send_unsent`].
    fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        desk: &mut Desk,
        next: Next,
    ) -> Poll<std::io::Result<Next>> {
        if !desk.output.is_empty() {
            let sent = match Pin::new(&mut self.stream).poll_write(context, &desk.output) {
                Poll::Ready(sent) => sent?,
                Poll::Pending => 0,
            };
            self.unsent.extend_from_slice(&desk.output[sent..]);
        }
        Poll::Ready(Ok(next))
    }

    async fn send_unsent(&mut self) -> std::io::Result<()> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let mut sent = 0;
        poll_fn(|context| -> Poll<std::io::Result<()>> {
            while sent < self.unsent.len() {
                match ready!(Pin::new(&mut self.stream).poll_write(context, &self.unsent[sent..]))? {
                    0 => return Poll::Ready(Err(std::io::Error::from(std::io::ErrorKind::WriteZero))),
                    more => sent += more,
                }
            }
            Poll::Ready(Ok(()))
        })
        .await?;
        self.unsent = Vec::new();
        Ok(())
    }
}
