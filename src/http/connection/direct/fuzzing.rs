//! Compares how this crate and hyper, an independent reader, read requests: for `crate::fuzzing`. A
//! request that two readers understand differently can be smuggled past a proxy.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::noop_waker_ref;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::chunked::ChunkedBody;
use super::head::{BodyLength, Parsed, parse};
use crate::http::request::body::Payload;
use crate::http::request::head_limits::MAX_FIELDS;

/// Polls after which a connection whose bytes are all there must have ended.
const MAX_POLLS: usize = 10_000;

/// A request as it was understood.
type Understood = (Method, Uri, HeaderMap, Bytes);

/// Hyper reads every request that is accepted here as the same one.
///
/// # Panics
/// When it does not.
pub fn head(bytes: &[u8]) {
    let direct = direct(bytes);
    let mut hyper = hyper(bytes);
    hyper.truncate(direct.len());
    assert_eq!(direct, hyper);
}

/// The requests up to the first that is refused, is not whole or ends the connection.
fn direct(mut bytes: &[u8]) -> Vec<Understood> {
    let mut understood = Vec::new();
    while !bytes.is_empty() {
        let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
        let Parsed::Whole(head) = parse(bytes, &mut fields) else { break };
        let behind = &bytes[head.head_bytes..];
        let Some((body, body_bytes)) = body(behind, head.body) else { break };
        let request = head.request(&body);
        if head.is_plain {
            let (path, query) = match head.target.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (head.target, None),
            };
            let uri = request.as_ref().expect("a plain request is one").uri();
            assert_eq!((uri.path(), uri.query()), (path, query));
        }
        let Ok((parts, Payload::Whole(body))) = request.map(Request::into_parts) else { break };
        let goes_on = head.keep_alive && parts.method != Method::CONNECT;
        understood.push((parts.method, parts.uri, parts.headers, body));
        if !goes_on {
            break;
        }
        bytes = &behind[body_bytes..];
    }
    understood
}

/// A body, and how many of the bytes it takes; `None` when it is refused or not whole.
fn body(bytes: &[u8], length: BodyLength) -> Option<(Bytes, usize)> {
    match length {
        BodyLength::Bytes(length) => {
            let body = bytes.get(..usize::try_from(length).ok()?)?;
            Some((Bytes::copy_from_slice(body), body.len()))
        }
        BodyLength::Chunked => {
            let mut body = ChunkedBody::new(bytes.len());
            let taken = body.take(bytes).ok()?;
            body.is_whole().then(|| (body.into_bytes(), taken))
        }
    }
}

/// The requests that hyper serves.
fn hyper(bytes: &[u8]) -> Vec<Understood> {
    let understood = RefCell::new(Vec::new());
    let service = service_fn(|request: Request<Incoming>| async {
        let (parts, body) = request.into_parts();
        if let Ok(body) = body.collect().await {
            understood.borrow_mut().push((parts.method, parts.uri, parts.headers, body.to_bytes()));
        }
        Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).pipeline_flush(true).half_close(true);
    let mut connection = pin!(builder.serve_connection(Wire(bytes), service));
    let mut context = Context::from_waker(noop_waker_ref());
    // What is wrong with bytes that end early or are no request does not matter here.
    let ended = (0..MAX_POLLS).any(|_| connection.as_mut().poll(&mut context).is_ready());
    assert!(ended, "the connection does not end");
    understood.take()
}

/// A client that sends these bytes at once and receives nothing.
struct Wire<'a>(&'a [u8]);

impl Read for Wire<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let (now, later) = self.0.split_at(self.0.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.0 = later;
        Poll::Ready(Ok(()))
    }
}

impl Write for Wire<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
