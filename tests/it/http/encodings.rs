//! Lists for clients that take them encoded: the same bytes once decoded, in the encoding that the
//! client likes best.

use std::io::Read as _;

use crate::support::{Response, Shop, answer, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5";
const ANSWERS: &str = "/qa/questions/1/answers";
const ENCODINGS: [&str; 3] = ["gzip", "br", "zstd"];

/// A product whose lists are long enough to be encoded.
fn stock(shop: &Shop) {
    let body =
        "It is, and so is mine, which I have had for a year now and use on most days, winter or summer.";
    shop.stock([question(1).body(body).answers((1..=9).map(|id| answer(id).body(body))), question(2)]);
}

fn ask(shop: &Shop, target: &str, accepted: &str) -> Response {
    shop.request("GET", target).header("Accept-Encoding", accepted).send()
}

/// The encoding of a response, and its decoded body.
fn decoded(response: &Response) -> (Option<&str>, String) {
    let encoding = response.header("content-encoding");
    let mut body = String::new();
    let bytes = response.bytes.as_slice();
    let read = match encoding {
        Some("gzip") => flate2::read::GzDecoder::new(bytes).read_to_string(&mut body),
        Some("br") => brotli::Decompressor::new(bytes, 4_096).read_to_string(&mut body),
        Some("zstd") => zstd::Decoder::new(bytes).and_then(|mut decoder| decoder.read_to_string(&mut body)),
        other => {
            assert_eq!(other, None);
            return (None, response.body.clone());
        }
    };
    read.expect("the body can be decoded");
    (encoding, body)
}

on_every_store! {
    fn an_encoded_list_is_the_same_list(shop: &mut Shop) {
        stock(shop);
        for target in [QUESTIONS, ANSWERS] {
            let plain = shop.get(target);
            for encoding in ENCODINGS {
                // The second one comes from the cache of encoded lists.
                for _ in 0..2 {
                    let response = ask(shop, target, encoding);
                    assert_eq!(decoded(&response), (Some(encoding), plain.body.clone()), "{target}");
                    assert!(response.bytes.len() < plain.bytes.len() / 2, "{target} {encoding}");
                    for header in ["etag", "vary", "content-type", "cache-control"] {
                        assert_eq!(response.header(header), plain.header(header), "{target} {encoding} {header}");
                    }
                }
                let head = shop.request("HEAD", target).header("Accept-Encoding", encoding).send();
                assert_eq!((head.status, head.header("content-encoding")), (200, Some(encoding)));
            }
        }
    }

    fn an_encoded_list_shows_every_write(shop: &mut Shop) {
        stock(shop);
        for votes in 1..=5 {
            assert_eq!(shop.put("/qa/answers/9/helpful").status, 204);
            for target in [QUESTIONS, ANSWERS] {
                for encoding in ENCODINGS {
                    let (_, body) = decoded(&ask(shop, target, encoding));
                    assert!(body.contains(&format!("\"helpfulness\":{votes},")), "{votes} {target} {body}");
                    assert_eq!(body, shop.get(target).body);
                }
            }
        }
    }

    fn the_clients_wishes_are_heard(shop: &mut Shop) {
        stock(shop);
        for (accepted, encoding) in [
            ("", None),
            ("GZIP", Some("gzip")),
            ("x-gzip", Some("gzip")),
            ("br", Some("br")),
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("br, deflate, gzip", Some("gzip")),
            ("gzip;q=0.5, br;q=0.8", Some("br")),
            ("gzip;q=1.0, br;q=0.5", Some("gzip")),
            ("gzip ; q=0.5 , br ; q = 0.501", Some("br")),
            ("gzip;q=0, br;q=0.001", Some("br")),
            ("gzip;q=0", None),
            ("*", Some("gzip")),
            ("*;q=0", None),
            ("*;q=0, br", Some("br")),
            ("gzip;q=0, *", None),
            ("identity", None),
            ("identity, gzip;q=0.9", None),
            ("identity;q=0.5, gzip", Some("gzip")),
            ("deflate, compress", None),
            ("gzip;q=2, br;q=x, zstd;p=1", None),
            ("gzip;q=-1", None),
            ("gzip;q=NaN", None),
            (",,gzip,,", Some("gzip")),
        ] {
            let response = ask(shop, QUESTIONS, accepted);
            assert_eq!(response.header("content-encoding"), encoding, "{accepted}");
            assert_eq!(response.header("vary"), Some("Accept-Encoding"), "{accepted}");
        }
        let two_lines = shop.request("GET", QUESTIONS).header("Accept-Encoding", "br;q=0.1");
        let answer = two_lines.header("Accept-Encoding", "gzip;q=0.2").send();
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
    }

    fn short_lists_and_errors_are_sent_as_they_are(shop: &mut Shop) {
        stock(shop);
        for target in ["/qa/questions?product_id=6", "/qa/questions/2/answers", "/nothing"] {
            assert_eq!(ask(shop, target, "gzip").header("content-encoding"), None, "{target}");
        }
        let empty = r#"{"product_id":"6","results":[]}"#.to_owned();
        for (accepted, encoding) in [
            ("identity;q=0.1, gzip", None),
            ("*;q=0, identity", None),
            ("gzip, identity;q=0", Some("gzip")),
            ("gzip, *;q=0", Some("gzip")),
            ("br, identity;q=0.0", Some("br")),
        ] {
            let answer = ask(shop, "/qa/questions?product_id=6", accepted);
            assert_eq!(decoded(&answer), (encoding, empty.clone()), "{accepted}");
        }
    }

    fn a_client_that_has_the_list_gets_304_in_every_encoding(shop: &mut Shop) {
        stock(shop);
        let whole = ask(shop, QUESTIONS, "br");
        let tag = whole.header("etag").expect("a tag");
        for accepted in ["br", "gzip", "identity"] {
            let request = shop.request("GET", QUESTIONS).header("Accept-Encoding", accepted);
            assert_eq!(request.header("If-None-Match", tag).send().status, 304, "{accepted}");
        }
    }

    fn encoded_lists_take_no_more_memory_than_they_may(shop: &mut Shop) {
        stock(shop);
        for max_bytes in [0, 1_000] {
            shop.close();
            shop.http_settings.encoded_max_bytes = max_bytes;
            for page in 1..=50 {
                let target = format!("{QUESTIONS}&page=1&count={page}");
                let response = ask(shop, &target, "gzip");
                assert_eq!(decoded(&response), (Some("gzip"), shop.get(&target).body), "{max_bytes}");
            }
        }
    }
}
