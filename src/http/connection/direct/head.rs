//! Reads the head of an HTTP/1 request and makes the request for `dispatch`. It refuses a head that
//! breaks a rule or a limit, with a status. `body` reads bodies.

use std::mem::MaybeUninit;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use crate::http::request::body::Payload;
use crate::http::request::head_limits::{HEAD_MAX_BYTES, MAX_FIELDS, TARGET_MAX_BYTES};
use crate::http::response::problem::Problem;

/// What a connection's bytes begin with.
pub(crate) enum Parsed<'h, 'b> {
    /// A part of a head.
    Partial,
    /// A head that breaks a rule or a limit.
    Refused(Problem),
    /// A head.
    Whole(Head<'h, 'b>),
}

/// How long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// This many bytes.
    Bytes(u64),
    /// Its chunks tell.
    Chunked,
}

/// A request's head.
pub(crate) struct Head<'h, 'b> {
    method: &'b str,
    /// Path and query as they were sent.
    pub(crate) target: &'b str,
    fields: &'h [httparse::Header<'b>],
    pub(crate) head_bytes: usize,
    pub(crate) body: BodyLength,
    /// The client sends the body when it is asked to.
    pub(crate) expects_continue: bool,
    /// The client wants to send more requests.
    pub(crate) keep_alive: bool,
    /// A `GET` without a body, without a field that changes a list's response, and with a plain
    /// target that needs no further check.
    pub(crate) is_plain: bool,
}

/// Reads the head at the beginning of `bytes`.
pub(crate) fn parse<'h, 'b>(
    bytes: &'b [u8],
    fields: &'h mut [MaybeUninit<httparse::Header<'b>>; MAX_FIELDS],
) -> Parsed<'h, 'b> {
    let mut request = httparse::Request::new(&mut []);
    let head_bytes = match request.parse_with_uninit_headers(bytes, fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_MAX_BYTES => return Parsed::Partial,
        Ok(httparse::Status::Partial) => return Parsed::Refused(too_long(bytes)),
        Err(error) => return Parsed::Refused(unreadable(error)),
    };
    let (Some(method), Some(target), Some(minor_version)) = (request.method, request.path, request.version)
    else {
        return Parsed::Refused(Problem::MalformedRequest("the request line is incomplete"));
    };
    if target.len() > TARGET_MAX_BYTES || head_bytes > HEAD_MAX_BYTES {
        return Parsed::Refused(too_long(&bytes[..head_bytes]));
    }
    let is_newest = minor_version == 1;
    let mut head = Head {
        method,
        target,
        fields: request.headers,
        head_bytes,
        body: BodyLength::Bytes(0),
        expects_continue: false,
        keep_alive: is_newest,
        is_plain: is_newest && method == "GET" && target.starts_with('/'),
    };
    if let Err(why) = head.read_fields(is_newest) {
        return Parsed::Refused(Problem::MalformedRequest(why));
    }
    head.is_plain &= head.body == BodyLength::Bytes(0) && target.bytes().all(is_plain_in_target);
    Parsed::Whole(head)
}

/// The refusal of a request whose beginning is above a limit.
#[cold]
fn too_long(bytes: &[u8]) -> Problem {
    let line_bytes = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    if line_bytes > TARGET_MAX_BYTES {
        Problem::TargetTooLong { max_bytes: TARGET_MAX_BYTES }
    } else {
        Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES }
    }
}

#[cold]
fn unreadable(error: httparse::Error) -> Problem {
    Problem::MalformedRequest(match error {
        httparse::Error::TooManyHeaders => {
            return Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES };
        }
        httparse::Error::HeaderName => "a header has no name, or a character in it that names do not have",
        httparse::Error::HeaderValue => "a header's value holds a control character",
        httparse::Error::NewLine => "a line does not end in CR LF",
        httparse::Error::Version => "the version is neither HTTP/1.1 nor HTTP/1.0",
        httparse::Error::Token | httparse::Error::Status => {
            "the request line is not a method, a target and a version"
        }
    })
}

/// Whether a byte of a target stands for itself or is a separator that lists use.
fn is_plain_in_target(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'/' | b'?' | b'=' | b'&' | b'_' | b'-' | b'.' | b'%' | b'+')
}

