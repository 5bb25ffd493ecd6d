//! A server is killed without warning during writes of several clients, twenty times on one store.
//! After each restart every acknowledged write is there exactly once, and the sums of the reviews
//! agree with their lists.

use std::path::Path;
use std::time::Duration;

use crate::support::ledger::{Ledger, PRODUCTS, Writer, characteristic};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Chance, Server, check, run};

const ROUNDS: u64 = 20;
const CLIENTS: u64 = 6;

on_every_store!(without pooler: acknowledged_writes_survive_a_killed_server_exactly_once);

fn acknowledged_writes_survive_a_killed_server_exactly_once(place: &Place) {
    let store = place.fresh();
    import_characteristics(place.folder(), &store);
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

/// Gives each product a characteristic whose sum every review changes.
fn import_characteristics(folder: &Path, store: &str) {
    let files = folder.join("reviews");
    std::fs::create_dir(&files).expect("a folder");
    let mut characteristics = "id,product_id,name\n".to_owned();
    for product in 1..=PRODUCTS {
        let row = [&characteristic(product).to_string(), ",", &product.to_string(), ",\"Fit\"\n"].concat();
        characteristics.push_str(&row);
    }
    for (name, text) in [
        ("characteristics.csv", characteristics),
        (
            "reviews.csv",
            "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n"
                .to_owned(),
        ),
        ("reviews_photos.csv", "id,review_id,url\n".to_owned()),
        ("characteristic_reviews.csv", "id,characteristic_id,review_id,value\n".to_owned()),
    ] {
        std::fs::write(files.join(name), text).expect("written");
    }
    run(&["import", &files.display().to_string()], Some(store));
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
