//! How nginx shares the work among processes, and which requests fail when processes go away.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;

use super::answers::is_unavailable;
use super::front::Front;
use super::pair::{PRODUCTS, Pair, signed, signed_get, stocked, who};
use super::relay::Relay;
use crate::support::client::Connection;
use crate::support::cluster::Cluster;
use crate::support::program::{Chance, until};

#[test]
fn connections_to_the_processes_are_kept() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let relays = pair.addresses().map(Relay::to);
    let front = Front::before([relays[0].address, relays[1].address]);
    let mut clients: Vec<Connection> = (0..4).map(|_| front.connect()).collect();
    for number in 0..200 {
        for client in &mut clients {
            client.get(&format!("/qa/questions?product_id={}", number % PRODUCTS + 1));
            let vote = client.exchange("PUT", &format!("/qa/questions/{}/helpful", number % 9 + 1), "{}");
            assert_eq!(vote.expect("an answer").status, 204);
        }
    }
    // One at a time: each of nginx's two workers needs one connection to each process.
    let made: usize = relays.iter().map(Relay::connections).sum();
    assert!(made <= 4, "{made} connections for 1,600 requests");
}

#[test]
fn a_product_and_a_question_stay_with_one_process() {
    let pair = Pair::signing(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    let asked = |target: &str| who(&signed(front.request("GET", target)).send());
    let mut served = [0_u64; 2];
    for product in 1..=PRODUCTS {
        let process = asked(&format!("/qa/questions?product_id={product}"));
        served[process] += 1;
        for query in [format!("count=1&product_id={product}&page=2"), format!("product_id={product}&x=y")] {
            assert_eq!(asked(&format!("/qa/questions?{query}")), process, "product {product}");
        }
    }
    assert!(served.iter().all(|count| *count >= PRODUCTS / 5), "{served:?}");
    served = [0; 2];
    for question in 1..=PRODUCTS {
        let process = asked(&format!("/qa/questions/{question}/answers"));
        served[process] += 1;
        let vote = signed(front.request("PUT", &format!("/qa/questions/{question}/helpful/"))).send();
        assert_eq!((vote.status, who(&vote)), (204, process), "question {question}");
    }
    assert!(served.iter().all(|count| *count >= PRODUCTS / 5), "{served:?}");
}

#[test]
fn a_write_is_never_sent_twice() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let relays = pair.addresses().map(Relay::to);
    let sent = |what: &str| relays.iter().map(|relay| relay.said().matches(what).count()).sum::<usize>();
    let take_answers = |take: bool| {
        for relay in &relays {
            relay.take_answers(take);
        }
    };
    // Over new connections, and over some that were kept.
    for reads in [0, PRODUCTS] {
        let body = format!("After {reads} reads");
        let question = json!({"body": body, "name": "ann", "email": "ann@mail.test", "product_id": 72});
        let answer = json!({"body": body, "name": "bob", "email": "bob@mail.test"});
        for (method, target, body) in [
            ("PUT", "/qa/questions/4/helpful", "{}".to_owned()),
            ("POST", "/qa/questions", question.to_string()),
            ("POST", "/qa/questions/5/answers", answer.to_string()),
        ] {
            let front = Front::before([relays[0].address, relays[1].address]);
            let mut client = front.connect();
            for product in 1..=reads {
                client.get(&format!("/qa/questions?product_id={product}"));
            }
            let line = format!("{method} {target} ");
            let before = sent(&line);
            // Each process does what it is asked to, and breaks off.
            take_answers(true);
            let answer = client.exchange(method, target, &body).expect("nginx answers");
            take_answers(false);
            assert!(is_unavailable(&answer), "{answer:?}");
            assert_eq!(sent(&line), before + 1, "{line}");
        }
    }
    assert_eq!(pair.votes(0, 2, 4), 2, "one for each time");
    let asked = pair.request(0, "GET", "/qa/questions?product_id=72").send();
    assert_eq!(asked.results().len(), 2, "{asked:?}");
    let answered = pair.request(0, "GET", "/qa/questions/5/answers").send();
    assert_eq!(answered.results().len(), 2, "{answered:?}");
}

#[test]
fn a_read_that_broke_off_is_asked_of_the_next_process() {
    let pair = Pair::signing(&stocked(Cluster::shared()));
    let relays = pair.addresses().map(Relay::to);
    let front = Front::before([relays[0].address, relays[1].address]);
    let read = |product: u64| front.request("GET", &format!("/qa/questions?product_id={product}"));
    let of_the_first = (1..=PRODUCTS).find(|product| who(&signed(read(*product)).send()) == 0);
    let product = of_the_first.expect("some are the first one's");
    relays[0].take_answers(true);
    let response = signed(read(product)).send();
    assert_eq!((response.status, who(&response)), (200, 1));
    relays[0].take_answers(false);
    until("the first process is asked again", || who(&signed(read(product)).send()) == 0);
}

