//! An upgrade: the processes behind nginx are stopped and started one after the other while shoppers read and write. Nobody
//! notices.

use crate::cluster::Cluster;
use crate::pair::Pair;
use crate::shoppers::shop_while;

/// Times that both processes are started anew.
const ROUNDS: usize = 2;

#[test]
fn processes_are_started_anew_one_after_the_other_and_not_one_request_fails() {
    let cluster = Cluster::shared();
    let mut pair = Pair::on(&cluster.fresh_database());
    shop_while(&mut pair, |pair, tally| {
        for number in (0..ROUNDS).flat_map(|_| 0..2) {
            tally.peace();
            pair.servers[number].process.terminate();
            assert!(pair.servers[number].process.wait().success(), "it ends well");
            tally.peace();
            pair.start_again(number);
        }
        tally.peace();
        // No outage: a single failure fails the test.
        Vec::new()
    });
}
