//! HTTP/2, in the clear and over TLS, spoken by curl: the same answers as over HTTP/1.1. Reading a
//! certificate again is in the tests of signals.

use std::process::{Command, Output};

use atelier::http::TlsFiles;

use super::drafts::question_draft;
use crate::support::{Certificate, Shop, answer, on_every_store, question};

const LIST: &str = "/qa/questions?product_id=5";

/// What curl prints behind each answer: its status and the protocol's version.
const WRITE_OUT: &str = " %{http_code} %{http_version}";

fn curl(arguments: &[&str]) -> Output {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--write-out", WRITE_OUT]).args(arguments);
    command.output().expect("curl is missing: install it with `apt-get install curl`")
}

/// What curl prints when all goes well.
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// A shop that speaks TLS.
fn secure(shop: &mut Shop, certificate: &Certificate) {
    let (path, key) = (certificate.path.clone(), certificate.key.clone());
    shop.http_settings.tls = Some(TlsFiles { certificate: path, key });
}

on_every_store! {
    fn a_client_that_begins_with_http2_gets_http2(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(8)]), question(2)]);
        let list = shop.get(LIST).body;
        let address = shop.address();
        let url = |target: &str| format!("http://{address}{target}");
        let curl = |arguments: &[&str]| said(&curl(&[&["--http2-prior-knowledge"], arguments].concat()));
        assert_eq!(curl(&[&url(LIST)]), format!("{list} 200 2"));
        assert_eq!(curl(&["--compressed", &url(&format!("{LIST}&count=9"))]), format!("{list} 200 2"));
        assert_eq!(curl(&["-X", "PUT", &url("/qa/questions/2/helpful")]), " 204 2");
        let body = question_draft().to_string();
        let posted = curl(&["-d", &body, "-H", "Content-Type: application/json", &url("/qa/questions")]);
        assert_eq!(posted, "{\"question_id\":3} 201 2");
        let large = " ".repeat(70_000);
        let refused = curl(&["-d", &large, "-H", "Content-Type: application/json", &url("/qa/questions")]);
        assert!(refused.ends_with(" 413 2"), "{refused}");
        assert!(curl(&[&url("/nothing")]).ends_with(" 404 2"));
        assert_eq!(shop.get(LIST).column("question_id"), [2, 1, 3]);
    }

    fn over_http2_a_response_to_head_has_no_body(shop: &mut Shop) {
        shop.stock([question(1)]);
        let address = shop.address();
        for (target, status) in [(LIST, 200), ("/nothing", 404), ("/livez", 200)] {
            let length = shop.get(target).body.len();
            let head = said(&curl(&["--http2-prior-knowledge", "--head", &format!("http://{address}{target}")]));
            assert!(head.ends_with(&format!(" {status} 2")), "{head}");
            let told = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            assert_eq!(told.map(str::trim), Some(length.to_string().as_str()), "{head}");
        }
        let url = format!("http://{address}{LIST}");
        let tag = shop.get(LIST).header("etag").expect("a tag").to_owned();
        let unchanged = said(&curl(&["--http2-prior-knowledge", "-H", &format!("If-None-Match: {tag}"), &url]));
        assert_eq!(unchanged, " 304 2");
    }

    fn many_requests_share_a_connection(shop: &mut Shop) {
        shop.stock([question(1)]);
        // Over TLS: in the clear, old versions of curl cannot use a connection twice.
        let certificate = Certificate::new("localhost");
        secure(shop, &certificate);
        let trusted = certificate.path.display().to_string();
        let url = format!("https://localhost:{}{LIST}&page=[1-200]", shop.address().port());
        let all = said(&curl(&["--cacert", &trusted, "--parallel", "--parallel-max", "100", &url]));
        assert_eq!(all.matches(" 200 2").count(), 200, "{all}");
    }

    fn over_tls_both_protocols_give_the_same_answers(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(8)])]);
        let list = shop.get(LIST).body;
        shop.close();
        let certificate = Certificate::new("localhost");
        secure(shop, &certificate);
        let port = shop.address().port();
        let url = |target: &str| format!("https://localhost:{port}{target}");
        let trusted = certificate.path.display().to_string();
        for (protocol, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
            let curl = |arguments: &[&str]| said(&curl(&[&[protocol, "--cacert", &trusted], arguments].concat()));
            assert_eq!(curl(&[&url(LIST)]), format!("{list} 200 {version}"));
            assert_eq!(curl(&[&url(LIST), &url(LIST)]), format!("{list} 200 {version}").repeat(2));
            assert!(curl(&[&url("/nothing")]).ends_with(&format!(" 404 {version}")));
        }
        for old in ["1.0", "1.1"] {
            let refused = curl(&["--tls-max", old, "--cacert", &trusted, &url(LIST)]);
            assert!(!refused.status.success(), "{refused:?}");
        }
    }

    fn in_the_clear_a_port_with_tls_says_nothing(shop: &mut Shop) {
        let certificate = Certificate::new("localhost");
        secure(shop, &certificate);
        let mut connection = shop.connect();
        connection.send(format!("GET {LIST} HTTP/1.1\r\nHost: shop\r\n\r\n"));
        assert!(!connection.read_bytes_to_the_end().starts_with(b"HTTP"), "no answer without a handshake");
    }

    fn a_handshake_that_does_not_come_is_not_waited_for(shop: &mut Shop) {
        let certificate = Certificate::new("localhost");
        secure(shop, &certificate);
        shop.http_settings.max_head_wait_s = 1;
        assert_eq!(shop.connect().read_bytes_to_the_end(), b"");
    }

    fn an_http2_connection_without_requests_is_closed(shop: &mut Shop) {
        shop.http_settings.max_head_wait_s = 1;
        let mut connection = shop.connect();
        connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        // An empty SETTINGS frame, which is what a client begins with.
        connection.send([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        connection.read_bytes_to_the_end();
    }

    fn streams_that_are_opened_and_reset_end_the_connection(shop: &mut Shop) {
        let mut connection = shop.connect();
        connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        connection.send([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        let mut flood = Vec::new();
        for stream in (1..20_001_u32).step_by(2) {
            // HEADERS of GET http / from the static table, with END_STREAM and END_HEADERS; then
            // RST_STREAM, CANCEL.
            flood.extend_from_slice(&[0, 0, 3, 1, 5]);
            flood.extend_from_slice(&stream.to_be_bytes());
            flood.extend_from_slice(&[0x82, 0x86, 0x84]);
            flood.extend_from_slice(&[0, 0, 4, 3, 0]);
            flood.extend_from_slice(&stream.to_be_bytes());
            flood.extend_from_slice(&8_u32.to_be_bytes());
        }
        // The shop may cut it off before all is sent.
        let _ = connection.try_send(&flood);
        connection.read_bytes_to_the_end();
        assert_eq!(shop.get(LIST).status, 200, "others are answered");
    }
}
