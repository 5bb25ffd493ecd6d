//! A server is killed without warning during writes of several clients, twenty times on one store.
//! After each restart every acknowledged write is there exactly once.

use std::time::Duration;

use crate::support::ledger::{Ledger, Writer};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Chance, Server, check, run};

const ROUNDS: u64 = 20;
const CLIENTS: u64 = 6;

on_every_store!(without pooler: acknowledged_writes_survive_a_killed_server_exactly_once);

fn acknowledged_writes_survive_a_killed_server_exactly_once(place: &Place) {
    let store = place.fresh();
    run(&["migrate"], Some(&store));
    let mut ledger = Ledger::default();
    let mut chance = Chance::new(1);
    for round in 0..ROUNDS {
        let moment = Duration::from_millis(50 + chance.below(250));
        write_until_killed(&store, &mut ledger, round, moment);
        let server = Server::start(&store);
        ledger.settle(&mut server.client());
        drop(server);
        check(&store);
    }
    assert!(ledger.acknowledged > ROUNDS * CLIENTS, "only {} writes were acknowledged", ledger.acknowledged);
    assert!(ledger.unanswered > ROUNDS, "only {} writes were under way at a kill", ledger.unanswered);
}

/// Lets clients write until the server is killed at `moment`.
fn write_until_killed(store: &str, ledger: &mut Ledger, round: u64, moment: Duration) {
    let mut server = Server::start(store);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let name = format!("round {round} client {number}");
            Writer::new(server.client(), round * CLIENTS + number + 7, name, ledger)
        })
        .collect();
    let ledgers: Vec<Ledger> = std::thread::scope(|scope| {
        let write = |mut client: Writer<_>| {
            while client.write() {}
            client.ledger
        };
        let threads: Vec<_> = clients.into_iter().map(|client| scope.spawn(move || write(client))).collect();
        // The moment of the crash, not a wait for something to be ready.
        std::thread::sleep(moment);
        server.process.kill();
        threads.into_iter().map(|thread| thread.join().expect("no client panics")).collect()
    });
    for client_ledger in ledgers {
        ledger.add(client_ledger);
    }
}
