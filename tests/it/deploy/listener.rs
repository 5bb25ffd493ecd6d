//! One of two processes receives no notices of the other's writes: its listening connection is cut
//! again and again, or goes silent without being closed. After the times in
//! `docs/operations/postgresql.md` all of its lists have those writes.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::pair::{PRODUCTS, Pair, relayed, stocked};
use crate::support::cluster::Cluster;
use crate::support::program::until;

/// How long a list may lack a write of another process when the connection was cut.
const BOUND_WHEN_CUT: Duration = Duration::from_secs(1);

/// How long it may lack one when the connection went silent: a heartbeat comes every five seconds
/// and has five seconds for its answer.
const BOUND_WHEN_SILENT: Duration = Duration::from_secs(11);

const CUTS: usize = 40;
const VOTERS: u64 = 4;

/// The pause between two votes while a connection is silent.
const PACE: Duration = Duration::from_millis(100);

/// Votes at the second process for a product's first question. Returns its number of votes.
fn vote(pair: &Pair, product: u64) -> u64 {
    let question = 3 * product - 2;
    let vote = pair.request(1, "PUT", &format!("/qa/questions/{question}/helpful")).send();
    assert_eq!(vote.status, 204, "{vote:?}");
    pair.votes(1, product, question)
}

/// Whether the first process shows as many.
fn shows(pair: &Pair, product: u64, votes: u64) -> bool {
    pair.votes(0, product, 3 * product - 2) == votes
}

/// Votes, waits until both processes show the vote, and returns how long that took.
fn vote_and_watch(pair: &Pair, product: u64, bound: Duration) -> Duration {
    let votes = vote(pair, product);
    let acknowledged = Instant::now();
    while !shows(pair, product, votes) {
        assert!(acknowledged.elapsed() < bound, "product {product} is stale after {bound:?}");
    }
    acknowledged.elapsed()
}

#[test]
fn writes_of_others_show_in_time_while_the_listener_is_cut_again_and_again() {
    let cluster = Cluster::shared();
    let store = stocked(cluster);
    let pair = Pair::on_each([&format!("{store}&application_name=first"), &store]);
    let cuts = AtomicU64::new(0);
    let cut_enough = || cuts.load(Ordering::Relaxed) >= CUTS as u64;
    let watch = |voter: u64| {
        let mut delays = Vec::new();
        // One product at a time, so that no later vote hides a missed one.
        while !cut_enough() {
            delays.push(vote_and_watch(&pair, voter, BOUND_WHEN_CUT));
        }
        delays
    };
    let mut delays: Vec<Duration> = std::thread::scope(|scope| {
        let watch = &watch;
        let voters: Vec<_> = (1..=VOTERS).map(|voter| scope.spawn(move || watch(voter))).collect();
        while !cut_enough() && voters.iter().all(|voter| !voter.is_finished()) {
            let cut = cluster.query(
                &store,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE application_name = 'first listener'",
            );
            cuts.fetch_add(cut.parse().expect("a number"), Ordering::Relaxed);
        }
        voters.into_iter().flat_map(|voter| voter.join().expect("no voter panics")).collect()
    });
    delays.sort_unstable();
    let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    let _ = writeln!(
        std::io::stderr(),
        "{} votes by one process, while the other lost its listener {CUTS} times: shown after {median:.1?} \
         (median), {longest:.1?} (longest)",
        delays.len()
    );
    assert!(delays.len() > CUTS, "only {} votes", delays.len());
}

#[test]
fn writes_of_others_show_in_time_when_the_listener_is_silently_gone() {
    let cluster = Cluster::shared();
    let store = stocked(cluster);
    let (relay, through) = relayed(cluster, &store);
    let pair = Pair::on_each([&through, &store]);
    for product in 1..=PRODUCTS {
        assert!(shows(&pair, product, 0));
    }
    vote_and_watch(&pair, PRODUCTS, BOUND_WHEN_CUT);

    assert_eq!(relay.silence("LISTEN "), 1, "one connection listens");
    let mut waiting = Vec::new();
    let (mut product, mut longest) = (0, Duration::ZERO);
    until("the first process receives changes again", || {
        if product < PRODUCTS - 1 {
            product += 1;
            waiting.push((product, vote(&pair, product), Instant::now()));
        }
        waiting.retain(|(product, votes, acknowledged)| {
            let shown = shows(&pair, *product, *votes);
            let delay = acknowledged.elapsed();
            assert!(delay < BOUND_WHEN_SILENT, "product {product} is stale after {delay:?}");
            longest = longest.max(if shown { delay } else { Duration::ZERO });
            !shown
        });
        std::thread::sleep(PACE);
        waiting.is_empty()
    });
    let _ = writeln!(std::io::stderr(), "a listener silently gone: {longest:.1?} until all lists were right");
    // Otherwise no notice was lost, and this test has shown nothing.
    assert!(longest > Duration::from_secs(1), "the notices were not swallowed: {longest:?}");
    vote_and_watch(&pair, PRODUCTS, BOUND_WHEN_CUT);
}
