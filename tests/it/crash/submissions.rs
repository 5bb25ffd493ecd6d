//! A server is killed while many clients send it the same question under the same key. Clients that
//! send it again after the restart all get one id, and the question is stored once.

use std::time::Duration;

use crate::support::client::Connection;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Chance, Server, check, run};

const ROUNDS: u64 = 10;
const CLIENTS: u64 = 8;

on_every_store!(without pooler: a_question_that_is_sent_again_after_a_kill_is_there_once);

fn a_question_that_is_sent_again_after_a_kill_is_there_once(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let mut chance = Chance::new(7);
    let mut ids = Vec::new();
    for round in 0..ROUNDS {
        let told = send_until_killed(&store, round, Duration::from_millis(chance.below(20)));
        let server = Server::start(&store);
        let mut client = server.client();
        let id = send(&mut client, round).expect("a living server answers");
        assert!(told.iter().all(|earlier| *earlier == id), "round {round}: {told:?}, then {id}");
        ids.push(id);
        let list = client.get("/qa/questions?product_id=5&count=100");
        let mut listed: Vec<u64> = list["results"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|question| question["question_id"].as_u64().expect("an id"))
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, ids, "round {round}");
        drop(server);
        check(&store);
    }
}

/// Lets clients send a round's question again and again until the server is killed. Returns the ids
/// that they got.
fn send_until_killed(store: &str, round: u64, moment: Duration) -> Vec<u64> {
    let mut server = Server::start(store);
    let clients: Vec<_> = (0..CLIENTS).map(|_| server.client()).collect();
    std::thread::scope(|scope| {
        let send_all = |mut client: Connection| {
            let mut told = Vec::new();
            while let Ok(id) = send(&mut client, round) {
                told.push(id);
            }
            told
        };
        let threads: Vec<_> =
            clients.into_iter().map(|client| scope.spawn(move || send_all(client))).collect();
        // The moment of the crash, not a wait for something to be ready.
        std::thread::sleep(moment);
        server.process.kill();
        threads.into_iter().flat_map(|thread| thread.join().expect("no client panics")).collect()
    })
}

/// Sends a round's question under its key; returns the id in the response.
fn send(client: &mut Connection, round: u64) -> std::io::Result<u64> {
    let body = format!(r#"{{"body":"Round {round}?","name":"ann","email":"ann@mail.test","product_id":5}}"#);
    let length = body.len();
    client.try_send(format!(
        "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
         Idempotency-Key: \"round-{round}\"\r\nContent-Length: {length}\r\n\r\n{body}"
    ))?;
    let response = client.try_response_to("POST")?;
    assert_eq!(response.status, 201, "{response:?}");
    Ok(response.json()["question_id"].as_u64().expect("an id"))
}
