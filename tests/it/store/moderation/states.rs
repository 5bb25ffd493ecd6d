//! Every state of every kind of row, and where it may lead.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{State, Target};
use atelier::store::ProductChange;
use atelier::store::moderation::{Decided, Moderated, Moderation};

use super::desk::{Desk, findings, is_public, targets};
use crate::store::harness::{TestStore, product_id};
use crate::store::reading::by_hand;
use crate::store::reviews::stock::Reviews;
use crate::support::{OnStore, StoreKind, on_every_store};

on_every_store!(
    every_state_leads_where_the_table_says,
    an_undone_decision_brings_the_state_before_back,
    the_row_itself_is_right_where_tables_differ,
    an_answer_keeps_its_state_while_its_question_is_hidden,
);

/// A kind of store, for tests that need several.
struct OneKind(StoreKind);

impl OnStore for OneKind {
    fn on(kind: StoreKind) -> Self {
        Self(kind)
    }
}

/// A store with a row of each kind in this state.
fn store_in(store: &TestStore, state: State) -> Desk {
    Reviews::default().characteristic(1, 5, "Fit").into(store);
    let mut desk = Desk::new(store);
    desk.add_one_of_each(if state == Pending { Pending } else { Published });
    if matches!(state, Rejected | Hidden) {
        for target in targets() {
            assert!(matches!(desk.decide(target, state), Decided::Done(_)), "{target:?}");
        }
    }
    desk
}

fn sum(store: &TestStore) -> String {
    store.review_lines(5).pop().expect("the sum of the characteristic")
}

fn every_state_leads_where_the_table_says(kind: &OneKind) {
    let table = [
        (Published, [Hidden, Rejected].as_slice()),
        (Pending, [Published, Rejected].as_slice()),
        (Rejected, [Published].as_slice()),
        (Hidden, [Published, Rejected].as_slice()),
    ];
    for (from, leads_to) in table {
        for to in State::ALL {
            let store = TestStore::on(kind.0);
            let mut desk = store_in(&store, from);
            let revision = u64::from(matches!(from, Rejected | Hidden));
            // The answer and the review first: they are seen only with a public question.
            for target in targets().into_iter().rev() {
                let expected = (from, revision);
                assert_eq!(desk.stand(target), expected, "{target:?}");
                let decide = desk.ruling(&[(target, Some(revision))], to);
                let moderation = Moderation::Decide(decide);
                let moderated = desk.make(moderation.clone());
                let changes = moderated.changes(&moderation);
                let Moderated::Decided(decided) = moderated else { panic!("{moderated:?}") };
                let what = format!("{target:?} from {from} to {to}");
                match &decided[..] {
                    [Decided::Done(done)] => {
                        assert!(leads_to.contains(&to), "{what}");
                        assert_eq!((done.from, done.to, done.revision), (from, to, revision + 1), "{what}");
                        let of = if matches!(target, Target::Review(_)) {
                            ProductChange::Reviews
                        } else {
                            ProductChange::Rows
                        };
                        let is_seen = (from == Published) != (to == Published);
                        let expected: Vec<_> = is_seen.then(|| of(product_id(5))).into_iter().collect();
                        assert_eq!(changes, expected, "{what}");
                        assert_eq!(desk.stand(target), (to, revision + 1), "{what}");
                    }
                    [Decided::Unchanged { revision: unchanged }] => {
                        assert_eq!((from, revision), (to, *unchanged), "{what}");
                        assert_eq!(changes, [], "{what}");
                    }
                    [Decided::Conflict { state, revision: present }] => {
                        assert!(from != to && !leads_to.contains(&to), "{what}");
                        assert_eq!((*state, *present), (from, revision), "{what}");
                        assert_eq!(desk.stand(target), (from, revision), "{what}");
                    }
                    other => panic!("{what}: {other:?}"),
                }
            }
            let now = if leads_to.contains(&to) { to } else { from };
            for target in targets() {
                assert_eq!(is_public(&store, target), now == Published, "{target:?} from {from} to {to}");
            }
            let counted = if now == Published { "C1 Fit 5/1" } else { "C1 Fit 0/0" };
            assert_eq!(sum(&store), counted, "from {from} to {to}");
            assert_eq!(findings(&store), [""; 0]);
        }
    }
}

fn an_undone_decision_brings_the_state_before_back(kind: &OneKind) {
    for from in State::ALL {
        let store = TestStore::on(kind.0);
        let mut desk = store_in(&store, from);
        let to = if from == Published { Hidden } else { Published };
        for target in targets() {
            let (_, revision) = desk.stand(target);
            let Decided::Done(done) = desk.decide(target, to) else { panic!("{target:?} from {from}") };
            let Moderated::Undone(undone) = desk.undo(done.decision_id) else {
                panic!("{target:?} from {from}")
            };
            assert_eq!((undone.from, undone.to, undone.revision), (to, from, revision + 2));
            assert_eq!(desk.stand(target), (from, revision + 2));
            // What was undone is not the last decision any more, its undoing is.
            assert_eq!(desk.undo(done.decision_id), Moderated::Superseded(from, revision + 2));
            assert!(matches!(desk.undo(undone.decision_id), Moderated::Undone(_)));
            assert_eq!(desk.stand(target), (to, revision + 3));
        }
        assert_eq!(desk.undo(1_000_000), Moderated::NotFound);
        let counted = if to == Published { "C1 Fit 5/1" } else { "C1 Fit 0/0" };
        assert_eq!(sum(&store), counted);
        assert_eq!(findings(&store), [""; 0]);
    }
}

fn the_row_itself_is_right_where_tables_differ(store: &TestStore) {
    let mut desk = store_in(store, Published);
    // A process of an earlier version hides the question. It knows of no other tables.
    by_hand(
        store,
        "INSERT INTO marks (place, helpful, reported) SELECT place, 0, 1 FROM questions",
        "UPDATE questions SET reported = true",
    );
    let question = targets()[0];
    assert_eq!(desk.stand(question), (Hidden, 0));
    assert_eq!(desk.decide(question, Hidden), Decided::Unchanged { revision: 0 });
    assert!(matches!(desk.decide(question, Published), Decided::Done(_)));
    assert!(is_public(store, question));
    assert_eq!(desk.stand(question), (Published, 1));
}

fn an_answer_keeps_its_state_while_its_question_is_hidden(store: &TestStore) {
    let mut desk = store_in(store, Published);
    let [question, answer, _] = targets();
    desk.decide(question, Hidden);
    assert!(!is_public(store, answer));
    assert_eq!(desk.stand(answer), (Published, 0));
    desk.decide(answer, Rejected);
    desk.decide(question, Published);
    assert!(!is_public(store, answer));
    desk.decide(answer, Published);
    assert!(is_public(store, answer));
}
