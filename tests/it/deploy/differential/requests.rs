//! Generated requests: good ones, odd ones and malformed ones. The right responses are not known
//! here.

use crate::support::program::Chance;

/// A request in HTTP/1.1, and in HTTP/2 if it has a form there.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) bytes: Vec<u8>,
    pub(super) is_head: bool,
    /// Whether it keeps all rules of HTTP/1.1.
    pub(super) is_sound: bool,
    pub(super) in_http2: Option<InHttp2>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        text.truncate(text.floor_char_boundary(400));
        write!(formatter, "{text:?}")
    }
}

/// A request in the terms of HTTP/2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InHttp2 {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Makes requests, the same ones for the same seed.
pub(super) struct Generator(Chance);

const QUESTION: &str = r#"{"product_id":9,"body":"Is it warm?","name":"ann","email":"ann@mail.test"}"#;
const ANSWER: &str =
    r#"{"body":"Yes.","name":"bob","email":"bob@mail.test","photos":["https://x.test/a.jpg"]}"#;
const REVIEW: &str = r#"{"product_id":9,"rating":4,"body":"Warm.","recommend":true,"name":"ann",
    "email":"ann@mail.test","photos":["blob:x"],"characteristics":{"9":5}}"#;
const INTERACTION: &str = r#"{"element":"a","widget":"b","time":"c"}"#;
const REVIEW_FORM: &str = "product_id=9&rating=4&body=Warm.&recommend=true&name=ann&email=ann%40mail.test\
    &characteristics%5B9%5D=5";
const FORM: &str = "product_id=9&body=Is+it+warm%3F&name=ann&email=ann%40mail.test";

impl Generator {
    pub(super) fn new(chance: Chance) -> Self {
        Self(chance)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = self.below(choices.len() as u64);
        choices[usize::try_from(place).expect("few choices")]
    }

