//! Moderation on a server that several processes share: who hears of it, lost connections, and
//! commits that did not reach a synchronous standby.

use atelier::domain::{Actor, Reason, State, Target};
use atelier::store::moderation::{Decide, Decided, Moderated, Moderation};
use atelier::store::{ProductChange, StoreError};

use super::commits::{cancel_waits, is_unknown, require_a_standby};
use super::*;
use crate::support::cluster::Cluster;
use crate::support::report;

fn decide(target: Target, to: State) -> Moderation {
    Moderation::Decide(Decide {
        items: vec![(target, None)],
        to,
        reason: Reason::Spam,
        note: None,
        legal_ground: None,
        actor: Actor::Key("mara".to_owned()),
        now: now(),
        dry_run: false,
        request: None,
    })
}

#[test]
fn other_processes_hear_of_rows_that_came_or_went_and_of_nothing_else() {
    let store = fresh_store();
    let (own_sink, own) = ear();
    let mut writer = store.writer(own_sink).unwrap();
    let asked = Target::Question(ask(writer.as_mut(), 7, 1)[0]);
    let (sink, elsewhere) = ear();
    let mut other = store.writer(sink).unwrap();
    let rows = Change::Products(vec![ProductChange::Rows(product(7))]);
    for to in [State::Hidden, State::Published] {
        writer.moderate(&[decide(asked, to)]).unwrap();
        assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), rows);
    }
    // A row that is hidden already, a rejected one, a dry run: no list changes.
    writer.moderate(&[decide(asked, State::Hidden), decide(asked, State::Rejected)]).unwrap();
    assert_eq!(elsewhere.recv_timeout(PATIENCE).unwrap(), rows);
    writer.moderate(&[report(asked), decide(asked, State::Rejected)]).unwrap();
    ask(writer.as_mut(), 8, 1);
    let next = elsewhere.recv_timeout(PATIENCE).unwrap();
    assert_eq!(next, Change::Products(vec![ProductChange::Rows(product(8))]));
    ask(other.as_mut(), 9, 1);
    let heard = own.recv_timeout(PATIENCE).unwrap();
    assert_eq!(heard, Change::Products(vec![ProductChange::Rows(product(9))]), "none of its own");
}

#[test]
fn a_lost_connection_is_made_again_and_nothing_is_decided_twice() {
    let address = Cluster::shared().fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    let ids = ask(writer.as_mut(), 7, 20);
    for id in ids {
        Cluster::shared().query(
            &address,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let moderated = writer.moderate(&[decide(Target::Question(id), State::Hidden)]).unwrap();
        let [Moderated::Decided(decided)] = &moderated[..] else { panic!("{moderated:?}") };
        assert!(matches!(&decided[..], [Decided::Done(done)] if done.revision == 1), "{decided:?}");
    }
    assert_eq!(Cluster::shared().query(&address, "SELECT count(*) FROM decisions"), "20");
    assert!(load(store.as_ref(), 7).questions.is_empty());
}

#[test]
fn a_decision_that_did_not_reach_the_standby_is_of_unknown_fate_also_when_it_is_repeated() {
    let cluster = Cluster::start();
    let address = cluster.fresh_database();
    let store = store(&address);
    let (sink, told) = ear();
    let mut writer = store.writer(sink).unwrap();
    let asked = Target::Question(ask(writer.as_mut(), 7, 1)[0]);
    require_a_standby(&cluster, &address);
    let mut to = State::Published;
    let flip = || -> Result<Vec<Moderated>, StoreError> {
        to = if to == State::Hidden { State::Published } else { State::Hidden };
        writer.moderate(&[decide(asked, to)])
    };
    is_unknown(&cancel_waits(&cluster, &address, flip));
    let touched = Change::Products(vec![ProductChange::Rows(product(7))]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), touched);
    // What is unchanged was changed by a commit that the standby may not have.
    let repeated = [decide(asked, to)];
    is_unknown(&cancel_waits(&cluster, &address, || writer.moderate(&repeated)));
}
