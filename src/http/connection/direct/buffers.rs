//! The buffers of a worker, which its busy connections share, and how responses are written into
//! them. All lists of a second have the same head, except for tag and length. Nothing is sent from
//! here.

use bytes::Bytes;
use http::{HeaderMap, Response};

use crate::http::app::App;
use crate::http::connection::connections::ConnectionState;
use crate::http::connection::date::date;
use crate::http::dispatch::finish;
use crate::http::response::reply::list_head;
use crate::http::response::validators::{EntityTag, TAG_BYTES};
use crate::view::ListTag;

/// Most bytes taken from a socket at once.
const INPUT_MAX_BYTES: usize = 16 * 1_024;

/// Room in a list's head for the length of its body: nearly all have as many digits, others are
/// moved.
const LENGTH_DIGITS: &[u8; 4] = b"0000";

/// The end of a list's head, behind the length.
const HEAD_END: &[u8; 4] = b"\r\n\r\n";

/// The buffers of a worker. Idle connections have none of their own.
pub(crate) struct WorkerBuffers {
    pub(crate) input: Box<[u8]>,
    pub(crate) output: Vec<u8>,
    /// A list's head up to the value of `Content-Length`.
    list_head: Vec<u8>,
    /// Where the list's tag belongs in it.
    tag_at: usize,
    /// The line `Date`.
    date_line: Vec<u8>,
    /// The second in which both were written, by the worker's count.
    written_in_s: Option<u32>,
}

/// The place in the output where a list begins.
#[derive(Clone, Copy)]
pub(crate) struct ListStart {
    head: usize,
    body: usize,
}

impl Default for WorkerBuffers {
    fn default() -> Self {
        Self {
            input: vec![0; INPUT_MAX_BYTES].into(),
            output: Vec::new(),
            list_head: Vec::new(),
            tag_at: 0,
            date_line: Vec::new(),
            written_in_s: None,
        }
    }
}

impl std::fmt::Debug for WorkerBuffers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WorkerBuffers")
            .field("output_bytes", &self.output.len())
            .finish_non_exhaustive()
    }
}

impl WorkerBuffers {
    /// Writes a list's head; its body comes behind it.
    pub(crate) fn begin_list(&mut self, app: &App, state: &ConnectionState) -> ListStart {
        self.keep_time(state);
        if self.list_head.is_empty() {
            let mut written = Vec::new();
            let mut head = list_head(&app.lists_kept);
            finish(&app.settings.cors_origins, &HeaderMap::new(), &mut head);
            write_head(&head, &mut written);
            written.extend_from_slice(&self.date_line);
            written.extend_from_slice(b"etag: ");
            self.tag_at = written.len();
            written.resize(self.tag_at + TAG_BYTES, 0);
            written.extend_from_slice(b"\r\ncontent-length: ");
            self.list_head = written;
        }
        let head = self.output.len();
        self.output.extend_from_slice(&self.list_head);
        self.output.extend_from_slice(LENGTH_DIGITS);
        self.output.extend_from_slice(HEAD_END);
        ListStart { head, body: self.output.len() }
    }

    /// Puts tag and length of a list into its head, or takes the head back if no list was written.
    pub(crate) fn end_list(&mut self, start: ListStart, tag: Option<ListTag>) {
        let Some(tag) = tag else {
            self.output.truncate(start.head);
            return;
        };
        self.output[start.head + self.tag_at..][..TAG_BYTES].copy_from_slice(EntityTag::of(tag).as_bytes());
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(self.output.len() - start.body).as_bytes();
        let end = start.body - HEAD_END.len();
        let place = end - LENGTH_DIGITS.len()..end;
        if digits.len() == place.len() {
            self.output[place].copy_from_slice(digits);
        } else {
            self.output.splice(place, digits.iter().copied());
        }
    }

    /// Writes any other response.
    pub(crate) fn write_response(
        &mut self,
        state: &ConnectionState,
        response: &Response<Bytes>,
        is_head: bool,
        keep_alive: bool,
        output: &mut Vec<u8>,
    ) {
        self.keep_time(state);
        write_head(response, output);
        let status = response.status();
        let has_body = status != http::StatusCode::NO_CONTENT && status != http::StatusCode::NOT_MODIFIED;
        if has_body {
            output.extend_from_slice(b"content-length: ");
            output.extend_from_slice(itoa::Buffer::new().format(response.body().len()).as_bytes());
            output.extend_from_slice(b"\r\n");
        }
        if !keep_alive {
            output.extend_from_slice(b"connection: close\r\n");
        }
        output.extend_from_slice(&self.date_line);
        output.extend_from_slice(b"\r\n");
        if has_body && !is_head {
            output.extend_from_slice(response.body());
        }
    }

    /// Writes the date again, once a second.
    fn keep_time(&mut self, state: &ConnectionState) {
        let now_s = state.now_s();
        if self.written_in_s != Some(now_s) {
            self.written_in_s = Some(now_s);
            self.list_head.clear();
            self.date_line.clear();
            self.date_line.extend_from_slice(b"date: ");
            self.date_line.extend_from_slice(date().as_bytes());
            self.date_line.extend_from_slice(b"\r\n");
        }
    }
}

/// Writes a response to a connection that has no worker and is closed behind it.
pub(crate) fn whole_response(response: &Response<Bytes>) -> Vec<u8> {
    let mut output = Vec::new();
    write_head(response, &mut output);
    output.extend_from_slice(b"date: ");
    output.extend_from_slice(date().as_bytes());
    let length = response.body().len();
    output.extend_from_slice(format!("\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").as_bytes());
    output.extend_from_slice(response.body());
    output
}

/// The status line and the headers that the response itself has.
fn write_head(response: &Response<Bytes>, output: &mut Vec<u8>) {
    output.extend_from_slice(b"HTTP/1.1 ");
    output.extend_from_slice(response.status().as_str().as_bytes());
    output.push(b' ');
    output.extend_from_slice(response.status().canonical_reason().unwrap_or("").as_bytes());
    output.extend_from_slice(b"\r\n");
    for (name, value) in response.headers() {
        output.extend_from_slice(name.as_str().as_bytes());
        output.extend_from_slice(b": ");
        output.extend_from_slice(value.as_bytes());
        output.extend_from_slice(b"\r\n");
    }
}
