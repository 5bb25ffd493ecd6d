//! Shoppers read, vote, ask and answer through nginx on two processes while the database goes away
//! and comes back. Requests fail only while it is away, and each failure says when to try again.
//! Afterwards every acknowledged write is there exactly once. `outages` and `failover` decide how
//! the database goes away.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::front::Front;
use super::pair::Pair;
use crate::support::client::{Connection, Response};
use crate::support::ledger::{Ledger, PRODUCTS, Talk, Writer, everything_listed};
use crate::support::program::until;

const SHOPPERS: u64 = 6;

/// Reads for each write.
const READS: u64 = 3;

/// Good answers between two outages, and before the end.
const ANSWERS_IN_PEACE: u64 = 200;

/// Failures during an outage before the database comes back.
const FAILURES_WHILE_AWAY: u64 = 100;

/// A request that begins later than this after the database takes connections again must succeed.
const RECOVERY_LIMIT: Duration = Duration::from_secs(1);

/// The results of all shoppers so far.
#[derive(Default)]
pub(crate) struct Tally {
    stop: AtomicBool,
    answered: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    /// Waits until so many more requests were answered well.
    pub(crate) fn peace(&self) {
        wait_for_more("answers in peace", &self.answered, ANSWERS_IN_PEACE);
    }

    /// Waits until so many more requests were answered 503.
    pub(crate) fn failures(&self) {
        wait_for_more("failures", &self.failed, FAILURES_WHILE_AWAY);
    }
}

fn wait_for_more(what: &str, counter: &AtomicU64, count: u64) {
    let before = counter.load(Ordering::Relaxed);
    until(&format!("{count} more {what}"), || counter.load(Ordering::Relaxed) >= before + count);
}

/// A request that was answered 503.
#[derive(Debug)]
struct Failure {
    what: String,
    began: Instant,
    ended: Instant,
}

/// A shopper whose requests go through nginx.
struct Shopper<'a> {
    front: &'a Front,
    tally: &'a Tally,
    connection: Connection,
    failures: Vec<Failure>,
}

impl<'a> Shopper<'a> {
    fn new(front: &'a Front, tally: &'a Tally) -> Self {
        Self { front, tally, connection: front.connect(), failures: Vec::new() }
    }
}

impl Talk for Shopper<'_> {
    fn request(&mut self, method: &str, path: &str, json: &str) -> Option<Response> {
        let began = Instant::now();
        let answer = self.connection.exchange(method, path, json).expect("nginx always answers");
        if answer.header("connection") == Some("close") {
            self.connection = self.front.connect();
        }
        if answer.status != 503 {
            self.tally.answered.fetch_add(1, Ordering::Relaxed);
            return Some(answer);
        }
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        self.tally.failed.fetch_add(1, Ordering::Relaxed);
        self.failures.push(Failure { what: format!("{method} {path}"), began, ended: Instant::now() });
        None
    }
}

/// Writes one thing and reads a few, again and again.
fn shop(shopper: &mut Writer<Shopper<'_>>) {
    while !shopper.client.tally.stop.load(Ordering::Relaxed) {
        shopper.write();
        for _ in 0..READS {
            let product = shopper.chance.below(PRODUCTS) + 1;
            let target = format!("/qa/questions?product_id={product}");
            if let Some(response) = shopper.client.request("GET", &target, "") {
                // Every product has had five questions from the beginning, and none is ever hidden.
                assert_eq!(response.results().len(), 5, "a failure is never an empty answer: {response:?}");
            }
        }
    }
}

/// A time during which requests may fail.
pub(crate) struct Outage {
    pub(crate) name: &'static str,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

/// Asserts that every failure is within an outage. Prints how long the outages took, and how soon
/// requests succeeded again.
fn judge(outages: &[Outage], failures: &[Failure]) {
    for failure in failures {
        let during = outages
            .iter()
            .any(|outage| failure.ended > outage.began && failure.began < outage.ended + RECOVERY_LIMIT);
        assert!(during, "{} failed while nothing was wrong", failure.what);
    }
    for (number, Outage { name, began, ended }) in outages.iter().enumerate() {
        let next = outages.get(number + 1).map(|outage| outage.began);
        let ends = failures.iter().map(|failure| failure.ended);
        let ends: Vec<Instant> =
            ends.filter(|end| end > began && next.is_none_or(|next| *end < next)).collect();
        let last = ends.iter().max().map(|last| last.saturating_duration_since(*ended));
        // Not by `println!`, which shows nothing when the test succeeds.
        let _ = writeln!(
            std::io::stderr(),
            "PostgreSQL {name}: away for {:.0?}, {} requests answered 503, the last one {:.1?} after it was back",
            *ended - *began,
            ends.len(),
            last.unwrap_or_default(),
        );
    }
}

/// Lets shoppers shop while `strike` makes the database or a process go away, and checks their
/// results.
pub(crate) fn shop_while(pair: &mut Pair, strike: impl FnOnce(&mut Pair, &Front, &Tally) -> Vec<Outage>) {
    let front = Front::before(pair.addresses());
    let tally = Tally::default();

    let mut ledger = Ledger::default();
    let mut first = Writer::new(Shopper::new(&front, &tally), 1, "first".to_owned(), &ledger);
    while (1..=PRODUCTS).any(|product| {
        first.client.connection.get(&format!("/qa/questions?product_id={product}"))["results"][4].is_null()
    }) {
        first.write();
    }
    ledger.add(first.ledger);
    let shoppers = (0..SHOPPERS).map(|number| {
        Writer::new(Shopper::new(&front, &tally), number + 2, format!("shopper {number}"), &ledger)
    });

    let (outages, shoppers) = std::thread::scope(|scope| {
        let shopping: Vec<_> = shoppers
            .map(|mut shopper| {
                scope.spawn(move || {
                    shop(&mut shopper);
                    shopper
                })
            })
            .collect();
        // Also when the test fails. Otherwise the shoppers would never end.
        let outages = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| strike(pair, &front, &tally)));
        tally.stop.store(true, Ordering::Relaxed);
        let shoppers: Vec<_> = shopping.into_iter().map(|thread| thread.join().expect("no panic")).collect();
        (outages.unwrap_or_else(|panic| std::panic::resume_unwind(panic)), shoppers)
    });
    let mut failures = Vec::new();
    for shopper in shoppers {
        ledger.add(shopper.ledger);
        failures.extend(shopper.client.failures);
    }
    judge(&outages, &failures);

    let [mut one, mut other] = [pair.servers[0].client(), pair.servers[1].client()];
    until("both processes show the same", || everything_listed(&mut one) == everything_listed(&mut other));
    ledger.settle(&mut one);
    assert!(pair.servers.iter_mut().all(|server| server.process.ended().is_none()), "no process has ended");
}
