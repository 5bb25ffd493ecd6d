//! Reports: how many hide a row, whose count, and what a person's decision makes of them.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{Actor, AuthorRole, Origin, Reason};
use atelier::store::moderation::{
    Decided, Moderated, ModerationAnswer, ModerationQuery, QueueClass, QueueQuery, QueueSort,
};

use super::desk::{Desk, added as added_row, is_public, key, known, origin, reported_by, targets, whole};
use crate::store::harness::{TestStore, answer, ask, product_id, question, reply, time};
use crate::support::on_every_store;

on_every_store!(
    the_first_report_hides_with_a_threshold_of_one,
    below_the_threshold_a_row_stays_public_and_comes_first,
    a_reporter_counts_once,
    after_an_approval_it_takes_three_times_as_many,
    a_lower_threshold_counts_earlier_reports,
    a_seller_s_answer_is_never_hidden_by_reports,
    a_row_that_is_not_public_is_not_reported,
    what_reports_hid_waits_for_a_person,
    what_reports_hid_is_counted_apart,
    who_takes_back_what_reports_did_approves,
);

fn reported(is_hidden: bool) -> Moderated {
    Moderated::Reported { product_id: product_id(5), is_hidden }
}

fn the_first_report_hides_with_a_threshold_of_one(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    for target in targets().into_iter().rev() {
        assert!(is_public(store, target));
        assert_eq!(desk.make(reported_by(target, None, 1)), reported(true));
        assert!(!is_public(store, target));
        assert_eq!(desk.make(reported_by(target, None, 1)), reported(false), "it is hidden already");
        let (item, decisions) = desk.item(target).expect("it is there");
        let class = Some(QueueClass::HiddenByReports);
        assert_eq!((item.state, item.revision, item.class, item.report_count), (Hidden, 1, class, 1));
        let [decision] = &decisions[..] else { panic!("{decisions:?}") };
        assert_eq!((decision.actor.clone(), decision.reason), (Actor::System, Reason::Reported));
    }
    assert_eq!(desk.make(reported_by(question(9), None, 1)), Moderated::NotFound);
}

fn below_the_threshold_a_row_stays_public_and_comes_first(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    let reported_row = question(2);
    desk.commit(&[ask(5, "Reported?")]);
    for reporter in [1, 2] {
        assert_eq!(desk.make(reported_by(reported_row, Some(reporter), 3)), reported(false));
        assert!(is_public(store, reported_row));
    }
    let (items, _, _) = desk.page(whole());
    let first = &items[0];
    assert_eq!(
        (first.target, first.class, first.state),
        (reported_row, Some(QueueClass::Reported), Published)
    );
    assert_eq!((first.report_count, first.since), (2, time(60)));
    assert_eq!(first.reports.len(), 2);
    assert_eq!(first.reports[0].reason, Some(Reason::Offensive));
    assert_eq!(first.reports[0].note.as_deref(), Some("Rude."));
    assert_eq!(desk.make(reported_by(reported_row, Some(3), 3)), reported(true));
    assert!(!is_public(store, reported_row));
    let (items, _, _) = desk.page(whole());
    let last = items.last().expect("it waits");
    assert_eq!((last.target, last.class), (reported_row, Some(QueueClass::HiddenByReports)));
    assert_eq!(items.len(), 4, "behind those that were never public");
}

fn a_reporter_counts_once(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "One?")]);
    for _ in 0..5 {
        assert_eq!(desk.make(reported_by(question(1), Some(1), 2)), reported(false));
    }
    let (item, _) = desk.item(question(1)).expect("it is there");
    assert_eq!(item.report_count, 1);
    assert_eq!(desk.make(reported_by(question(1), Some(2), 2)), reported(true));
    assert_eq!(store.query("SELECT count(*) FROM reports"), "2");
}

fn after_an_approval_it_takes_three_times_as_many(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "One?")]);
    let row = question(1);
    for reporter in [1, 2] {
        desk.make(reported_by(row, Some(reporter), 2));
    }
    assert_eq!(desk.stand(row), (Hidden, 1));
    assert!(matches!(desk.decide(row, Published), Decided::Done(_)));
    for reporter in 3..=7 {
        assert_eq!(desk.make(reported_by(row, Some(reporter), 2)), reported(false));
    }
    assert_eq!(desk.make(reported_by(row, Some(7), 2)), reported(false), "it counts once");
    // The person has heard of the first one, who comes again.
    assert_eq!(desk.make(reported_by(row, Some(1), 2)), reported(true));
    assert_eq!(desk.stand(row), (Hidden, 3));
}

