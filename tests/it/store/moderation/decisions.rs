//! Decisions about several rows, repeated ones, the log of them, and claims.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{Actor, Reason, Target};
use atelier::store::moderation::{Decided, Moderated, Moderation, ModerationAnswer, ModerationQuery};

use super::desk::{Desk, known, origin, person, reported_by, targets, whole};
use crate::store::harness::{TestStore, ask, product_id, question, time};
use crate::store::reviews::stock::review;
use crate::support::on_every_store;

on_every_store!(
    a_hundred_rows_are_decided_about_in_one_commit,
    each_row_has_its_own_outcome,
    a_dry_run_writes_nothing,
    a_repeated_request_gets_the_first_outcomes,
    the_log_tells_who_did_what_and_why,
    a_row_that_waits_is_answered_for_without_a_new_state,
    claims_are_advice_and_end,
    rows_are_pinned_and_unpinned,
);

fn a_hundred_rows_are_decided_about_in_one_commit(store: &TestStore) {
    let mut desk = Desk::new(store);
    let new: Vec<_> = (1..=100).map(|_| known(ask(5, "Waits?"), time(1), origin(Pending))).collect();
    desk.commit(&new);
    let items: Vec<_> = (1..=100).rev().map(|number| (question(number), Some(0))).collect();
    let decide = desk.ruling(&items, Published);
    let decided = desk.decide_all(decide);
    for (decided, (target, _)) in decided.iter().zip(&items) {
        let Decided::Done(done) = decided else { panic!("{decided:?}") };
        assert_eq!((done.target, done.revision, done.product_id), (*target, 1, product_id(5)));
    }
    assert_eq!(store.lines(5).len(), 100);
    assert_eq!(store.query("SELECT count(*) FROM decisions"), "100");
    assert_eq!(desk.queue(&whole()), []);
}

fn each_row_has_its_own_outcome(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let [question, answer, _] = targets();
    let items =
        [(question, Some(0)), (question, Some(0)), (answer, Some(3)), (review(77), None), (question, None)];
    let decide = desk.ruling(&items, Hidden);
    let decided = desk.decide_all(decide);
    assert!(matches!(&decided[0], Decided::Done(done) if done.revision == 1), "{decided:?}");
    assert_eq!(
        decided[1..],
        [
            Decided::Conflict { state: Hidden, revision: 1 },
            Decided::Conflict { state: Published, revision: 0 },
            Decided::Unknown,
            Decided::Unchanged { revision: 1 },
        ]
    );
}

fn a_dry_run_writes_nothing(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let mut decide = desk.ruling(&[(targets()[0], Some(0)), (review(77), None)], Rejected);
    decide.dry_run = true;
    let moderation = Moderation::Decide(decide);
    let moderated = desk.make(moderation.clone());
    assert_eq!(moderated.changes(&moderation), []);
    let Moderated::Decided(decided) = moderated else { panic!("{moderated:?}") };
    let Decided::Done(done) = &decided[0] else { panic!("{decided:?}") };
    assert_eq!((done.decision_id, done.from, done.to, done.revision), (0, Published, Rejected, 1));
    assert_eq!(decided[1], Decided::Unknown);
    assert_eq!(desk.stand(targets()[0]), (Published, 0));
    assert_eq!(store.query("SELECT count(*) FROM decisions"), "0");
}

fn a_repeated_request_gets_the_first_outcomes(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let [question, answer, _] = targets();
    let mut decide = desk.ruling(&[(question, Some(0)), (answer, Some(9)), (review(77), None)], Hidden);
    decide.request = Some(person(1));
    let first = desk.decide_all(decide.clone());
    assert!(matches!(first[0], Decided::Done(_)));
    // Somebody decides otherwise meanwhile.
    desk.decide(question, Published);
    assert_eq!(desk.decide_all(decide), first);
    assert_eq!(desk.stand(question), (Published, 2));
    assert_eq!(desk.stand(answer), (Published, 0), "it was not decided about the first time");
}

