//! Reads a body that has not arrived with its head. Its content is not parsed here.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::DirectConnection;
use super::chunked::ChunkedBody;
use super::head::BodyLength;
use crate::http::request::body::BODY_TIMEOUT;
use crate::http::response::problem::Problem;

impl<S: AsyncRead + AsyncWrite + Unpin> DirectConnection<'_, S> {
    /// Reads a body that has not arrived with its head. The outer error is the connection's.
    pub(super) async fn read_body(
        &mut self,
        length: BodyLength,
        expects_continue: bool,
        max_bytes: usize,
    ) -> io::Result<Result<Bytes, Problem>> {
        if matches!(length, BodyLength::Bytes(length) if length > max_bytes as u64) {
            return Ok(Err(Problem::BodyTooLarge { max_bytes }));
        }
        if expects_continue && self.rest.is_empty() {
            self.unsent.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            self.send_unsent().await?;
            self.state.answering();
        }
        let reading = async {
            match length {
                BodyLength::Bytes(length) => {
                    let length = usize::try_from(length).unwrap_or(usize::MAX);
                    while self.rest.len() < length {
                        if let Err(problem) = self.read_more(0).await? {
                            return Ok(Err(problem));
                        }
                    }
                    Ok(Ok(self.rest.drain(..length).collect()))
                }
                BodyLength::Chunked => self.read_chunks(max_bytes).await,
            }
        };
        tokio::time::timeout(BODY_TIMEOUT, reading).await.unwrap_or(Ok(Err(Problem::BodyTooSlow)))
    }

    async fn read_chunks(&mut self, max_bytes: usize) -> io::Result<Result<Bytes, Problem>> {
        let mut body = ChunkedBody::new(max_bytes);
        loop {
            match body.take(&self.rest) {
                Ok(taken) => drop(self.rest.drain(..taken)),
                Err(problem) => return Ok(Err(problem)),
            }
            if body.is_whole() {
                return Ok(Ok(body.into_bytes()));
            }
            if let Err(problem) = self.read_more(body.bytes().len()).await? {
                return Ok(Err(problem));
            }
        }
    }

    /// Reads more of a body. The first `elsewhere` bytes of it are in another buffer.
    pub(super) async fn read_more(&mut self, elsewhere: usize) -> io::Result<Result<(), Problem>> {
        if !self.hold(self.rest.len() + elsewhere) {
            self.rest = Vec::new();
            return Ok(Err(Problem::Overloaded));
        }
        poll_fn(|context| {
            let mut buffers = self.buffers.lock();
            let mut input = ReadBuf::new(&mut buffers.input);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut input))?;
            self.rest.extend_from_slice(input.filled());
            let ended = input.filled().is_empty();
            let result =
                if ended { Err(Problem::Malformed("the body ended early".to_owned())) } else { Ok(()) };
            Poll::Ready(Ok(result))
        })
        .await
    }
}
