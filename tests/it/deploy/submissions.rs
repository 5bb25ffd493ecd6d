//! Two processes get the same question at once, as from an impatient client. It is stored once,
//! also when one of them is killed meanwhile.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use super::pair::Pair;
use crate::support::client::{Connection, Request};
use crate::support::cluster::Cluster;
use crate::support::program::{Chance, check, run};

const SENDERS: usize = 50;
const ROUNDS: u64 = 6;

/// Sends a question, under a key if there is one, and returns the id in the response.
fn send(address: SocketAddr, body: &str, key: Option<&str>) -> u64 {
    let request = Request::new(address, "POST", "/qa/questions");
    let request = match key {
        Some(key) => request.header("Idempotency-Key", key),
        None => request,
    };
    let draft = json!({"body": body, "name": "ann", "email": "ann@mail.test", "product_id": 5});
    let response = request.json(&draft).send();
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["question_id"].as_u64().expect("an id")
}

/// The questions with a text, as a process lists them.
fn listed(address: SocketAddr, body: &str) -> Vec<u64> {
    let response = Request::new(address, "GET", "/qa/questions?product_id=5&count=1000").send();
    let rows = response.results().into_iter().filter(|row| row["question_body"] == body);
    rows.map(|row| row["question_id"].as_u64().expect("an id")).collect()
}

#[test]
fn the_same_question_sent_fifty_times_to_two_processes_is_there_once() {
    let store = Cluster::shared().fresh_database();
    run(&["migrate"], Some(&store));
    let pair = Pair::on(&store);
    let addresses = pair.addresses();
    for round in 0..ROUNDS {
        for key in [Some(format!("\"round-{round}\"")), None] {
            let body = format!("Round {round}, {}?", if key.is_some() { "with a key" } else { "without" });
            let told: Vec<u64> = std::thread::scope(|scope| {
                let send = |number: usize| send(addresses[number % 2], &body, key.as_deref());
                let senders: Vec<_> = (0..SENDERS).map(|number| scope.spawn(move || send(number))).collect();
                senders.into_iter().map(|sender| sender.join().expect("no sender panics")).collect()
            });
            assert!(told.iter().all(|id| *id == told[0]), "{body}: {told:?}");
            for address in addresses {
                assert_eq!(listed(address, &body), told[..1], "{body}");
            }
        }
    }
    check(&store);
}

#[test]
fn a_question_that_is_sent_to_the_other_process_after_a_kill_is_there_once() {
    let store = Cluster::shared().fresh_database();
    run(&["migrate"], Some(&store));
    let mut pair = Pair::on(&store);
    let mut chance = Chance::new(3);
    for round in 0..ROUNDS {
        let (body, key) = (format!("Round {round}?"), format!("\"round-{round}\""));
        let [first, second] = pair.addresses();
        let (doomed, mut told) = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..8).map(|_| Connection::open(first)).collect();
            let doomed: Vec<_> = clients
                .into_iter()
                .map(|client| scope.spawn(|| send_to_the_doomed(client, &body, &key)))
                .collect();
            let living: Vec<_> = (0..8).map(|_| scope.spawn(|| send(second, &body, Some(&key)))).collect();
            // The moment of the crash, not a wait for something to be ready.
            std::thread::sleep(Duration::from_millis(chance.below(8)));
            pair.servers[0].process.kill();
            let join = |id: std::thread::ScopedJoinHandle<'_, Option<u64>>| id.join().expect("no panic");
            let doomed: Vec<u64> = doomed.into_iter().filter_map(join).collect();
            (doomed, living.into_iter().map(|id| id.join().expect("no panic")).collect::<Vec<_>>())
        });
        told.extend(doomed);
        // A client without a response asks the other process.
        told.push(send(second, &body, Some(&key)));
        pair.start_again(0);
        told.push(send(first, &body, Some(&key)));
        assert!(told.iter().all(|id| *id == told[0]), "round {round}: {told:?}");
        for address in [first, second] {
            assert_eq!(listed(address, &body), told[..1], "round {round}");
        }
    }
    check(&store);
}

/// Sends a question to a process that is about to be killed; returns the response, if one comes.
fn send_to_the_doomed(mut client: Connection, body: &str, key: &str) -> Option<u64> {
    let draft = json!({"body": body, "name": "ann", "email": "ann@mail.test", "product_id": 5}).to_string();
    let length = draft.len();
    client
        .try_send(format!(
            "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n{draft}"
        ))
        .ok()?;
    let response = client.try_response_to("POST").ok()?;
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["question_id"].as_u64()
}