fn the_log_tells_who_did_what_and_why(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    let [question, answer, _] = targets();
    let mut decide = desk.ruling(&[(question, None), (answer, None)], Rejected);
    decide.reason = Reason::Illegal;
    decide.legal_ground = Some("StGB § 185".to_owned());
    desk.decide_all(decide);
    desk.actor = Actor::Person("root".to_owned());
    let first = desk.item(question).expect("it is there").0.last_decision.expect("decided");
    desk.undo(first);
    let (item, decisions) = desk.item(question).expect("it is there");
    assert_eq!((item.state, item.revision), (Pending, 2));
    let [undo, reject] = &decisions[..] else { panic!("{decisions:?}") };
    assert_eq!(
        (undo.undoes, undo.reason, undo.actor.clone()),
        (Some(first), Reason::Undo, desk.actor.clone())
    );
    assert_eq!((reject.from, reject.to, reject.revision), (Pending, Rejected, 1));
    assert_eq!(reject.legal_ground.as_deref(), Some("StGB § 185"));
    assert_eq!((reject.at, reject.note.as_deref()), (time(100), Some("Seen it.")));
    assert_eq!((reject.target, reject.product_id), (question, product_id(5)));

    let log = |desk: &mut Desk, target, before, limit| -> Vec<(u64, Target)> {
        match desk.ask(&ModerationQuery::Decisions { target, before, limit }) {
            ModerationAnswer::Decisions(page) => {
                page.iter().map(|decision| (decision.decision_id, decision.target)).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    let all = log(&mut desk, None, None, 10);
    assert_eq!(all.iter().map(|(_, target)| *target).collect::<Vec<_>>(), [question, answer, question]);
    assert_eq!(log(&mut desk, None, Some(all[0].0), 1), all[1..2]);
    assert_eq!(log(&mut desk, Some(answer), None, 10), all[1..2]);
    assert_eq!(log(&mut desk, Some(answer), Some(all[1].0), 10), []);
    let one = desk.ask(&ModerationQuery::Decision(first));
    assert_eq!(one, ModerationAnswer::Decisions(vec![reject.clone()]));
    assert_eq!(desk.ask(&ModerationQuery::Decision(1_000_000)), ModerationAnswer::NotFound);
}

fn a_row_that_waits_is_answered_for_without_a_new_state(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let question = targets()[0];
    assert_eq!(desk.decide(question, Published), Decided::Unchanged { revision: 0 }, "nothing waits");
    desk.make(reported_by(question, Some(1), 3));
    assert_eq!(desk.queue(&whole()), [question]);
    let Decided::Done(done) = desk.decide(question, Published) else { panic!("not answered for") };
    assert_eq!((done.from, done.to, done.revision), (Published, Published, 1));
    assert_eq!(desk.queue(&whole()), []);
    let (item, _) = desk.item(question).expect("it is there");
    assert_eq!((item.report_count, item.reports.len()), (0, 0));
}

fn claims_are_advice_and_end(store: &TestStore) {
    let (mut mara, mut nils) = (Desk::new(store), Desk::of(store, "nils"));
    mara.add_one_of_each(Pending);
    let question = targets()[0];
    let claim = |desk: &mut Desk, target, now, until| {
        let actor = desk.actor.clone();
        desk.make(Moderation::Claim { target, actor, until: time(until), now: time(now) })
    };
    assert_eq!(claim(&mut mara, question, 10, 20), Moderated::Done);
    assert_eq!(claim(&mut nils, question, 15, 25), Moderated::ClaimedBy(mara.actor.clone(), time(20)));
    assert_eq!(claim(&mut mara, question, 15, 25), Moderated::Done, "it is hers");
    let actor = nils.actor.clone();
    assert_eq!(nils.make(Moderation::Unclaim { target: question, actor }), Moderated::Done);
    let (item, _) = nils.item(question).expect("it is there");
    assert_eq!(item.claimed, Some((mara.actor.clone(), time(25))), "hers stays");
    assert_eq!(claim(&mut nils, question, 25, 35), Moderated::Done, "hers has ended");
    // Advice and no lock.
    assert!(matches!(mara.decide(question, Published), Decided::Done(_)));
    assert_eq!(mara.item(question).expect("it is there").0.claimed, None);
    assert_eq!(claim(&mut nils, review(77), 25, 35), Moderated::NotFound);
    // Also of a row that waits for nothing.
    assert_eq!(claim(&mut nils, question, 25, 35), Moderated::Done);
    let actor = nils.actor.clone();
    nils.make(Moderation::Unclaim { target: question, actor });
    assert_eq!(nils.item(question).expect("it is there").0.claimed, None);
    assert_eq!(mara.stand(question), (Published, 1), "claims are no decisions");
}

fn rows_are_pinned_and_unpinned(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "Plain?")]);
    let target = question(1);
    let pin = |desk: &mut Desk, since| desk.make(Moderation::Feature { target, since });
    assert_eq!(pin(&mut desk, Some(time(5))), Moderated::Done);
    assert_eq!(pin(&mut desk, Some(time(6))), Moderated::Done);
    let (item, _) = desk.item(target).expect("it is there");
    assert_eq!((item.featured, item.state, item.revision), (Some(time(5)), Published, 0));
    assert_eq!(pin(&mut desk, None), Moderated::Done);
    assert_eq!(desk.item(target).expect("it is there").0.featured, None);
    assert_eq!(desk.make(Moderation::Feature { target: question(9), since: None }), Moderated::NotFound);
}
