//! SIGTERM: the server takes no more connections, finishes the requests that it has begun, and ends with exit
//! code 0. What it acknowledged on the way out is on disk.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{DEADLINE, Server, check, sqlite};

#[test]
fn a_request_in_flight_is_finished_after_sigterm() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = sqlite(folder.path(), "atelier.db");
    let mut server = Server::start(&store);
    let mut client = server.client();
    let mut idle = server.client();
    assert_eq!(idle.get("/qa/questions?product_id=1")["results"], Value::Array(Vec::new()));

    // The server says "100 Continue" once it waits for the body: then the request is in flight.
    let body = r#"{"body":"Last one?","name":"Ada","email":"ada@example.com","product_id":1}"#;
    let head = format!(
        "POST /qa/questions HTTP/1.1\r\nHost: atelier\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    client.send(&head).expect("sent");
    assert_eq!(client.answer().expect("an interim answer").0, 100);

    server.process.terminate();
    let deadline = Instant::now() + DEADLINE;
    while TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < deadline, "the server still takes connections");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Each worker hears of the end by itself, perhaps a moment after the acceptor.
    while idle.request("GET", "/qa/questions?product_id=1", "").is_ok() {
        assert!(Instant::now() < deadline, "idle connections stay open");
    }

    client.send(body).expect("sent");
    let (status, answer) = client.answer().expect("the answer comes");
    assert_eq!(status, 201, "{answer}");
    assert_eq!(server.process.wait().code(), Some(0));

    check(&store);
    let restarted = Server::start(&store);
    let list = restarted.client().get("/qa/questions?product_id=1");
    assert_eq!(list["results"][0]["question_body"], "Last one?");
}

#[test]
fn a_server_that_has_nothing_to_do_ends_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = sqlite(folder.path(), "atelier.db");
    let mut server = Server::start(&store);
    let _idle = server.client();
    let started = Instant::now();
    server.process.terminate();
    assert_eq!(server.process.wait().code(), Some(0));
    // Far below the ten seconds that requests in flight would get.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let leftover = folder.path().join("atelier.db-wal");
    assert!(!leftover.exists(), "the log is folded into the file");
}
