//! Malformed requests, and requests above a limit: each gets a response before its connection is
//! closed, in the clear and over TLS, as the first request of a connection and after others.

use atelier::http::TlsFiles;

use super::secure;
use crate::support::{Certificate, Connection, Shop, on_every_store, question};

const GET: &str = "GET /qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\n\r\n";

/// Good requests that may come before, with how many there are.
const BEFORE: [(&str, usize); 4] = [
    ("", 0),
    ("GET /qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\n\r\n", 1),
    ("GET http://shop/qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\nX-Request-Id: 1\r\n\r\n", 1),
    ("GET /nothing HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1),
];

/// What each is, its bytes, and the status of its response.
fn malformed() -> Vec<(&'static str, Vec<u8>, u16)> {
    let get = |fields: &str| format!("GET /livez HTTP/1.1\r\nHost: x\r\n{fields}\r\n").into_bytes();
    let post = |fields: &str, body: &str| {
        format!(
            "POST /qa/questions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}\r\n{body}"
        )
        .into_bytes()
    };
    vec![
        ("a control character", get("X-A: \u{1}\r\n"), 400),
        ("a header without a colon", get("X-A\r\n"), 400),
        ("a header with a space in its name", get("X A: 1\r\n"), 400),
        ("a folded header", get("X-A: 1\r\n 2\r\n"), 400),
        ("a raw byte in a name", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-\xe9: 1\r\n\r\n".to_vec(), 400),
        ("a raw byte in the target", b"GET /liv\xe9z HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), 400),
        ("UTF-8 in the target", "GET /qa/questions?x=\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n".into(), 400),
        (
            "a bracket in the target",
            { b"POST /qa/questions?x=<s> HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}".to_vec() },
            400,
        ),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400),
        ("the same length twice", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400),
        (
            "a length and chunks",
            post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            400,
        ),
        ("a length that is none", post("Content-Length: two\r\n", "{}"), 400),
        ("another coding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400),
        ("chunks that are none", post("Transfer-Encoding: chunked\r\n", "x\r\n"), 400),
        ("no Host", b"GET /livez HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("two Hosts", get("Host: x\r\n"), 400),
        ("a Host that is none", b"GET /livez HTTP/1.1\r\nHost: x y\r\n\r\n".to_vec(), 400),
        ("another version", b"GET /livez HTTP/3.0\r\nHost: x\r\n\r\n".to_vec(), 400),
        ("no version", b"GET /livez\r\n\r\n".to_vec(), 400),
        ("another protocol", b"\x00\x01\x02\x03\r\n\r\n".to_vec(), 400),
        ("101 headers", get(&"X-A: 1\r\n".repeat(100)), 431),
        ("a head that is too large", get(&format!("X-A: {}\r\n", "y".repeat(400_000))), 431),
        (
            "a target that is too long",
            format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000)).into(),
            414,
        ),
    ]
}

/// Opens the shop again, with TLS if there is a certificate.
fn open_again(shop: &mut Shop, certificate: Option<&Certificate>) {
    shop.close();
    shop.http_settings.tls = certificate.map(|certificate| {
        let (path, key) = (certificate.path.clone(), certificate.key.clone());
        TlsFiles { certificate: path, key }
    });
}

fn connect(shop: &Shop, certificate: Option<&Certificate>) -> Connection {
    certificate.map_or_else(|| shop.connect(), |certificate| secure::connect(shop.address(), certificate))
}

on_every_store! {
    fn every_malformed_request_is_answered(shop: &mut Shop) {
        shop.stock([question(1)]);
        let certificate = Certificate::new("localhost");
        for certificate in [None, Some(&certificate)] {
            open_again(shop, certificate);
            for (what, bytes, status) in malformed() {
                for (before, count) in BEFORE {
                    let mut connection = connect(shop, certificate);
                    // The shop may close the connection before all of it is sent.
                    let _ = connection.try_send([before.as_bytes(), &bytes].concat());
                    for _ in 0..count {
                        assert!(matches!(connection.response_to("GET").status, 200 | 404), "{what} behind {before}");
                    }
                    let response = connection.response_to("GET");
                    assert_eq!(response.status, status, "{what} behind {before}: {response:?}");
                    assert_eq!(response.header("connection"), Some("close"), "{what}");
                    assert_eq!(response.header("access-control-allow-origin"), Some("*"), "{what}");
                    assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{what}");
                    assert!(response.body.starts_with("Error: "), "{what}: {response:?}");
                    assert_eq!(connection.read_to_the_end(), "", "{what}");
                }
            }
            let mut connection = connect(shop, certificate);
            connection.send(GET);
            assert_eq!(connection.response_to("GET").column("question_id"), [1], "others are answered");
        }
    }

    fn a_malformed_request_in_pieces_is_answered(shop: &Shop) {
        for (what, bytes, status) in malformed().into_iter().filter(|(_, bytes, _)| bytes.len() < 1_000) {
            let mut connection = shop.connect();
            for byte in bytes {
                // The bytes after the malformed part may meet a closed connection.
                let _ = connection.try_send([byte]);
            }
            assert_eq!(connection.response_to("GET").status, status, "{what}");
        }
    }

    fn errors_of_malformed_requests_have_the_form_of_all_errors(shop: &mut Shop) {
        "/api".clone_into(&mut shop.http_settings.path_prefix);
        let mut connection = shop.connect();
        connection.send("GET /livez HTTP/1.1\r\nAccept: application/json\r\nX-Request-Id: a1\r\n\r\n");
        let response = connection.response_to("GET");
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(response.header("x-request-id"), Some("a1"));
        assert_eq!(
            response.json(),
            serde_json::json!({
                "type": "/api/problems/malformed-request",
                "title": "Malformed request",
                "status": 400,
                "detail": "Error: this is no HTTP request: there must be one Host",
                "instance": "/",
            })
        );
        let mut connection = shop.connect();
        connection.send("HEAD /livez HTTP/1.1\r\n\r\n");
        assert_eq!(connection.response_to("HEAD").status, 400);
        assert_eq!(connection.read_to_the_end(), "");
    }

    fn a_head_that_ends_early_is_answered(shop: &Shop) {
        let mut connection = shop.connect();
        connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n");
        connection.finish_sending();
        assert_eq!(connection.response_to("GET").status, 400);
    }

    fn requests_at_the_limits_are_answered(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (target, fields) in [
            (format!("/qa/questions?product_id=5&x={}", "y".repeat(8_000)), String::new()),
            ("/qa/questions?product_id=5".to_owned(), "X-A: 1\r\n".repeat(99)),
            ("/qa/questions?product_id=5".to_owned(), format!("X-A: {}\r\n", "y".repeat(32_000))),
        ] {
            let mut connection = shop.connect();
            for _ in 0..2 {
                connection.send(format!("GET {target} HTTP/1.1\r\nHost: shop\r\n{fields}\r\n"));
                assert_eq!(connection.response_to("GET").column("question_id"), [1]);
            }
        }
    }

    fn http_1_0_is_answered_and_closed(shop: &mut Shop) {
        shop.stock([question(1)]);
        for fields in ["", "Connection: keep-alive\r\n", "Host: shop\r\n"] {
            let mut connection = shop.connect();
            connection.send(format!("GET /qa/questions?product_id=5 HTTP/1.0\r\n{fields}\r\n"));
            let response = connection.response_to("GET");
            assert_eq!((response.header("connection"), response.column("question_id")), (Some("close"), vec![1]));
            assert_eq!(connection.read_to_the_end(), "");
        }
    }
}
