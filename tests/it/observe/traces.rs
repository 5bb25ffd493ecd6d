//! Spans, in a build with the feature `otel`: they arrive at a collector, as children of what the
//! request names, and hold nothing that a shopper wrote.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::watched::{Watched, migrated, question};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::until;

on_every_store!(without pooler: spans_are_sent_with_their_parents, an_unreachable_collector_delays_nothing,);

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID: &str = "00f067aa0ba902b7";

/// A collector: the bodies of the requests that it gets, and its address.
fn collector() -> (Receiver<Vec<u8>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
    let (sender, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            let mut length = 0;
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().expect("a length");
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(answer.as_bytes()).expect("an answer is taken");
            if sender.send(body).is_err() {
                return;
            }
        }
    });
    (bodies, address)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    pairs.map(|pair| u8::from_str_radix(&pair, 16).expect("two digits")).collect()
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

fn spans_are_sent_with_their_parents(place: &Place) {
    let (bodies, address) = collector();
    let mut watched = Watched::start(&migrated(place), &["--otlp-endpoint", &address, "--trace-ratio", "0"]);
    let of = |flags: &str| format!("00-{TRACE_ID}-{PARENT_ID}-{flags}");
    let asked = watched.request("POST", "/qa/questions").header("traceparent", &of("01"));
    assert_eq!(asked.json(&question("Sesame?")).send().status, 201);
    // Neither is traced: one asks for that, and the trace ratio leaves out the other.
    assert_eq!(watched.request("GET", "/qa/questions").header("traceparent", &of("00")).send().status, 422);
    assert_eq!(watched.get("/qa/questions/1/answers").status, 200);
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
    let body = bodies.recv_timeout(Duration::from_secs(20)).expect("spans are sent");
    for part in [&bytes_of(TRACE_ID), &bytes_of(PARENT_ID), b"add_question".as_slice(), b"atelier"] {
        assert!(holds(&body, part), "{part:?} is not in {}", String::from_utf8_lossy(&body));
    }
    for part in ["list_questions", "list_answers", "Sesame", "ada", "mail.test"] {
        assert!(!holds(&body, part.as_bytes()), "{part} is in {}", String::from_utf8_lossy(&body));
    }

    let (bodies, address) = collector();
    let mut watched = Watched::start(&migrated(place), &["--otlp-endpoint", &address, "--trace-ratio", "1"]);
    assert_eq!(watched.request("PUT", "/qa/questions/1/helpful").send().status, 404);
    assert_eq!(watched.get("/qa/questions?product_id=7").status, 200);
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
    let mut wanted = vec!["vote_question", "list_questions", "write batch", "read batch"];
    until("all spans", || {
        if let Ok(body) = bodies.recv_timeout(Duration::from_secs(1)) {
            wanted.retain(|part| !holds(&body, part.as_bytes()));
        }
        wanted.is_empty()
    });
}

fn an_unreachable_collector_delays_nothing(place: &Place) {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let address = format!("http://{closed}/v1/traces");
    let mut watched = Watched::start(&migrated(place), &["--otlp-endpoint", &address, "--trace-ratio", "1"]);
    for _ in 0..50 {
        assert_eq!(watched.get("/qa/questions?product_id=7").status, 200);
    }
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
}
