//! What is erased once its time is over, and what stays.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use atelier::domain::{State, Target, Timestamp};
use atelier::service::{Clock, Service, ServiceSettings};
use atelier::store::moderation::{Decided, Moderated, Moderation};

use super::desk::{Desk, findings, is_public, reported_by, targets, whole};
use crate::store::gates::poll;
use crate::store::harness::{TestStore, outside, question, time};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    rejected_rows_are_emptied_when_their_time_is_over,
    other_states_and_later_decisions_keep_their_texts,
    reporters_are_forgotten,
    a_limit_is_kept,
);

fn retain(desk: &mut Desk, rejected_before: Timestamp, reported_before: Timestamp, limit: usize) -> usize {
    let now = time(1_000);
    match desk.make(Moderation::Retain { rejected_before, reported_before, limit, now }) {
        Moderated::Retained(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn desk_in(store: &TestStore, state: State) -> Desk {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(if state == Pending { Pending } else { Published });
    if matches!(state, Rejected | Hidden) {
        for target in targets() {
            desk.decide(target, state);
        }
    }
    desk
}

fn rejected_rows_are_emptied_when_their_time_is_over(store: &TestStore) {
    let mut desk = desk_in(store, Rejected);
    // Decided at 100.
    assert_eq!(retain(&mut desk, time(100), time(0), 100), 0);
    assert_eq!(retain(&mut desk, time(101), time(0), 100), 3);
    assert_eq!(retain(&mut desk, time(101), time(0), 100), 0, "once");
    for target in targets() {
        let (item, decisions) = desk.item(target).expect("its id stays");
        assert!(item.is_erased, "{target:?}");
        assert_eq!((item.state, item.revision, item.author), (Rejected, 1, None));
        assert_eq!(item.texts.body, "This text was rejected and is kept no longer.");
        assert_eq!((item.texts.name.as_str(), item.texts.photos.len()), ("anonymous", 0));
        assert_eq!(decisions.len(), 1, "the log stays");
        // It never comes again.
        assert_eq!(desk.decide(target, Published), Decided::Conflict { state: Rejected, revision: 1 });
        assert_eq!(desk.undo(decisions[0].decision_id), Moderated::Superseded(Rejected, 1));
        assert!(!is_public(store, target));
    }
    let addresses = "SELECT count(*) FROM (SELECT email FROM questions UNION ALL SELECT email FROM answers
                     UNION ALL SELECT email FROM reviews) AS a WHERE email <> ''";
    assert_eq!(store.query(addresses), "0");
    assert_eq!(findings(store), [""; 0]);
}

fn other_states_and_later_decisions_keep_their_texts(store: &TestStore) {
    let mut desk = desk_in(store, Hidden);
    assert_eq!(retain(&mut desk, time(500), time(0), 100), 0);
    let Decided::Done(done) = desk.decide(question(1), Rejected) else { panic!("not rejected") };
    // Undone and rejected again, later.
    desk.undo(done.decision_id);
    let mut decide = desk.ruling(&[(question(1), None)], Rejected);
    decide.now = time(300);
    desk.decide_all(decide);
    assert_eq!(retain(&mut desk, time(300), time(0), 100), 0);
    assert_eq!(retain(&mut desk, time(301), time(0), 100), 1);
    assert_eq!(desk.item(targets()[1]).expect("it is there").0.texts.body, "One.");
    assert_eq!(desk.queue(&whole()), []);
}

fn reporters_are_forgotten(store: &TestStore) {
    let mut desk = desk_in(store, Published);
    let row: Target = question(1);
    desk.make(reported_by(row, Some(1), 5));
    let kept = "SELECT count(*) FROM reports WHERE reporter IS NOT NULL";
    // Reported at 60.
    retain(&mut desk, time(0), time(60), 100);
    assert_eq!(store.query(kept), "1");
    retain(&mut desk, time(0), time(61), 100);
    assert_eq!(store.query(kept), "0");
    assert_eq!(desk.item(row).expect("it is there").0.report_count, 1, "the report stays");
}

fn a_limit_is_kept(store: &TestStore) {
    let mut desk = desk_in(store, Rejected);
    assert_eq!(retain(&mut desk, time(101), time(0), 2), 2);
    assert_eq!(retain(&mut desk, time(101), time(0), 2), 1);
}

mod of_a_service {
    use super::*;

    on_every_store!(async an_idle_service_erases_what_is_kept_no_longer);
}

/// A clock that a test sets.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::nearest(self.0.load(Ordering::SeqCst))
    }
}

async fn an_idle_service_erases_what_is_kept_no_longer(kind: StoreKind) {
    let store = TestStore::on(kind);
    let mut desk = outside(|| desk_in(&store, Rejected));
    let settings = ServiceSettings::default();
    let kept = i64::try_from(settings.moderation.rejected_kept.as_millis()).expect("some days");
    // Decided at 100.
    let clock = Arc::new(Hand(AtomicI64::new(time(100).milliseconds() + kept)));
    let service = outside(|| Service::start(store.open().as_ref(), Arc::clone(&clock) as _, settings));
    clock.0.fetch_add(60_000, Ordering::SeqCst);
    poll("the rows to be erased", || {
        outside(|| targets().into_iter().all(|target| desk.item(target).expect("it is there").0.is_erased))
    })
    .await;
    outside(|| {
        drop(service);
        drop(desk);
    });
}
