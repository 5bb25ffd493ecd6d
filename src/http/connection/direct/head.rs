//! Reading a request's head: what of it decides whether the direct way may answer it, and the request as `dispatch`
//! takes it. Only what has one meaning is taken; anything else is [`Parsed::Unusual`], and hyper's to judge.

use std::mem::MaybeUninit;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use crate::http::request::body::Payload;

/// Most header lines of a head that is read here.
pub(crate) const MAX_HEADERS: usize = 64;

/// What a connection's bytes begin with.
pub(crate) enum Parsed<'h, 'b> {
    /// A part of a head.
    Partial,
    /// Nothing that is read here.
    Unusual,
    /// A head.
    Whole(Head<'h, 'b>),
}

/// A request's head, and how long its body is.
pub(crate) struct Head<'h, 'b> {
    method: &'b str,
    /// Path and query as they were sent.
    pub(crate) target: &'b str,
    headers: &'h [httparse::Header<'b>],
    pub(crate) head_bytes: usize,
    pub(crate) body_bytes: usize,
    /// The client wants to send more.
    pub(crate) keep_alive: bool,
    /// `GET` with neither a body nor a header that makes a list's answer another one, of a target without
    /// anything that would have to be judged.
    pub(crate) is_plain: bool,
}

/// Reads the head at the beginning of `bytes`.
pub(crate) fn parse<'h, 'b>(
    bytes: &'b [u8],
    headers: &'h mut [MaybeUninit<httparse::Header<'b>>; MAX_HEADERS],
) -> Parsed<'h, 'b> {
    let mut request = httparse::Request::new(&mut []);
    let head_bytes = match request.parse_with_uninit_headers(bytes, headers) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(_) => return Parsed::Unusual,
    };
    let (Some(method), Some(target), Some(1)) = (request.method, request.path, request.version) else {
        return Parsed::Unusual;
    };
    if !target.starts_with('/') || method == "CONNECT" {
        return Parsed::Unusual;
    }
    let mut head = Head {
        method,
        target,
        headers: request.headers,
        head_bytes,
        body_bytes: 0,
        keep_alive: true,
        is_plain: true,
    };
    if head.read_headers().is_none() {
        return Parsed::Unusual;
    }
    head.is_plain &= method == "GET" && head.body_bytes == 0 && target.bytes().all(is_plain_in_target);
    Parsed::Whole(head)
}

/// Whether a byte of a target means itself, or is one of those that lists have a use for.
fn is_plain_in_target(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'/' | b'?' | b'=' | b'&' | b'_' | b'-' | b'.' | b'%' | b'+')
}

impl Head<'_, '_> {
    /// Takes over what headers say of the connection and the body; `None` when that is not plain.
    fn read_headers(&mut self) -> Option<()> {
        let mut length_seen = false;
        for header in self.headers {
            let name = header.name;
            // By length first: most headers are none of these.
            match name.len() {
                6 if name.eq_ignore_ascii_case("expect") => return None,
                7 if name.eq_ignore_ascii_case("upgrade") => return None,
                17 if name.eq_ignore_ascii_case("transfer-encoding") => return None,
                10 if name.eq_ignore_ascii_case("connection") => {
                    if header.value.eq_ignore_ascii_case(b"close") {
                        self.keep_alive = false;
                        self.is_plain = false;
                    } else if !header.value.eq_ignore_ascii_case(b"keep-alive") {
                        return None;
                    }
                }
                14 if name.eq_ignore_ascii_case("content-length") => {
                    if length_seen {
                        return None;
                    }
                    length_seen = true;
                    self.body_bytes = decimal(header.value)?;
                }
                15 if name.eq_ignore_ascii_case("accept-encoding") => self.is_plain = false,
                13 if name.eq_ignore_ascii_case("if-none-match") => self.is_plain = false,
                12 if name.eq_ignore_ascii_case("x-request-id") => self.is_plain = false,
                _ => {}
            }
        }
        Some(())
    }

