//! The database goes away under load and comes back: it is stopped or killed, and its connections
//! are terminated or cut. `shoppers` checks the responses meanwhile.

use std::time::Instant;

use super::pair::{Pair, relayed};
use super::relay::Relay;
use super::shoppers::{Outage, Tally, shop_while};
use crate::support::cluster::Cluster;
use crate::support::program::{check, run, until};

/// How often all connections are terminated, how often they are cut, and how often one is cut
/// between a commit and its acknowledgement.
const TERMINATIONS: u64 = 5;
const CUTS: u64 = 5;
const LOST_ACKNOWLEDGEMENTS: u64 = 5;

/// How the server says that it has committed.
const ACKNOWLEDGEMENT: &[u8] = b"COMMIT\0";

const SHOP_CONNECTIONS: &str =
    "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Lets the database go away in every way, under load. Each time it stays away until enough
/// requests have failed.
fn strike(cluster: &Cluster, store: &str, relay: &Relay, tally: &Tally) -> Vec<Outage> {
    let mut outages = Vec::new();
    for (name, end) in
        [("stopped", Cluster::shut_down as fn(&Cluster)), ("killed", Cluster::kill as fn(&Cluster))]
    {
        tally.peace();
        let began = Instant::now();
        end(cluster);
        tally.failures();
        cluster.begin_to_start();
        until("the database takes connections", || cluster.is_ready());
        outages.push(Outage { name, began, ended: Instant::now() });
    }
    for _ in 0..TERMINATIONS {
        tally.peace();
        // Each process writes and listens; it reads only what is not in memory.
        until("both processes are connected", || {
            let connections = cluster.query(store, &format!("SELECT count(*) FROM {SHOP_CONNECTIONS}"));
            connections.parse::<u64>().is_ok_and(|count| count >= 4)
        });
        let began = Instant::now();
        cluster.query(store, &format!("SELECT count(pg_terminate_backend(pid)) FROM {SHOP_CONNECTIONS}"));
        outages.push(Outage { name: "connections terminated", began, ended: Instant::now() });
    }
    for _ in 0..CUTS {
        tally.peace();
        let began = Instant::now();
        relay.cut();
        outages.push(Outage { name: "connections cut", began, ended: Instant::now() });
    }
    for _ in 0..LOST_ACKNOWLEDGEMENTS {
        tally.peace();
        let began = Instant::now();
        relay.take_answer(ACKNOWLEDGEMENT);
        until("a commit whose acknowledgement is lost", || relay.has_taken_it());
        outages.push(Outage { name: "acknowledgement lost", began, ended: Instant::now() });
    }
    tally.peace();
    outages
}

#[test]
fn requests_fail_only_while_the_database_is_away_and_no_write_is_lost() {
    let cluster = Cluster::start();
    let store = cluster.fresh_database();
    run(&["migrate"], Some(&store));
    let (relay, through) = relayed(&cluster, &store);
    let mut pair = Pair::on(&through);
    shop_while(&mut pair, |_, _, tally| strike(&cluster, &store, &relay, tally));
    check(&store);
}
