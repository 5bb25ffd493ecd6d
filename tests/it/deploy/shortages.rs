//! The database is there but lacks something: it has no connection left, another session locks rows
//! or tables, or the disk is full. Cached lists are served all the while. All other requests get a
//! 503 in time. When the shortage is over, everything works again without a restart.

use std::process::Stdio;
use std::time::{Duration, Instant};

use atelier::store::{Reader, StoreAddress};
use serde_json::json;

use super::answers::is_unavailable;
use super::pair::stocked;
use crate::support::client::{Request, Response};
use crate::support::cluster::Cluster;
use crate::support::program::{Process, Server, atelier, check, until};

/// How long a request waits for the store in these tests, and how much later a busy machine may
/// answer.
const STORE_WAIT: Duration = Duration::from_millis(500);
const SLACK: Duration = Duration::from_secs(1);

/// Writes wait two seconds for a locked row; a busy machine may take longer, but not the ten of a
/// statement.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(6);

const OPTIONS: [&str; 8] = [
    "--listen",
    "127.0.0.1:0",
    "--max-store-wait",
    "500ms",
    "--stale-grace",
    "1h",
    // The same question is asked until the disk is full.
    "--duplicate-window",
    "0",
];

/// A process of a shop whose products are all in memory, and what it has acknowledged.
struct Shop<'a> {
    cluster: &'a Cluster,
    store: String,
    server: Server,
    /// Products that nobody has asked for yet.
    next_product: u64,
    /// Acknowledged votes for the first question of each product.
    votes: std::collections::HashMap<u64, u64>,
}

impl<'a> Shop<'a> {
    fn on(cluster: &'a Cluster) -> Self {
        let store = stocked(cluster);
        let server = Server::start_with(&OPTIONS, &store, Stdio::null());
        let shop = Self { cluster, store, server, next_product: 5_000, votes: [].into() };
        for product in 1..=9 {
            assert_eq!(shop.shown(product), 0);
        }
        shop
    }

    fn send(&self, method: &str, target: &str) -> Response {
        let asked = Instant::now();
        let response = Request::new(self.server.address, method, target).send();
        assert!(asked.elapsed() < STORE_WAIT + SLACK, "{method} {target} took {:?}", asked.elapsed());
        response
    }

    /// The votes of a product's first question, as they are shown from memory.
    fn shown(&self, product: u64) -> u64 {
        let list = self.send("GET", &format!("/qa/questions?product_id={product}"));
        let rows = list.results();
        let row = rows.iter().find(|row| row["question_id"] == 3 * product - 2).expect("its question");
        row["question_helpfulness"].as_u64().expect("a number")
    }

    /// Votes for a product's first question. Returns whether the vote was acknowledged.
    fn vote(&mut self, product: u64) -> bool {
        let response = self.send("PUT", &format!("/qa/questions/{}/helpful", 3 * product - 2));
        assert!(response.status == 204 || is_unavailable(&response), "{response:?}");
        *self.votes.entry(product).or_default() += u64::from(response.status == 204);
        response.status == 204
    }

    /// Reads a product that is not cached. Returns whether that succeeded.
    fn reads_anew(&mut self) -> bool {
        self.next_product += 1;
        let response = self.send("GET", &format!("/qa/questions?product_id={}", self.next_product));
        assert!(response.status == 200 || is_unavailable(&response), "{response:?}");
        response.status == 200
    }

    fn all_is_well(&mut self) {
        until("all is well again", || self.vote(1) && self.vote(2) && self.reads_anew());
        for (product, votes) in &self.votes {
            assert_eq!(self.shown(*product), *votes, "product {product}");
            let query = format!("SELECT helpful FROM questions WHERE question_id = {}", 3 * product - 2);
            assert_eq!(self.cluster.query(&self.store, &query), votes.to_string(), "product {product}");
        }
        assert!(self.server.process.ended().is_none(), "the process has not ended");
    }

    /// Begins a transaction, runs this in it, and keeps it open until [`release`](Self::release).
    fn hold(&self, statement: &str) -> Process {
        let (_, rest) = self.store.split_once("@/").expect("an address");
        let database = rest.split('?').next().expect("a name");
        let mut psql = std::process::Command::new(self.cluster.programs.join("psql"));
        psql.args(["-Xq", "-U", "atelier", "-d", database, "-h"]).arg(self.cluster.directory());
        psql.args(["-c", &format!("BEGIN; {statement}; SELECT pg_sleep(600)")]);
        let process = Process::start(psql.stdout(Stdio::null()).stderr(Stdio::null()));
        until("the lock is held", || self.count("wait_event = 'PgSleep'") == "1");
        process
    }

    fn release(&self) {
        let holder = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event = 'PgSleep'";
        self.cluster.query(&self.store, holder);
    }

    /// How many of the database's sessions are like this.
    fn count(&self, condition: &str) -> String {
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
        self.cluster.query(&self.store, &format!("{sessions} AND {condition}"))
    }
}

