//! Decodes a body sent in chunks (RFC 9112, section 7.1), strictly and in any pieces. Extensions
//! and trailers are read and dropped. The connection reads the bytes.

use bytes::Bytes;

use crate::http::response::problem::Problem;

/// Most bytes of a chunk's size with its extensions, and of all trailers together.
const LINE_MAX_BYTES: usize = 4 * 1_024;

/// Most bytes of extensions in a body.
const EXTENSIONS_MAX_BYTES: usize = 16 * 1_024;

/// Most trailers of a body.
const MAX_TRAILERS: usize = 16;

/// Most hexadecimal digits of a chunk's size.
const MAX_DIGITS: usize = 16;

/// A body that arrives in chunks.
#[derive(Debug)]
pub(crate) struct ChunkedBody {
    bytes: Vec<u8>,
    max_bytes: usize,
    extension_bytes: usize,
    next: Next,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Next {
    Size,
    /// So many bytes of a chunk.
    Data(usize),
    /// The line end behind a chunk.
    DataEnd,
    Trailers,
    Nothing,
}

impl ChunkedBody {
    /// A body of at most `max_bytes`.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { bytes: Vec::new(), max_bytes, extension_bytes: 0, next: Next::Size }
    }

    /// The bytes so far. The body is complete when [`Self::is_whole`] returns true.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.bytes.into()
    }

    /// Whether the end has come.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// Decodes bytes from the beginning of `input`, and returns how many it used. Bytes that are
    /// left must come again, with more bytes after them.
    ///
    /// # Errors
    /// 400 for a malformed chunk, 413 for a body that is too large.
    pub(crate) fn take(&mut self, input: &[u8]) -> Result<usize, Problem> {
        let mut rest = input;
        loop {
            self.next = match self.next {
                Next::Size => {
                    let Some(line) = line(&mut rest)? else { break };
                    self.begin_chunk(line)?
                }
                Next::Data(left) => {
                    let (now, later) = rest.split_at(left.min(rest.len()));
                    self.bytes.extend_from_slice(now);
                    rest = later;
                    if now.len() < left {
                        self.next = Next::Data(left - now.len());
                        break;
                    }
                    Next::DataEnd
                }
                Next::DataEnd => match line(&mut rest)? {
                    None => break,
                    Some([]) => Next::Size,
                    Some(_) => return Err(MALFORMED),
                },
                Next::Trailers => {
                    let Some(length) = trailers(rest)? else { break };
                    rest = &rest[length..];
                    Next::Nothing
                }
                Next::Nothing => break,
            };
        }
        Ok(input.len() - rest.len())
    }

    /// Reads a chunk's size.
    fn begin_chunk(&mut self, line: &[u8]) -> Result<Next, Problem> {
        let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
        let (digits, extensions) = line.split_at(digits);
        let is_extension = |byte: &u8| *byte == b'\t' || (b' '..=b'~').contains(byte);
        self.extension_bytes += extensions.len();
        if digits.len() > MAX_DIGITS
            || !matches!(extensions, [] | [b';', ..])
            || !extensions.iter().all(is_extension)
            || self.extension_bytes > EXTENSIONS_MAX_BYTES
        {
            return Err(MALFORMED);
        }
        let digits = std::str::from_utf8(digits).map_err(|_| MALFORMED)?;
        let size = u64::from_str_radix(digits, 16).map_err(|_| MALFORMED)?;
        let room = self.max_bytes - self.bytes.len();
        match usize::try_from(size) {
            Ok(0) => Ok(Next::Trailers),
            Ok(size) if size <= room => Ok(Next::Data(size)),
            _ => Err(Problem::BodyTooLarge { max_bytes: self.max_bytes }),
        }
    }
}

const MALFORMED: Problem = Problem::MalformedRequest("the chunks of the body are malformed");

/// Takes a line off the bytes, without its end; `None` when the end has not come.
fn line<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Problem> {
    let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(LINE_MAX_BYTES)]) else {
        return if rest.len() < LINE_MAX_BYTES { Ok(None) } else { Err(MALFORMED) };
    };
    let line = rest[..end].strip_suffix(b"\r").ok_or(MALFORMED)?;
    *rest = &rest[end + 1..];
    Ok(Some(line))
}

/// The length of the trailers with the empty line after them; `None` when that line has not come.
fn trailers(rest: &[u8]) -> Result<Option<usize>, Problem> {
    match httparse::parse_headers(rest, &mut [httparse::EMPTY_HEADER; MAX_TRAILERS]) {
        Ok(httparse::Status::Complete((length, _)))
            if length <= LINE_MAX_BYTES && rest[..length].ends_with(b"\r\n") =>
        {
            Ok(Some(length))
        }
        Ok(httparse::Status::Partial) if rest.len() < LINE_MAX_BYTES => Ok(None),
        _ => Err(MALFORMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body and how many bytes of the text it took; `None` when it is not whole.
    fn decoded(text: &str, piece_bytes: usize) -> Result<Option<(String, usize)>, Problem> {
        let (mut body, mut at) = (ChunkedBody::new(10), 0);
        let mut end = 0;
        while end < text.len() && !body.is_whole() {
            end = text.len().min(end + piece_bytes);
            at += body.take(&text.as_bytes()[at..end])?;
        }
        Ok(body.is_whole().then(|| (String::from_utf8(body.bytes().to_vec()).expect("UTF-8"), at)))
    }

    #[test]
    fn chunks_are_joined_in_any_pieces() {
        for (text, body) in [
            ("0\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\n\r\n", "abc"),
            ("a\r\n0123456789\r\n00\r\n\r\n", "0123456789"),
            ("1;x=y\r\na\r\n0002 ;z\r\nbc\r\n0\r\n\r\n", ""),
            ("1;x=\"y\"\r\na\r\n2\r\n\r\n\r\n0;last\r\nA: b\r\nC: d\r\n\r\n", "a\r\n"),
        ] {
            for piece_bytes in 1..=text.len() {
                let more = format!("{text}GET");
                let expected = (!text.contains(" ;")).then(|| (body.to_owned(), text.len()));
                assert_eq!(decoded(&more, piece_bytes).ok().flatten(), expected, "{text:?} by {piece_bytes}");
            }
            for end in 0..text.len() {
                assert!(!matches!(decoded(&text[..end], 1), Ok(Some(_))), "{:?}", &text[..end]);
            }
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let long = format!("1;{}\r\n", "x".repeat(LINE_MAX_BYTES));
        let much = format!("1;{}\r\na\r\n", "x".repeat(2_000)).repeat(9);
        for text in [
            "\r\n",
            "g\r\n",
            "-1\r\n",
            "+1\r\n",
            "0x1\r\n",
            " 1\r\n",
            "1 \r\n",
            "1\n",
            "1\ra\n",
            "1\r\nab\r\n",
            "1\r\na\n",
            "1;\u{1}\r\n",
            "00000000000000001\r\n",
            "0\r\nA\r\n\r\n",
            "0\r\n\n",
            "0\r\nA : b\r\n\r\n",
            &long,
            &much,
        ] {
            assert_eq!(decoded(text, text.len()), Err(MALFORMED), "{text:?}");
        }
        let too_large = Err(Problem::BodyTooLarge { max_bytes: 10 });
        for text in ["b\r\n", "a\r\n0123456789\r\n1\r\n", "ffffffffffffffff\r\n"] {
            assert_eq!(decoded(text, text.len()), too_large, "{text:?}");
        }
    }
}
