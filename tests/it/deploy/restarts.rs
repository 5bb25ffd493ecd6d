//! An upgrade: the processes behind nginx are stopped and started one after the other while
//! shoppers read and write. No request fails.

use super::front::Front;
use super::pair::{Pair, signed, who};
use super::shoppers::shop_while;
use crate::support::cluster::Cluster;
use crate::support::program::{run, until};

/// Whether a process gets some of the lists. nginx sends nothing for two seconds to a process that
/// refused.
fn is_asked(front: &Front, number: usize) -> bool {
    let targets = (1..=20).map(|product| format!("/qa/questions?product_id={product}"));
    targets.into_iter().any(|target| who(&signed(front.request("GET", &target)).send()) == number)
}

#[test]
fn no_request_fails_while_processes_are_restarted_one_after_the_other() {
    let cluster = Cluster::shared();
    let store = cluster.fresh_database();
    run(&["migrate"], Some(&store));
    let mut pair = Pair::signing(&store);
    shop_while(&mut pair, |pair, front, tally| {
        for number in 0..2 {
            tally.peace();
            pair.servers[number].process.terminate();
            assert!(pair.servers[number].process.wait().success(), "it ends well");
            tally.peace();
            pair.start_again(number);
            until("nginx asks it again", || is_asked(front, number));
        }
        tally.peace();
        // No outage: a single failure fails the test.
        Vec::new()
    });
}