impl Head<'_, '_> {
    /// Takes over what fields say of the connection and the body.
    ///
    /// # Errors
    /// What is wrong with them.
    fn read_fields(&mut self, is_newest: bool) -> Result<(), &'static str> {
        let (mut hosts, mut lengths) = (0, 0);
        for field in self.fields {
            let (name, value) = (field.name, field.value);
            // By length first: most fields are none of these.
            match name.len() {
                4 if name.eq_ignore_ascii_case("host") => {
                    hosts += 1;
                    if !is_host(value) {
                        return Err("Host is not a host");
                    }
                }
                6 if name.eq_ignore_ascii_case("expect") => {
                    self.expects_continue = is_newest && value.eq_ignore_ascii_case(b"100-continue");
                }
                17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                    lengths += 1;
                    if !is_newest || !value.eq_ignore_ascii_case(b"chunked") {
                        return Err("Transfer-Encoding must be chunked and nothing else");
                    }
                    self.body = BodyLength::Chunked;
                }
                10 if name.eq_ignore_ascii_case("connection") => {
                    let mut options = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
                    if options.any(|option| option.eq_ignore_ascii_case(b"close")) {
                        self.keep_alive = false;
                        self.is_plain = false;
                    }
                }
                14 if name.eq_ignore_ascii_case("content-length") => {
                    lengths += 1;
                    self.body = BodyLength::Bytes(decimal(value).ok_or("Content-Length is not a number")?);
                }
                15 if name.eq_ignore_ascii_case("accept-encoding") => self.is_plain = false,
                13 if name.eq_ignore_ascii_case("if-none-match") => self.is_plain = false,
                12 if name.eq_ignore_ascii_case("x-request-id") => self.is_plain = false,
                _ => {}
            }
        }
        if lengths > 1 {
            return Err("the body has two lengths");
        }
        if hosts > 1 || (hosts == 0 && is_newest) {
            return Err("there must be one Host");
        }
        Ok(())
    }

    /// Whether the request is of this method.
    pub(crate) fn is(&self, method: &Method) -> bool {
        self.method == method.as_str()
    }

    /// The request as `dispatch` takes it.
    ///
    /// # Errors
    /// 400 for a malformed method, target or field.
    pub(crate) fn request(&self, body: &[u8]) -> Result<Request<Payload>, Problem> {
        let target_is_none = Problem::MalformedRequest("the target is not a path or an address in ASCII");
        let uri = Uri::try_from(self.target).ok().filter(|_| self.target.is_ascii());
        let Some(uri) = uri else { return Err(target_is_none) };
        if uri.scheme().is_none() && uri.authority().is_some() && !self.is(&Method::CONNECT) {
            return Err(target_is_none);
        }
        let mut request = Request::new(Payload::Whole(Bytes::copy_from_slice(body)));
        *request.uri_mut() = uri;
        *request.method_mut() = Method::from_bytes(self.method.as_bytes())
            .map_err(|_| Problem::MalformedRequest("the method is not a word"))?;
        let headers = request.headers_mut();
        headers.reserve(self.fields.len());
        for field in self.fields {
            let header = header(field.name.as_bytes(), field.value);
            let (name, value) = header.ok_or(Problem::MalformedRequest("a header is not readable"))?;
            headers.append(name, value);
        }
        Ok(request)
    }
}

/// The fields of a refused head, as far as they can be read: its response depends on some of them.
pub(crate) fn readable_fields(bytes: &[u8]) -> HeaderMap {
    let lines = bytes[..bytes.len().min(HEAD_MAX_BYTES)].split(|byte| *byte == b'\n').skip(1);
    let fields = lines.take(MAX_FIELDS).take_while(|line| !line.trim_ascii().is_empty()).filter_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        header(&line[..colon], line[colon + 1..].trim_ascii())
    });
    fields.collect()
}

fn header(name: &[u8], value: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
}

/// Whether a value of `Host` is a host, with a port or without one. It may be empty.
fn is_host(value: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let end = value.iter().position(|byte| !is_name(byte)).unwrap_or(value.len());
    match &value[end..] {
        [] => true,
        [b':', port @ ..] => port.iter().all(u8::is_ascii_digit),
        // An IPv6 address, or a name with unusual characters.
        _ => Authority::try_from(value).is_ok_and(|host| !host.as_str().contains('@')),
    }
}

