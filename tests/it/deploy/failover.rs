//! Another server takes over when the first one goes away: a standby with the same data. The
//! address names both. Shoppers shop meanwhile, and no process is restarted. With synchronous
//! replication no acknowledged write is lost.

use std::time::{Duration, Instant};

use super::pair::Pair;
use super::shoppers::{Outage, shop_while};
use crate::support::cluster::Cluster;
use crate::support::program::{check, run, until};

/// How soon the other process shows a vote after the failover.
const BOUND_WHEN_WELL: Duration = Duration::from_secs(1);

/// Two servers with the same data.
struct Servers {
    primary: Cluster,
    standby: Cluster,
    /// The database on both of them.
    store: String,
}

impl Servers {
    fn start() -> Self {
        let primary = Cluster::start();
        let store = primary.fresh_database();
        run(&["migrate"], Some(&store));
        let standby = Cluster::standby_of(&primary);
        primary.query(&store, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.query(&store, "SELECT pg_reload_conf()");
        until("replication is synchronous", || {
            primary.query(&store, "SELECT sync_state FROM pg_stat_replication") == "sync"
        });
        let store = format!("{store}&host={}", standby.directory().display());
        Self { primary, standby, store }
    }

    /// The database on the server that was the standby.
    fn on_standby(&self) -> String {
        let (database, _) = self.store.split_once("?host=").expect("hosts");
        format!("{database}?host={}", self.standby.directory().display())
    }
}

/// Each process receives the other's votes.
fn hear_each_other(pair: &Pair) {
    let listed = pair.request(0, "GET", "/qa/questions?product_id=1&count=1000").send();
    let question = listed.results()[0]["question_id"].as_u64().expect("an id");
    for (one, other) in [(0, 1), (1, 0)] {
        let vote = pair.request(one, "PUT", &format!("/qa/questions/{question}/helpful")).send();
        assert_eq!(vote.status, 204, "{vote:?}");
        let voted = Instant::now();
        let votes = pair.votes(one, 1, question);
        while pair.votes(other, 1, question) != votes {
            assert!(voted.elapsed() < BOUND_WHEN_WELL, "process {other} does not hear of {one}");
        }
    }
}

#[test]
fn when_the_server_is_killed_its_standby_takes_its_place() {
    let servers = Servers::start();
    let mut pair = Pair::on(&servers.store);
    shop_while(&mut pair, |_, _, tally| {
        tally.peace();
        let began = Instant::now();
        servers.primary.kill();
        tally.failures();
        servers.standby.promote();
        let outage = Outage { name: "killed, its standby promoted", began, ended: Instant::now() };
        tally.peace();
        vec![outage]
    });
    hear_each_other(&pair);
    check(&servers.on_standby());
}

#[test]
fn a_commit_that_did_not_reach_the_standby_is_acknowledged_to_nobody() {
    /// Commits whose wait for the standby is cancelled, as an operator or a pooler's time-out does.
    const CANCELLED: u64 = 200;
    let servers = Servers::start();
    let (primary, store) = (&servers.primary, &servers.store);
    let mut pair = Pair::on(store);
    shop_while(&mut pair, |pair, _, tally| {
        tally.peace();
        let began = Instant::now();
        servers.standby.shut_down();
        let mut cancelled = 0;
        until("commits wait for the standby and are cancelled", || {
            let waits =
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            cancelled += primary.query(store, waits).parse::<u64>().expect("a number");
            cancelled >= CANCELLED
        });
        // All of them are on this server, and are lost with it. Acknowledged writes are not lost:
        // `shop_while` compares.
        primary.stop();
        servers.standby.start_again();
        servers.standby.promote();
        let outage = Outage { name: "killed after its standby was lost", began, ended: Instant::now() };
        // Until then they may serve lists from memory with rows that are lost.
        until("both processes receive changes again", || {
            let receives = |process| {
                pair.request(process, "GET", "/status.json").send().json()["receives_changes"] == true
            };
            receives(0) && receives(1)
        });
        tally.peace();
        vec![outage]
    });
    hear_each_other(&pair);
    check(&servers.on_standby());
}

#[test]
fn when_the_server_takes_no_more_writes_all_sessions_leave_it() {
    let servers = Servers::start();
    let (primary, store) = (&servers.primary, &servers.store);
    let mut pair = Pair::on(store);
    shop_while(&mut pair, |_, _, tally| {
        tally.peace();
        // A planned switch: the first server takes no more writes, the standby gets all of them,
        // and then writes go on there. The former server is still alive and would answer reads with
        // outdated rows.
        let began = Instant::now();
        primary.query(store, "ALTER SYSTEM SET default_transaction_read_only = on");
        primary.query(store, "SELECT pg_reload_conf()");
        tally.failures();
        servers.standby.promote();
        let outage = Outage { name: "read-only, its standby promoted", began, ended: Instant::now() };
        tally.peace();
        vec![outage]
    });
    hear_each_other(&pair);
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'atelier%'";
    until("nobody asks the former server", || primary.query(store, left) == "0");
    check(&servers.on_standby());
}