fn a_lower_threshold_counts_earlier_reports(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "One?")]);
    assert_eq!(desk.make(reported_by(question(1), Some(1), 3)), reported(false));
    assert_eq!(desk.make(reported_by(question(1), Some(1), 1)), reported(true), "as the old contract says");
}

fn a_seller_s_answer_is_never_hidden_by_reports(store: &TestStore) {
    let mut desk = Desk::new(store);
    let seller = Origin { role: AuthorRole::Seller, ..origin(Published) };
    desk.commit(&[ask(5, "One?")]);
    desk.commit(&[known(reply(1, "Ours.", &[]), time(1), seller)]);
    for reporter in 1..=20 {
        assert_eq!(desk.make(reported_by(answer(1), Some(reporter), 1)), reported(false));
    }
    assert!(is_public(store, answer(1)));
    assert_eq!(desk.queue(&whole()), [answer(1)], "but somebody looks at it");
    assert!(matches!(desk.decide(answer(1), Hidden), Decided::Done(_)));
}

fn a_row_that_is_not_public_is_not_reported(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    for target in targets() {
        assert_eq!(desk.make(reported_by(target, Some(1), 1)), reported(false));
        assert_eq!(desk.stand(target), (Pending, 0));
    }
    assert_eq!(store.query("SELECT count(*) FROM reports"), "0");
}

fn what_reports_hid_waits_for_a_person(store: &TestStore) {
    for to in [Published, Rejected, Hidden] {
        let mut desk = Desk::new(store);
        let added = desk.commit(&[ask(5, "Hidden?")]);
        let row = added_row(added[0]);
        assert_eq!(desk.make(reported_by(row, Some(1), 1)), reported(true));
        assert_eq!(desk.queue(&whole()), [row]);
        desk.actor = Actor::System;
        assert!(to != Hidden || matches!(desk.decide(row, to), Decided::Unchanged { .. }), "it is no person");
        desk.actor = key("mara");
        assert!(matches!(desk.decide(row, to), Decided::Done(_)), "{to}");
        assert_eq!(desk.queue(&whole()), [], "{to}");
        let (item, _) = desk.item(row).expect("it is there");
        assert_eq!((item.state, item.class, item.report_count), (to, None, 0));
    }
}

fn what_reports_hid_is_counted_apart(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    desk.make(reported_by(question(1), Some(1), 3));
    desk.make(reported_by(answer(1), Some(1), 1));
    let ModerationAnswer::Counts(counts) = desk.ask(&ModerationQuery::Counts) else { panic!("no counts") };
    let rows = counts.queue.map(|class| class.rows);
    assert_eq!(rows, [1, 0, 0, 1]);
    let oldest = counts.queue.map(|class| class.oldest);
    assert_eq!(oldest, [Some(time(60)), None, None, Some(time(60))]);
    assert_eq!((counts.oldest(), counts.by_reason), (Some(time(60)), vec![(Reason::Offensive, 2)]));
    let query = QueueQuery { reason: Some(Reason::Reported), ..whole() };
    assert_eq!(desk.queue(&query), [question(1), answer(1)]);
    let query = QueueQuery { sort: QueueSort::Oldest, ..whole() };
    assert_eq!(desk.queue(&query), [question(1), answer(1)]);
}

fn who_takes_back_what_reports_did_approves(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "One?")]);
    let row = question(1);
    desk.make(reported_by(row, Some(1), 1));
    let hid = desk.item(row).expect("it is there").0.last_decision.expect("decided");
    let Moderated::Undone(done) = desk.undo(hid) else { panic!("not undone") };
    assert!(is_public(store, row));
    let (item, _) = desk.item(row).expect("it is there");
    assert_eq!((item.class, item.report_count), (None, 0), "somebody has looked at it");
    for reporter in [1, 2] {
        assert_eq!(desk.make(reported_by(row, Some(reporter), 1)), reported(false));
    }
    // And that is taken back as well.
    assert!(matches!(desk.undo(done.decision_id), Moderated::Undone(_)));
    let (item, _) = desk.item(row).expect("it is there");
    let class = Some(QueueClass::HiddenByReports);
    assert_eq!((item.state, item.class, item.report_count), (Hidden, class, 2), "one has reported twice");
}
