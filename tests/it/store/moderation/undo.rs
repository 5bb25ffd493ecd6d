//! Taking decisions back brings back what they ended: reports, approvals, appeals, the place in the
//! queue.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::Target;
use atelier::store::moderation::{Decided, Item, Moderated, Moderation, QueueClass};

use super::desk::{Desk, findings, person, reported_by, targets, whole};
use crate::store::harness::{TestStore, time};
use crate::support::on_every_store;

on_every_store!(
    a_dismissed_report_waits_again,
    a_reporter_counts_once_when_a_dismissal_is_taken_back,
    an_approval_that_is_taken_back_is_none,
    an_answered_appeal_waits_again_with_its_words,
    what_was_pending_waits_as_long_as_before,
);

fn decided(desk: &mut Desk, target: Target, to: atelier::domain::State) -> u64 {
    match desk.decide(target, to) {
        Decided::Done(done) => done.decision_id,
        other => panic!("{other:?}"),
    }
}

fn undone(desk: &mut Desk, decision_id: u64) -> u64 {
    match desk.undo(decision_id) {
        Moderated::Undone(done) => done.decision_id,
        other => panic!("{other:?}"),
    }
}

fn item(desk: &mut Desk, target: Target) -> Item {
    desk.item(target).expect("it is there").0
}

fn appeal(desk: &mut Desk, target: Target, note: &str) -> Moderated {
    let (author, note) = (person(7), note.to_owned());
    desk.make(Moderation::Appeal { target, author, note, now: time(150) })
}

fn a_dismissed_report_waits_again(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    for target in targets() {
        for reporter in [1, 2] {
            desk.make(reported_by(target, Some(reporter), 5));
        }
        let before = item(&mut desk, target);
        let dismissal = decided(&mut desk, target, Published);
        assert_eq!(item(&mut desk, target).class, None);
        let undo = undone(&mut desk, dismissal);
        let after = item(&mut desk, target);
        assert_eq!((after.state, after.class, after.since), (Published, before.class, before.since));
        assert_eq!((after.report_count, &after.reports), (2, &before.reports));
        // Taken back once more, it is dismissed.
        undone(&mut desk, undo);
        let again = item(&mut desk, target);
        assert_eq!((again.state, again.class, again.report_count), (Published, None, 0));
    }
    assert_eq!(desk.queue(&whole()), []);
}

fn a_reporter_counts_once_when_a_dismissal_is_taken_back(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let target = targets()[0];
    for reporter in [1, 2] {
        desk.make(reported_by(target, Some(reporter), 5));
    }
    let dismissal = decided(&mut desk, target, Published);
    for reporter in [2, 3] {
        desk.make(reported_by(target, Some(reporter), 5));
    }
    assert_eq!(item(&mut desk, target).report_count, 2, "they count again");
    undone(&mut desk, dismissal);
    let after = item(&mut desk, target);
    assert_eq!((after.class, after.report_count, after.reports.len()), (Some(QueueClass::Reported), 3, 3));
}

fn an_approval_that_is_taken_back_is_none(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let target = targets()[0];
    desk.make(reported_by(target, Some(1), 2));
    let approval = decided(&mut desk, target, Published);
    undone(&mut desk, approval);
    desk.make(reported_by(target, Some(2), 2));
    assert_eq!(item(&mut desk, target).state, Hidden, "it takes two again");
    // An approval that was there before a decision is there again.
    let approval = decided(&mut desk, target, Published);
    let hidden = decided(&mut desk, target, Hidden);
    assert!(hidden > approval);
    undone(&mut desk, hidden);
    for reporter in 1..=5 {
        desk.make(reported_by(target, Some(reporter), 2));
        assert_eq!(item(&mut desk, target).state, Published, "{reporter}");
    }
    desk.make(reported_by(target, Some(6), 2));
    assert_eq!(item(&mut desk, target).state, Hidden);
}

fn an_answered_appeal_waits_again_with_its_words(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    for (target, answer) in targets().into_iter().zip([Published, Rejected, Hidden]) {
        decided(&mut desk, target, Rejected);
        assert_eq!(appeal(&mut desk, target, "It is true."), Moderated::Done);
        let before = item(&mut desk, target);
        if answer == Hidden {
            // The decision itself is taken back, and that as well.
            let decision = before.last_decision.expect("decided");
            let undo = undone(&mut desk, decision);
            assert_eq!(item(&mut desk, target).appeal, None);
            undone(&mut desk, undo);
        } else {
            let answer = decided(&mut desk, target, answer);
            assert_eq!(item(&mut desk, target).appeal, None);
            undone(&mut desk, answer);
        }
        let after = item(&mut desk, target);
        assert_eq!((after.state, after.class), (Rejected, Some(QueueClass::Appealed)), "{target:?}");
        assert_eq!((after.since, after.appeal), (before.since, before.appeal), "{target:?}");
        assert_eq!(appeal(&mut desk, target, "Really."), Moderated::AppealedBefore);
    }
    assert_eq!(desk.queue(&whole()).len(), 3);
    assert_eq!(store.query("SELECT count(*) FROM appeals"), "3");
    assert_eq!(findings(store), [""; 0]);
}

fn what_was_pending_waits_as_long_as_before(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    let target = targets()[0];
    let before = item(&mut desk, target);
    let rejection = decided(&mut desk, target, Rejected);
    undone(&mut desk, rejection);
    let after = item(&mut desk, target);
    assert_eq!((after.class, after.since), (Some(QueueClass::Pending), before.since));
}
