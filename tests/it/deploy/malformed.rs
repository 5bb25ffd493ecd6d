//! Malformed requests come through nginx while other clients read lists. Each is refused and
//! logged, and the other clients notice nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::front::Front;
use super::pair::{PRODUCTS, Pair, stocked};
use crate::support::client::Connection;
use crate::support::cluster::Cluster;
use crate::support::program::until;

/// Malformed requests, one every [`EVERY`].
const MALFORMED: usize = 200;
const EVERY: Duration = Duration::from_millis(10);

/// Clients that read lists meanwhile, each a list every [`EVERY`].
const READERS: u64 = 5;

/// The bytes of each kind.
fn kinds() -> Vec<Vec<u8>> {
    let get = |fields: &str| {
        format!("GET /qa/questions?product_id=1 HTTP/1.1\r\nHost: x\r\n{fields}\r\n").into_bytes()
    };
    let target = |target: &[u8]| [b"GET ", target, b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
    let post = |target: &str, fields: &str, body: &str| {
        format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}\r\n{body}")
            .into_bytes()
    };
    vec![
        get("X-A: \u{1}\r\n"),
        get("X-A: a\u{7f}\r\n"),
        target(b"/qa/questions?product_id=1&x=\xe9"),
        target(b"/qa/\xff/questions"),
        target("/qa/questions?product_id=1&x=\u{fc}".as_bytes()),
        target(b"/qa/questions?product_id=1&x=<s>"),
        target(b"/qa/questions?product_id=1&x=\"y\""),
        target(b"/qa/questions?product_id=1&x=>"),
        target(format!("/qa/questions?x={}", "y".repeat(100_000)).as_bytes()),
        get(&"X-A: 1\r\n".repeat(101)),
        get(&format!("X-A: {}\r\n", "y".repeat(40_000))),
        post("/qa/questions?x=<s>", "Content-Length: 2\r\n", "{}"),
        post("/qa/questions", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
        post("/qa/questions", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        post("/qa/questions", "Transfer-Encoding: chunked\r\n", "x\r\n"),
        get("Host: y\r\n"),
        b"GET /qa/questions?product_id=1 HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /qa/questions?product_id=1 HTTP/7.1\r\nHost: x\r\n\r\n".to_vec(),
    ]
}

/// Reads lists until it is stopped; returns how long each took.
fn read(front: &Front, stop: &AtomicBool) -> Vec<Duration> {
    let mut client = front.connect();
    let mut took = Vec::new();
    for product in (1..=PRODUCTS).cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let began = Instant::now();
        client.get(&format!("/qa/questions?product_id={product}"));
        took.push(began.elapsed());
        std::thread::sleep(EVERY.saturating_sub(began.elapsed()));
    }
    took
}

/// Ends the readers, also when the test fails. Otherwise they would never end.
struct Stopping<'a>(&'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn malformed_requests_do_not_affect_other_clients() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    let stop = AtomicBool::new(false);
    let mut refused: BTreeMap<u16, usize> = BTreeMap::new();
    let took: Vec<Duration> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| read(&front, &stop))).collect();
        let stopping = Stopping(&stop);
        for kind in kinds().iter().cycle().take(MALFORMED) {
            let mut client = Connection::open(front.address);
            // nginx may close the connection before all of it is sent.
            let _ = client.try_send(kind);
            let response = client.response_to("GET");
            let shown = String::from_utf8_lossy(&kind[..kind.len().min(100)]);
            assert!((400..=499).contains(&response.status), "{shown}: {response:?}");
            assert_eq!(response.header("access-control-allow-origin"), Some("*"), "{shown}: {response:?}");
            assert!(response.body.starts_with("Error: "), "{shown}: {response:?}");
            *refused.entry(response.status).or_default() += 1;
            std::thread::sleep(EVERY);
        }
        drop(stopping);
        // A list that failed panics in its thread.
        readers.into_iter().flat_map(|reader| reader.join().expect("every list is a good one")).collect()
    });
    assert!(took.len() >= MALFORMED, "{} lists", took.len());
    assert_eq!(refused.keys().copied().collect::<Vec<_>>(), [400, 414, 431]);
    until("nginx has a line for each", || {
        let log = front.access_log();
        refused.iter().all(|(status, count)| {
            log.lines().filter(|line| line.starts_with(&status.to_string())).count() == *count
        })
    });
    let log = front.access_log();
    assert!(
        log.lines().filter(|line| line.starts_with("400 400")).count() >= MALFORMED / 3,
        "processes refuse some"
    );
    assert!(!log.contains("502") && !log.contains("503"), "{log}");
}