    /// The request as `dispatch` takes it; `None` when hyper has to say what is wrong with it.
    pub(crate) fn request(&self, body: &[u8]) -> Option<Request<Payload>> {
        let mut request = Request::new(Payload::Whole(Bytes::copy_from_slice(body)));
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).ok()?;
        *request.uri_mut() = Uri::try_from(self.target).ok()?;
        let headers: &mut HeaderMap = request.headers_mut();
        headers.reserve(self.headers.len());
        for header in self.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_bytes(header.value).ok()?);
        }
        Some(request)
    }
}

/// A number of at most nine digits and nothing else.
fn decimal(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Head bytes, body bytes, whether the connection goes on and whether it is plain; `None` for what is hyper's.
    fn read(text: &str) -> Option<(usize, usize, bool, bool)> {
        let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        match parse(text.as_bytes(), &mut headers) {
            Parsed::Whole(head) => Some((head.head_bytes, head.body_bytes, head.keep_alive, head.is_plain)),
            Parsed::Unusual => None,
            Parsed::Partial => panic!("only a part: {text:?}"),
        }
    }

    fn get(headers: &str) -> String {
        format!("GET /qa/questions?product_id=7 HTTP/1.1\r\nHost: shop\r\n{headers}\r\n")
    }

    #[test]
    fn a_plain_request_is_a_get_without_anything_that_changes_the_answer() {
        for plain in [
            "",
            "Accept: */*\r\n",
            "Connection: Keep-Alive\r\n",
            "Content-Length: 0\r\n",
            "Authorization: x\r\n",
        ] {
            let text = get(plain);
            assert_eq!(read(&text), Some((text.len(), 0, true, true)), "{plain}");
        }
        for other in [
            "Accept-Encoding: gzip\r\n",
            "if-none-match: *\r\n",
            "X-Request-Id: 1\r\n",
            "content-length: 1\r\n",
        ] {
            assert!(matches!(read(&get(other)), Some((.., true, false))), "{other}");
        }
        assert!(matches!(read(&get("Connection: close\r\n")), Some((.., false, false))));
        for target in [
            "/qa/questions?product_id=7#x",
            "/qa/questions?product_id=\u{fc}",
            "/qa/questions?product_id=\"7\"",
        ] {
            let whole = read(&format!("GET {target} HTTP/1.1\r\n\r\n"));
            assert!(!matches!(whole, Some((.., true))), "{target}");
        }
        assert!(matches!(read("PUT /qa/answers/1/helpful HTTP/1.1\r\n\r\n"), Some((.., true, false))));
    }

    #[test]
    fn what_has_two_meanings_or_needs_more_is_unusual() {
        for headers in [
            "Transfer-Encoding: chunked\r\n",
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length:\r\n",
            "Content-Length: 9999999999\r\n",
            "Expect: 100-continue\r\n",
            "Upgrade: h2c\r\n",
            "Connection: Upgrade\r\n",
            "Connection: keep-alive, x\r\n",
            "Bad header\r\n",
            "Folded: a\r\n b\r\n",
        ] {
            assert_eq!(read(&get(headers)), None, "{headers}");
        }
        for text in [
            "GET /qa/questions HTTP/1.0\r\n\r\n",
            "GET http://shop/qa/questions HTTP/1.1\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\n\r\n",
            "CONNECT shop:80 HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u{16}\u{3}\u{1}",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        let many = "X: y\r\n".repeat(MAX_HEADERS);
        assert_eq!(read(&get(&many)), None);
    }

    #[test]
    fn every_beginning_of_a_request_is_a_part() {
        let text = get("Accept: */*\r\n");
        for length in 1..text.len() {
            let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
            let parsed = parse(&text.as_bytes()[..length], &mut headers);
            assert!(matches!(parsed, Parsed::Partial), "{length}");
        }
    }
}