    /// The next request.
    pub(super) fn next(&mut self) -> Asked {
        let (method, mut target) = self.asked_for();
        if self.below(8) == 0 {
            target = self.odd(&target);
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for _ in 0..self.below(4) {
            let (name, value) = self.field();
            if !fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                fields.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = self.body(method, &mut fields);
        let in_http2 = InHttp2 {
            method: method.to_owned(),
            target: target.clone(),
            fields: fields.clone(),
            body: body.clone(),
        };
        let mut asked = written(method, &target, &fields, &body, self.below(6) == 0);
        asked.in_http2 = Some(in_http2);
        if self.below(5) == 0 {
            self.spoil(&mut asked, method, &target);
        }
        asked
    }

    /// Writes go to rows that no list shows here, so that every way finds the same lists.
    fn asked_for(&mut self) -> (&'static str, String) {
        let id = self.one_of(&[
            "1",
            "2",
            "10",
            "007",
            "0",
            "-1",
            "1.0",
            "x",
            "9007199254740991",
            "9007199254740992",
        ]);
        let (page, count) =
            (self.one_of(&["1", "2", "0", "abc", "1e2"]), self.one_of(&["5", "100", "", "-3", "9999"]));
        match self.below(18) {
            0..=2 => ("GET", format!("/qa/questions?product_id={id}&page={page}&count={count}")),
            3 | 4 => ("GET", format!("/qa/questions/{id}/answers?page={page}&count={count}")),
            5 => ("HEAD", format!("/qa/questions?product_id={id}")),
            6 => (
                "PUT",
                format!(
                    "/qa/{}/{}",
                    self.one_of(&["questions/90", "answers/190", "questions/x"]),
                    self.one_of(&["helpful", "report"])
                ),
            ),
            7 => ("POST", "/qa/questions".to_owned()),
            8 => ("POST", format!("/qa/questions/{}/answers", self.one_of(&["90", "91", "77", "x"]))),
            9 => (self.one_of(&["OPTIONS", "DELETE", "PATCH", "PUT"]), "/qa/questions".to_owned()),
            10 => (
                "GET",
                self.one_of(&[
                    "/problems/unknown-product",
                    "/problems/invalid-fields",
                    "/problems/none",
                    "/livez",
                    "/docs",
                    "/openapi.json",
                ])
                .to_owned(),
            ),
            11..=16 => self.of_page(id, page, count),
            _ => (
                "GET",
                self.one_of(&[
                    "/cart",
                    "/reviews/",
                    "/reviews/1",
                    "/products/1/",
                    "/products/1/nothing",
                    "/interactions",
                    "/",
                    "//",
                    "/qa",
                    "/qa/questions/",
                    "/QA/questions",
                    "/qa/questions/1",
                    "/nothing",
                ])
                .to_owned(),
            ),
        }
    }

    /// A request of a catalogue, of reviews or of a cart.
    fn of_page(&mut self, id: &str, page: &str, count: &str) -> (&'static str, String) {
        match self.below(6) {
            0 | 1 => ("GET", self.of_product(id)),
            2 => ("GET", format!("/products?page={page}&count={count}")),
            3 => (
                self.one_of(&["GET", "GET", "HEAD"]),
                format!("/reviews?product_id={id}&page={page}&count={count}&sort={}", self.sort()),
            ),
            4 => {
                let row = self.one_of(&["90", "091", "77", "x", "meta"]);
                ("PUT", format!("/reviews/{row}/{}", self.one_of(&["helpful", "report"])))
            }
            // No body here is an item for a cart, which would differ from way to way.
            _ => ("POST", self.one_of(&["/reviews", "/reviews", "/interactions", "/cart"]).to_owned()),
        }
    }

    /// Something about a product.
    fn of_product(&mut self, id: &str) -> String {
        match self.below(4) {
            0 => format!("/products/{id}"),
            1 => format!("/products/{id}/styles"),
            2 => format!("/products/{id}/related"),
            _ => format!("/reviews/meta?product_id={id}"),
        }
    }

    fn sort(&mut self) -> &'static str {
        self.one_of(&["", "helpful", "newest", "Relevant", "%22newest%22", "'relevant'", "x"])
    }

    /// The same target in an odd form.
    fn odd(&mut self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match self.below(7) {
            0 => format!("{path}/?{query}"),
            1 => format!("{path}?{query}&{query}&x=%zz&=&&"),
            2 => format!("{path}?{}", query.replace('=', "%3D")),
            3 => format!("{path}?{}", query.replace('_', "%5F")),
            4 => format!("{path}%20?{query}"),
            5 => format!(
                "{path}?{query}&filler={}",
                "x".repeat(usize::try_from(self.below(6_000)).expect("small"))
            ),
            _ => format!("{path}?{query}&a[]=1&b=%F0%9F%98%80+c"),
        }
    }

    fn field(&mut self) -> (&'static str, &'static str) {
        self.one_of(&[
            ("Accept", "*/*"),
            ("Accept", "application/json"),
            ("Accept", "text/html, application/problem+json;q=0.5"),
            ("Accept-Encoding", "gzip"),
            ("Accept-Encoding", "br;q=0, identity"),
            ("If-None-Match", "*"),
            ("If-None-Match", "\"none\", W/\"other\""),
            ("Origin", "https://shop.example"),
            ("Authorization", "anything at all"),
            ("X-Request-Id", "one-2_3"),
            ("X-Request-Id", "<no>"),
            ("User-Agent", "tests"),
            ("Cookie", "a=b; c=d"),
            ("Idempotency-Key", "\"\""),
            ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("Content-Encoding", "gzip"),
        ])
    }

    fn body(&mut self, method: &str, fields: &mut Vec<(String, String)>) -> Vec<u8> {
        if !matches!(method, "POST" | "PUT") || self.below(6) == 0 {
            return Vec::new();
        }
        let (media_type, body) = match self.below(13) {
            0 | 1 => ("application/json", QUESTION.to_owned()),
            2 | 3 => ("application/json; charset=utf-8", ANSWER.to_owned()),
            4 => ("application/x-www-form-urlencoded", FORM.to_owned()),
            5 => ("application/json", QUESTION[..30].to_owned()),
            6 => {
                ("application/json", self.one_of(&["[]", "{}", "\"x\"", "{\"body\":\"\\ud800\"}"]).to_owned())
            }
            7 => ("application/json", " ".repeat(66_000)),
            8 | 9 => ("application/json", REVIEW.to_owned()),
            10 => ("application/json", INTERACTION.to_owned()),
            11 => ("application/x-www-form-urlencoded", REVIEW_FORM.to_owned()),
            _ => ("text/plain", "hello".to_owned()),
        };
        fields.push(("Content-Type".to_owned(), media_type.to_owned()));
        body.into_bytes()
    }

    /// Breaks a rule of HTTP/1.1. HTTP/2 has no such request.
    fn spoil(&mut self, asked: &mut Asked, method: &str, target: &str) {
        let line = format!("{method} {target} HTTP/1.1\r\n");
        let get = |rest: &str| format!("GET {target} HTTP/1.1\r\n{rest}\r\n").into_bytes();
        asked.bytes =
            match self.below(16) {
                0 => get("Host: shop\r\nX-A: \u{1}\r\n"),
                1 => b"GET /qa/questions?product_id=\xE9 HTTP/1.1\r\nHost: shop\r\n\r\n".to_vec(),
                2 => get("Host: shop\r\nno colon here\r\n"),
                3 => get(&format!("Host: shop\r\n{}", "X-A: b\r\n".repeat(120))),
                4 => format!("GET /{} HTTP/1.1\r\nHost: shop\r\n\r\n", "x".repeat(20_000)).into_bytes(),
                5 => format!("{line}Host: shop\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}")
                    .into_bytes(),
                6 => get(""),
                7 => get("Host: one\r\nHost: two\r\n"),
                8 => get("Host: a b\r\n"),
                9 => format!("{line}Host: shop\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
                    .into_bytes(),
                10 => get("Host: shop\r\nX-A : b\r\n"),
                11 => get("Host: shop\r\nX-A: b\r\n folded\r\n"),
                12 => format!("GET  {target} HTTP/1.1\r\nHost: shop\r\n\r\n").into_bytes(),
                13 => format!("{line}Host: shop\r\nContent-Length: x\r\n\r\n").into_bytes(),
                14 => get(&format!("Host: shop\r\nX-A: {}\r\n", "b".repeat(40_000))),
                _ => format!(
                    "{line}Host: shop\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                )
                .into_bytes(),
            };
        asked.is_head = asked.bytes.starts_with(b"HEAD ");
        (asked.is_sound, asked.in_http2) = (false, None);
    }
}

fn written(method: &str, target: &str, fields: &[(String, String)], body: &[u8], chunked: bool) -> Asked {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: shop\r\n").into_bytes();
    for (name, value) in fields {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if !body.is_empty() && chunked {
        bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in body.chunks(100.max(body.len() / 3)) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
    } else {
        if matches!(method, "POST" | "PUT" | "PATCH") {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
    }
    Asked { bytes, is_head: method == "HEAD", is_sound: true, in_http2: None }
}
