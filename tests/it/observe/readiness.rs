//! The process reports that it is alive and ready when it is, and not ready before it stops.

use std::time::{Duration, Instant};

use super::watched::{Watched, migrated};
use crate::support::client::Response;
use crate::support::cluster::Cluster;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{run, until};

on_every_store!(
    without pooler:
    both_listeners_say_that_it_is_alive_and_ready,
    readyz_says_503_before_the_port_closes,
    the_drain_delay_ends_by_itself,
);

/// A 503 that says why.
fn assert_not_ready(response: &Response, why: &str) {
    assert_eq!((response.status, response.header("retry-after")), (503, Some("1")), "{response:?}");
    assert_eq!(response.body, format!("Error: {why}"));
}

fn both_listeners_say_that_it_is_alive_and_ready(place: &Place) {
    let watched = Watched::start(&migrated(place), &[]);
    for (target, text) in [("/livez", "alive"), ("/readyz", "ready"), ("/readyz", "ready")] {
        assert_eq!(watched.get(target).outcome(), (200, text));
        assert_eq!(watched.get_from_admin(target).outcome(), (200, text));
        assert_eq!(watched.request("HEAD", target).send().status, 200);
    }
    let posted = watched.request("POST", "/readyz").send();
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    let asked = watched.scrape().count("atelier_batch_size_requests_count{direction=\"read\"}");
    assert!(asked <= 2, "the store was asked {asked} times in a moment");
}

fn readyz_says_503_before_the_port_closes(place: &Place) {
    let mut watched = Watched::start(&migrated(place), &["--drain-delay", "5m"]);
    let mut client = watched.server.client();
    watched.server.process.terminate();
    until("it is no longer ready", || watched.get("/readyz").status == 503);
    assert_not_ready(&watched.get("/readyz"), "the server is stopping");
    assert_not_ready(&watched.get_from_admin("/readyz"), "the server is stopping");
    assert_eq!(watched.get("/livez").status, 200);
    assert_eq!(watched.scrape().count("atelier_stopping"), 1);
    // Connections are taken and requests answered as before.
    assert!(watched.get("/qa/questions?product_id=7").results().is_empty());
    client.get("/qa/questions?product_id=7");
    // A second signal ends the delay.
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
}

fn the_drain_delay_ends_by_itself(place: &Place) {
    let mut watched = Watched::start(&migrated(place), &["--drain-delay", "300ms"]);
    let began = Instant::now();
    watched.server.process.terminate();
    assert_eq!(watched.server.process.wait().code(), Some(0));
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(9), "{took:?}");
}

/// Only a store on a server can be unreachable. `tests/it/http/health.rs` tests a failing store on
/// every kind.
mod postgres_outage {
    use super::*;

    #[test]
    fn readyz_says_503_while_the_database_is_away() {
        let cluster = Cluster::start();
        let store = cluster.fresh_database();
        run(&["migrate"], Some(&store));
        let watched = Watched::start(&store, &[]);
        assert_eq!(watched.get("/readyz").status, 200);
        for _ in 0..2 {
            cluster.stop();
            until("it is no longer ready", || watched.get("/readyz").status == 503);
            assert_not_ready(&watched.get("/readyz"), "the store cannot be reached");
            assert_eq!((watched.get_from_admin("/readyz").status, watched.get("/livez").status), (503, 200));
            let receives = || watched.scrape().count("atelier_store_receives_changes");
            until("the loss of the listener is noticed", || receives() == 0);
            let failed = watched.scrape().count("atelier_store_failures_total{kind=\"look_up\"}");
            assert!(failed > 0);
            cluster.start_again();
            until("it is ready again", || watched.get("/readyz").status == 200);
            until("changes are received again", || receives() == 1);
        }
    }
}