/// Takes every connection that the server has left.
fn take_all_connections(store: &str) -> Vec<Box<dyn Reader>> {
    let store = store.parse::<StoreAddress>().expect("an address").open().expect("a store");
    let mut taken = Vec::new();
    let error = loop {
        match store.reader() {
            Ok(reader) => taken.push(reader),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("too many clients"), "{error}");
    taken
}

#[test]
fn without_connections_left_it_does_not_start_and_a_service_waits_for_them() {
    let cluster = Cluster::start_with("max_connections=16");
    let mut shop = Shop::on(&cluster);

    // Every process loses its connections, and other sessions take them first.
    cluster.shut_down();
    cluster.start_again();
    let others = take_all_connections(&shop.store);
    let start = atelier(&["serve", "--listen", "127.0.0.1:0"], Some(&shop.store)).output().expect("it runs");
    let said = String::from_utf8(start.stderr).expect("UTF-8");
    assert!(!start.status.success() && said.contains("too many clients"), "{said}");
    for product in 1..=9 {
        assert_eq!(shop.shown(product), 0);
        assert!(!shop.vote(product) && !shop.reads_anew(), "there is no connection");
    }
    drop(others);
    shop.all_is_well();
    check(&shop.store);
}

#[test]
fn a_reader_without_a_connection_leaves_reading_to_the_other() {
    let cluster = Cluster::shared();
    let mut shop = Shop::on(cluster);
    let database = cluster.query(&shop.store, "SELECT current_database()");
    cluster.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false"));
    // The background fill has read by SCAN, which begins with WITH.
    let ended = cluster.sql(
        "postgres",
        &format!(
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
             WHERE datname = '{database}' AND query ~ '^\\s*SELECT product_id' LIMIT 1) one"
        ),
    );
    assert_eq!(ended, "1");
    let failures = (0..200).filter(|_| !shop.reads_anew()).count();
    assert!(failures <= 1, "{failures} of 200 reads failed, and only the first may");
    cluster.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS true"));
    shop.all_is_well();
}

#[test]
fn a_locked_row_does_not_block_other_writes_for_ever() {
    let mut shop = Shop::on(Cluster::shared());
    let _holder = shop.hold("SELECT FROM questions WHERE question_id = 7 FOR UPDATE");
    assert!(!shop.vote(3), "its question is locked");
    assert_eq!(shop.shown(3), 0);
    assert!(shop.reads_anew(), "reading needs no locks");
    let waiting = Instant::now();
    until("another question's vote is counted", || shop.vote(4));
    assert!(waiting.elapsed() < LOCK_WAIT_MAX, "that took {:?}", waiting.elapsed());
    assert!(!shop.vote(3), "it is still locked");
    // A write that was given up is not done later.
    until("nobody waits for the lock", || shop.count("wait_event_type = 'Lock'") == "0");
    shop.release();
    until("its votes are counted", || shop.vote(3));
    shop.all_is_well();
}

#[test]
fn with_a_locked_table_cached_lists_are_still_served() {
    let mut shop = Shop::on(Cluster::shared());
    let _holder = shop.hold("LOCK TABLE questions IN ACCESS EXCLUSIVE MODE");
    for product in 1..=2 {
        assert!(!shop.vote(product) && !shop.reads_anew(), "everything else waits");
        assert_eq!(shop.shown(product), 0);
    }
    until("no write waits", || shop.count("wait_event_type = 'Lock' AND query ~ 'UPDATE'") == "0");
    shop.release();
    shop.all_is_well();
}

/// Posts a question that fills a part of a page. Returns whether it was acknowledged.
fn ask(shop: &Shop<'_>, product: u64) -> bool {
    let question = json!({
        "body": "Why? ".repeat(200).trim(), "name": "ann", "email": "ann@mail.test", "product_id": product,
    });
    let response = Request::new(shop.server.address, "POST", "/qa/questions").json(&question).send();
    assert!(response.status == 201 || is_unavailable(&response), "{response:?}");
    response.status == 201
}

#[test]
fn on_a_full_disk_every_acknowledged_write_is_stored() {
    const PRODUCT: u64 = 77;
    let cluster = Cluster::start();
    let mut shop = Shop::on(&cluster);
    // Tables grow larger than the log's files, so the log can still be written.
    cluster.query(
        &shop.store,
        "INSERT INTO questions (product_id, question_id, written_at, body, name, email)
         SELECT 78, nextval('question_ids'), now(), repeat('Why? ', 200), 'ann', 'ann@mail.test'
         FROM generate_series(1, 20000)",
    );
    let bytes = cluster.query(&shop.store, "SELECT pg_relation_size('questions')").parse().expect("bytes");
    assert!(bytes > 16 << 20, "{bytes} bytes");

    cluster.limit_files(Some(bytes));
    let mut asked = 0;
    let mut refused = 0;
    while refused < 10 {
        let is_asked = ask(&shop, PRODUCT);
        asked += usize::from(is_asked);
        refused += usize::from(!is_asked);
    }
    assert!(shop.vote(1) && shop.reads_anew(), "nothing but new rows needs room");
    cluster.limit_files(None);
    until("there is room", || ask(&shop, PRODUCT));
    shop.all_is_well();
    let target = format!("/qa/questions?product_id={PRODUCT}&count=1000");
    assert_eq!(shop.send("GET", &target).results().len(), asked + 1);

    // Without room for its log the server gives up.
    cluster.limit_files(Some(0));
    until("the server has given up", || !shop.vote(1) && cluster.is_gone());
    assert!(!shop.vote(2) && !shop.reads_anew());
    assert_eq!(shop.shown(2), shop.votes[&2]);
    cluster.start_again();
    shop.all_is_well();
    assert_eq!(shop.send("GET", &target).results().len(), asked + 1);
}
