//! Two moderators at work at once, and lists that show what was decided as soon as it is
//! acknowledged.

use std::sync::Barrier;

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{State, Target};
use atelier::service::ServiceSettings;
use atelier::store::moderation::{Decided, Moderated, Moderation};

use super::desk::{Desk, known, origin};
use crate::store::harness::{TestStore, ask, outside, question, time};
use crate::store::reviews::stock::{Reviews, review, write};
use crate::store::stage::Stage;
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    each_of_a_thousand_rows_is_decided_about_once,
    moderators_of_the_same_products_do_not_stop_each_other,
);

mod of_a_service {
    use super::*;

    on_every_store!(
        async
        a_list_shows_a_decision_that_was_acknowledged,
        a_load_before_a_decision_is_not_kept,
    );
}

const ROWS: u64 = 1_000;

fn each_of_a_thousand_rows_is_decided_about_once(store: &TestStore) {
    let new: Vec<_> = (0..ROWS).map(|_| known(ask(5, "Waits?"), time(1), origin(Pending))).collect();
    Desk::new(store).commit(&new);
    let start = Barrier::new(2);
    let work = |name: &str, to: State, backwards: bool| {
        let mut desk = Desk::of(store, name);
        let mut rows: Vec<Target> = (1..=ROWS).map(question).collect();
        if backwards {
            rows.reverse();
        }
        start.wait();
        let mut decided = Vec::new();
        for rows in rows.chunks(20) {
            let items: Vec<_> = rows.iter().map(|target| (*target, Some(0))).collect();
            let ruling = desk.ruling(&items, to);
            decided.extend(rows.iter().copied().zip(desk.decide_all(ruling)));
        }
        decided
    };
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| work("nils", Rejected, true));
        (work("mara", Published, false), other.join().expect("no panic"))
    });
    let mut outcomes: Vec<_> = first.into_iter().chain(second).collect();
    outcomes.sort_by_key(|(target, _)| *target);
    for pair in outcomes.chunks(2) {
        let [(target, one), (_, other)] = pair else { panic!("{pair:?}") };
        let (done, told) = match (one, other) {
            (Decided::Done(done), told) | (told, Decided::Done(done)) => (done, told),
            other => panic!("{target:?}: {other:?}"),
        };
        assert_eq!(*told, Decided::Conflict { state: done.to, revision: 1 }, "{target:?}");
    }
    assert_eq!(store.query("SELECT count(*) FROM decisions"), ROWS.to_string());
    let public = store.query("SELECT count(*) FROM moderation_items WHERE state = 0 AND revision = 1");
    assert_eq!(store.lines(5).len().to_string(), public);
}

/// Reviews of the same products, whose sums all of them change, in different orders.
fn moderators_of_the_same_products_do_not_stop_each_other(store: &TestStore) {
    const MODERATORS: u64 = 4;
    const EACH: u64 = 30;
    Reviews::default().characteristic(1, 5, "Fit").characteristic(2, 6, "Fit").into(store);
    let new: Vec<_> = (0..MODERATORS * EACH)
        .map(|number| write(5 + number % 2, "Fine.", &[], &[(1 + number % 2, 4)]))
        .collect();
    Desk::new(store).commit(&new);
    let start = Barrier::new(usize::try_from(MODERATORS).expect("small"));
    std::thread::scope(|scope| {
        for number in 0..MODERATORS {
            let start = &start;
            scope.spawn(move || {
                let mut desk = Desk::of(store, &number.to_string());
                start.wait();
                let own: Vec<_> =
                    (1..=EACH).map(|place| (review(number + 1 + (place - 1) * MODERATORS), None)).collect();
                for to in [Hidden, Published, Rejected] {
                    let mut rows = own.clone();
                    if number % 2 == 1 {
                        rows.reverse();
                    }
                    for rows in rows.chunks(6) {
                        let ruling = desk.ruling(rows, to);
                        let decided = desk.decide_all(ruling);
                        assert!(
                            decided.iter().all(|decided| matches!(decided, Decided::Done(_))),
                            "{decided:?}"
                        );
                    }
                }
            });
        }
    });
    for product in [5, 6] {
        assert_eq!(store.review_lines(product).len(), 1, "all are rejected");
        assert!(store.review_lines(product)[0].ends_with(" 0/0"));
    }
}

async fn decide(stage: &Stage, target: Target, to: State) {
    let store = &stage.store;
    let decide = outside(|| Desk::new(store).ruling(&[(target, None)], to));
    let moderated = stage.service.moderate(Moderation::Decide(decide)).await.expect("decided");
    assert!(matches!(&moderated, Moderated::Decided(decided) if matches!(decided[..], [Decided::Done(_)])));
}

async fn listed(stage: &Stage) -> Vec<u64> {
    stage.questions(5).await.results.iter().map(|row| row.question_id).collect()
}

async fn a_list_shows_a_decision_that_was_acknowledged(kind: StoreKind) {
    let store = TestStore::on(kind);
    store.commit(&[ask(5, "One?"), ask(5, "Two?")]);
    let stage = Stage::without_fill(store, ServiceSettings::default());
    assert_eq!(listed(&stage).await, [1, 2]);
    for _ in 0..3 {
        decide(&stage, question(1), Hidden).await;
        assert_eq!(listed(&stage).await, [2]);
        decide(&stage, question(1), Published).await;
        assert_eq!(listed(&stage).await, [1, 2]);
    }
}

async fn a_load_before_a_decision_is_not_kept(kind: StoreKind) {
    let store = TestStore::on(kind);
    store.commit(&[ask(5, "One?"), ask(5, "Two?")]);
    let stage = Stage::without_fill(store, ServiceSettings::default());
    let loads = stage.gates.loads.stop_next(1);
    let waiter = stage.ask_for_questions(5);
    loads.stopped(1).await;
    decide(&stage, question(1), Rejected).await;
    drop(loads);
    waiter.await.expect("no panic").expect("answered");
    assert_eq!(listed(&stage).await, [2]);
}