/// Digits and nothing else. A number that is too large for 64 bits is the largest: no body has that
/// many bytes.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(std::str::from_utf8(text).ok()?.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text is read as.
    fn read<T>(text: impl AsRef<[u8]>, see: impl FnOnce(&Head<'_, '_>) -> T) -> Result<T, Problem> {
        let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
        match parse(text.as_ref(), &mut fields) {
            Parsed::Whole(head) => head.request(b"").map(|_| see(&head)),
            Parsed::Refused(problem) => Err(problem),
            Parsed::Partial => panic!("only a part"),
        }
    }

    fn get(fields: &str) -> String {
        format!("GET /qa/questions?product_id=7 HTTP/1.1\r\nHost: shop\r\n{fields}\r\n")
    }

    fn with_target(target: &str) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: shop\r\n\r\n")
    }

    #[test]
    fn a_plain_request_is_a_get_without_anything_that_changes_the_response() {
        for (fields, is_plain) in [
            ("", true),
            ("Accept: */*\r\n", true),
            ("Connection: Keep-Alive\r\n", true),
            ("Connection: Upgrade\r\nUpgrade: h2c\r\n", true),
            ("Content-Length: 0\r\n", true),
            ("Authorization: x\r\n", true),
            ("Accept-Encoding: gzip\r\n", false),
            ("if-none-match: *\r\n", false),
            ("X-Request-Id: 1\r\n", false),
            ("content-length: 1\r\n", false),
            ("Transfer-Encoding: chunked\r\n", false),
        ] {
            let text = get(fields);
            let seen = read(&text, |head| (head.head_bytes, head.keep_alive, head.is_plain));
            assert_eq!(seen, Ok((text.len(), true, is_plain)), "{fields}");
        }
        for target in
            ["/qa/questions?product_id=7#x", "/qa/questions?product_id=7,8", "http://shop/qa/questions", "*"]
        {
            assert_eq!(read(with_target(target), |head| head.is_plain), Ok(false), "{target}");
        }
        for fields in
            ["Connection: close\r\n", "connection: x, CLOSE\r\n", "Connection: x\r\nConnection: close\r\n"]
        {
            assert_eq!(
                read(get(fields), |head| (head.keep_alive, head.is_plain)),
                Ok((false, false)),
                "{fields}"
            );
        }
        let old = "GET /qa/questions HTTP/1.0\r\n\r\n";
        assert_eq!(read(old, |head| (head.keep_alive, head.is_plain)), Ok((false, false)));
    }

    #[test]
    fn the_length_of_a_body_is_read() {
        for (fields, length) in [
            ("Content-Length: 007\r\n", BodyLength::Bytes(7)),
            ("Content-Length: 99999999999999999999\r\n", BodyLength::Bytes(u64::MAX)),
            ("Transfer-Encoding: Chunked\r\n", BodyLength::Chunked),
        ] {
            assert_eq!(read(get(fields), |head| head.body), Ok(length), "{fields}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused() {
        let malformed = |text: &[u8]| {
            let refused = read(text, |_| ()).expect_err("no request");
            assert!(matches!(refused, Problem::MalformedRequest(_)), "{refused:?}: {}", text.escape_ascii());
        };
        for fields in [
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 1 1\r\n",
            "Content-Length:\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Host: shop\r\n",
            "No colon\r\n",
            "Space : x\r\n",
            ": x\r\n",
            "Folded: a\r\n b\r\n",
            "Control: \u{1}\r\n",
            "Nothing: \0\r\n",
            "\u{e9}: x\r\n",
        ] {
            malformed(get(fields).as_bytes());
        }
        for host in ["a b", "a/b", "user@shop", "shop:x", "shop:80:90", "[::1", "a,b/", "\u{e9}", "shop?"] {
            malformed(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
        }
        for target in ["/x?y=<s>", "/x y", "/\u{e9}", "/?\u{e9}", "x", "shop:80", "http://", "/\u{7f}"] {
            malformed(with_target(target).as_bytes());
        }
        for text in [
            &b"GET /\xe9 HTTP/1.1\r\nHost: shop\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"GET / HTTP/2.0\r\nHost: shop\r\n\r\n",
            b"GET /\r\n\r\n",
            b"G(T / HTTP/1.1\r\nHost: shop\r\n\r\n",
            b"nonsense\r\n\r\n",
            b"\x16\x03\x01",
        ] {
            malformed(text);
        }
        for host in ["shop", "shop:80", "shop:", "", "127.0.0.1:3000", "[::1]:3000", "a_b.example", "a+b"] {
            let text = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(read(text, |_| ()), Ok(()), "{host}");
        }
    }

    #[test]
    fn limits_are_exact() {
        let fields = |count: usize| get(&"X: y\r\n".repeat(count - 1));
        assert_eq!(read(fields(MAX_FIELDS), |_| ()), Ok(()));
        let too_large = Err(Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES });
        assert_eq!(read(fields(MAX_FIELDS + 1), |_| ()), too_large);
        let of_bytes = |bytes: usize| get(&format!("X: {}\r\n", "y".repeat(bytes - get("X: \r\n").len())));
        assert_eq!(read(of_bytes(HEAD_MAX_BYTES), |_| ()), Ok(()));
        assert_eq!(read(of_bytes(HEAD_MAX_BYTES + 1), |_| ()), too_large);
        assert_eq!(read(&of_bytes(HEAD_MAX_BYTES + 100)[..HEAD_MAX_BYTES], |_| ()), too_large);
        let target = |bytes: usize| with_target(&format!("/{}", "x".repeat(bytes - 1)));
        assert_eq!(read(target(TARGET_MAX_BYTES), |_| ()), Ok(()));
        let too_long = Err(Problem::TargetTooLong { max_bytes: TARGET_MAX_BYTES });
        assert_eq!(read(target(TARGET_MAX_BYTES + 1), |_| ()), too_long);
        assert_eq!(read(&target(100_000)[..HEAD_MAX_BYTES], |_| ()), too_long);
    }

    #[test]
    fn every_beginning_of_a_request_is_a_part() {
        let text = get("Accept: */*\r\n");
        for length in 1..text.len() {
            let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
            assert!(matches!(parse(&text.as_bytes()[..length], &mut fields), Parsed::Partial), "{length}");
        }
    }

    #[test]
    fn fields_of_a_refused_head_are_read_as_far_as_that_goes() {
        let text =
            b"GET / HTTP/1.1\r\nAccept: application/json\r\nbad\r\nX: \x01\r\nOrigin:x \r\n\r\nLater: y\r\n";
        let fields = readable_fields(text);
        assert_eq!(fields.len(), 2, "{fields:?}");
        assert_eq!(
            (&fields["accept"], &fields["origin"]),
            (&"application/json".parse().expect("a value"), &"x".parse().expect("a value"))
        );
    }
}