#[test]
fn a_vote_that_reached_no_process_goes_to_the_next_one() {
    for away in 0..2 {
        let mut pair = Pair::on(&stocked(Cluster::shared()));
        let front = Front::before(pair.addresses());
        // No request came before, so nginx does not know that the process is gone.
        pair.servers[away].process.kill();
        for question in 1..=PRODUCTS {
            let vote = front.put(&format!("/qa/questions/{question}/helpful"));
            assert_eq!(vote.status, 204, "{vote:?}");
        }
        for question in 1..=PRODUCTS {
            assert_eq!(pair.votes(1 - away, question.div_ceil(3), question), 1, "question {question}");
        }
    }
}

/// Clients that read without a pause until they are stopped. Each response must be a success.
struct Readers {
    stop: AtomicBool,
    served: [AtomicU64; 2],
}

impl Readers {
    fn read(&self, front: &Front, seed: u64) {
        let mut chance = Chance::new(seed);
        let mut client = front.connect();
        while !self.stop.load(Ordering::Relaxed) {
            let number = chance.below(PRODUCTS) + 1;
            let target = match chance.below(2) {
                0 => format!("/qa/questions?product_id={number}"),
                _ => format!("/qa/questions/{}/answers", 3 * number - 2),
            };
            client.send(signed_get(&target));
            let response = client.response_to("GET");
            assert!(!response.results().is_empty(), "{target}: {response:?}");
            self.served[who(&response)].fetch_add(1, Ordering::Relaxed);
            if response.header("connection") == Some("close") {
                client = front.connect();
            }
        }
    }

    /// Waits until a process has served this many more requests.
    fn wait_for_more(&self, process: usize, count: u64) {
        let served = || self.served[process].load(Ordering::Relaxed);
        let before = served();
        until(&format!("{count} more answers by process {process}"), || served() >= before + count);
    }
}

/// Ends the readers, also when the test fails. Otherwise they would never end.
struct Stopping<'a>(&'a Readers);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_read_fails_and_votes_go_on_while_a_process_is_away() {
    let mut pair = Pair::signing(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    let readers = Readers { stop: AtomicBool::new(false), served: Default::default() };
    std::thread::scope(|scope| {
        for seed in 1..=3 {
            let (readers, front) = (&readers, &front);
            scope.spawn(move || readers.read(front, seed));
        }
        let _stopping = Stopping(&readers);
        for away in 0..2 {
            readers.wait_for_more(0, 50);
            readers.wait_for_more(1, 50);
            // Once without warning, once as for an upgrade.
            if away == 0 {
                pair.servers[away].process.kill();
            } else {
                pair.servers[away].process.terminate();
                assert!(pair.servers[away].process.wait().success());
            }
            readers.wait_for_more(1 - away, 200);
            for question in 1..=PRODUCTS {
                let vote = front.put(&format!("/qa/questions/{question}/helpful"));
                assert_eq!(vote.status, 204, "{vote:?}");
            }
            pair.start_again(away);
            readers.wait_for_more(away, 50);
        }
    });
    for question in 1..=PRODUCTS {
        assert_eq!(pair.votes(0, question.div_ceil(3), question), 2, "question {question}");
    }
}

#[test]
fn without_any_process_nginx_answers_503_with_retry_after() {
    let mut pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    for server in &mut pair.servers {
        server.process.kill();
    }
    for (method, target) in [
        ("GET", "/qa/questions?product_id=7"),
        ("PUT", "/qa/questions/7/helpful"),
        ("POST", "/qa/questions"),
        ("OPTIONS", "/qa/questions"),
    ] {
        let response = front.request(method, target).send();
        assert!(is_unavailable(&response), "{method}: {response:?}");
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            response.header("access-control-expose-headers"),
            Some("Location, Link, Retry-After, RateLimit, RateLimit-Policy, ETag, X-Request-Id")
        );
        let response = front.request(method, target).accept("application/json").send();
        assert_eq!(
            (response.status, response.header("retry-after")),
            (503, Some("1")),
            "{method}: {response:?}"
        );
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(
            response.json(),
            json!({
                "type": "/problems/unavailable",
                "title": "Unavailable",
                "status": 503,
                "detail": "Error: the service cannot answer at the moment, try again",
                "instance": target.split('?').next(),
            })
        );
    }
    let head = front.request("HEAD", "/qa/questions?product_id=7").send();
    assert_eq!((head.status, head.header("retry-after")), (503, Some("1")), "{head:?}");
    pair.start_again(0);
    pair.start_again(1);
    until("the processes are asked again", || front.get("/qa/questions?product_id=7").status == 200);
}
