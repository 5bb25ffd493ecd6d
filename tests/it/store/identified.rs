//! Votes of identified shoppers: each counts once and can be taken back once, alone, in one batch
//! with others, and from several sessions.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use atelier::domain::{AuthorRole, Digest, Holds, Id as _, Kind, Origin, State, Target};
use atelier::store::{ChangeSink, Command, Outcome, ProductChange, StoreError, each_batch};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::harness::{TestStore, answer, ask, outside, product_id, question, vote};
use super::reviews::stock::{review, small_shop as small_reviews};
use super::stock::small_shop;
use crate::support::on_every_store;

on_every_store!(
    a_vote_counts_once_and_is_taken_back_once,
    a_row_of_ones_own_takes_no_vote,
    a_row_that_is_not_there_takes_no_vote,
    commands_of_one_batch_come_in_order,
    anonymous_votes_travel_with_those_of_shoppers,
    a_dump_has_the_votes_that_are_shown,
    votes_stop_at_the_largest_count,
    random_votes_are_those_of_a_map,
    sessions_that_vote_for_the_same_rows_lose_no_vote,
);

fn voter(number: u8) -> Digest {
    Digest::from_bytes([number; 16])
}

fn vote_as(number: u8, target: Target) -> Command {
    Command::VoteAs { target, voter: voter(number), takes_back: false }
}

fn take_back(number: u8, target: Target) -> Command {
    Command::VoteAs { target, voter: voter(number), takes_back: true }
}

fn voted(helpful: u32) -> Outcome {
    Outcome::Voted { product_id: product_id(5), helpful }
}

const TAKEN_BACK: fn() -> Outcome = || Outcome::TakenBack { product_id: product_id(5) };
const BEFORE: fn() -> Outcome = || Outcome::VotedBefore { product_id: product_id(5) };

/// Rows of product 5 with three votes, one vote and three votes.
fn shop(store: &TestStore) -> [(Target, u32); 3] {
    small_shop().into(store);
    small_reviews().into(store);
    let shown = |target| match store.commit(&[vote(target, 1)])[0] {
        Outcome::Voted { helpful, .. } => helpful,
        other => panic!("{other:?}"),
    };
    [question(1), answer(1), review(1)].map(|target| (target, shown(target)))
}

/// The votes that lists show.
fn shown(store: &TestStore, target: Target) -> u32 {
    let mut reader = store.reader();
    let rows = reader.load_products(&[product_id(5)]).expect("the product is read").remove(0);
    let reviews = reader.load_reviews(&[product_id(5)]).expect("the product is read").remove(0);
    let found = match target {
        Target::Question(id) => {
            rows.questions.iter().find(|row| row.question_id == id).map(|row| row.helpful)
        }
        Target::Answer(id) => rows.answers.iter().find(|row| row.answer_id == id).map(|row| row.helpful),
        Target::Review(id) => reviews.reviews.iter().find(|row| row.review_id == id).map(|row| row.helpful),
    };
    found.expect("the row is public")
}

fn a_vote_counts_once_and_is_taken_back_once(store: &TestStore) {
    for (target, votes) in shop(store) {
        assert_eq!(store.commit(&[take_back(1, target)]), [BEFORE()]);
        assert_eq!(store.commit(&[vote_as(1, target)]), [voted(votes + 1)]);
        assert_eq!(store.commit(&[vote_as(1, target)]), [BEFORE()]);
        assert_eq!(shown(store, target), votes + 1);
        assert_eq!(store.commit(&[vote_as(2, target)]), [voted(votes + 2)]);
        let command = take_back(1, target);
        let outcomes = store.commit(std::slice::from_ref(&command));
        assert_eq!(outcomes, [TAKEN_BACK()]);
        let change = ProductChange::of(&command, outcomes[0]).expect("a change");
        assert_eq!(change, change.any_row(), "votes that fall are no raise");
        assert_eq!(shown(store, target), votes + 1);
        assert_eq!(store.commit(&[command]), [BEFORE()]);
        assert_eq!(store.commit(&[vote(target, 1)]), [voted(votes + 2)], "anonymous votes see it as well");
        assert_eq!(store.commit(&[vote_as(1, target)]), [voted(votes + 3)], "it can be given again");
        assert_eq!(shown(store, target), votes + 3);
    }
    assert_eq!(store.query("SELECT count(*) FROM identified_votes WHERE product_id = 5"), "6");
}

fn a_row_of_ones_own_takes_no_vote(store: &TestStore) {
    let origin = Origin {
        state: State::Published,
        author: Some(voter(1)),
        is_identified: true,
        role: AuthorRole::Shopper,
        is_verified_buyer: false,
        client: None,
        text: None,
        findings: Vec::new(),
    };
    let mut command = ask(5, "Mine?");
    let Command::AddQuestion { origin: known, .. } = &mut command else { panic!("a question") };
    *known = Some(Box::new(origin));
    let Outcome::QuestionAdded { question_id, .. } = store.commit(&[command])[0] else { panic!("added") };
    let own = question(question_id.get());
    assert_eq!(
        store.commit(&[vote_as(1, own), take_back(1, own), vote_as(2, own)]),
        [Outcome::OwnRow, Outcome::OwnRow, voted(1)]
    );
    assert_eq!(store.query("SELECT count(*) FROM identified_votes"), "1");
}

fn a_row_that_is_not_there_takes_no_vote(store: &TestStore) {
    let [(target, votes), ..] = shop(store);
    for nothing in [question(99), answer(99), review(99)] {
        let outcomes = store.commit(&[take_back(1, nothing), vote_as(1, target), vote_as(1, nothing)]);
        assert_eq!(outcomes, [Outcome::NotFound, voted(votes + 1), Outcome::NotFound]);
        assert_eq!(store.commit(&[take_back(1, target)]), [TAKEN_BACK()]);
    }
    assert_eq!(shown(store, target), votes);
}

fn commands_of_one_batch_come_in_order(store: &TestStore) {
    for (target, votes) in shop(store) {
        let outcomes =
            store.commit(&[vote_as(1, target), vote_as(1, target), take_back(1, target), vote_as(1, target)]);
        assert_eq!(kinds(&outcomes), ["voted", "before", "taken back", "voted"]);
        assert_eq!(shown(store, target), votes + 1);
        let outcomes = store.commit(&[vote_as(1, target), take_back(1, target), take_back(1, target)]);
        assert_eq!(kinds(&outcomes), ["before", "taken back", "before"]);
        assert_eq!(shown(store, target), votes);
        let outcomes = store.commit(&[take_back(1, target), vote_as(1, target), take_back(1, target)]);
        assert_eq!(kinds(&outcomes), ["before", "voted", "taken back"]);
        assert_eq!(shown(store, target), votes);
    }
    assert_eq!(store.query("SELECT count(*) FROM identified_votes"), "0");
}

/// Outcomes without the number of votes: it is that after the batch.
fn kinds(outcomes: &[Outcome]) -> Vec<&'static str> {
    let kind = |outcome: &Outcome| match outcome {
        Outcome::Voted { .. } => "voted",
        Outcome::VotedBefore { .. } => "before",
        Outcome::TakenBack { .. } => "taken back",
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(kind).collect()
}

fn anonymous_votes_travel_with_those_of_shoppers(store: &TestStore) {
    for (target, _) in shop(store) {
        let votes = shown(store, target);
        let other = if target == question(1) { answer(1) } else { question(1) };
        let before = shown(store, other);
        let outcomes = store.commit(&[
            vote_as(1, target),
            vote(target, 5),
            vote_as(2, target),
            vote(other, 1),
            take_back(3, target),
        ]);
        let [.., with_others, told, last] = outcomes[..] else { panic!("five outcomes") };
        assert_eq!((with_others, last), (voted(votes + 7), BEFORE()));
        assert_eq!(told, voted(before + 1));
        assert_eq!(shown(store, target), votes + 7);
        assert_eq!(shown(store, other), before + 1);
    }
}

fn a_dump_has_the_votes_that_are_shown(store: &TestStore) {
    let rows = shop(store);
    for (target, _) in rows {
        store.commit(&[vote_as(1, target), vote_as(2, target)]);
        store.commit(&[take_back(1, target)]);
    }
    let opened = store.open();
    let mut dumped = HashMap::new();
    outside(|| {
        let mut dump = opened.dump().expect("a dump");
        for (number, kind) in [Kind::Question, Kind::Answer, Kind::Review].into_iter().enumerate() {
            let (id, helpful) =
                (kind.id_column().expect("an id"), kind.column_that_holds(Holds::Count).expect("votes"));
            each_batch(dump.as_mut(), kind, |batch| {
                dumped.extend(batch.rows().map(|row| ((number, row.value(id)), row.value(helpful))));
                Ok::<_, StoreError>(())
            })
            .expect("the rows are read");
        }
    });
    for (number, (_, votes)) in rows.into_iter().enumerate() {
        assert_eq!(dumped[&(number, 1)], u64::from(votes) + 1);
    }
    let mut findings = Vec::new();
    outside(|| opened.check(&mut |finding| findings.push(finding))).expect("it is checked");
    assert_eq!(findings, []);
}

fn votes_stop_at_the_largest_count(store: &TestStore) {
    for (target, _) in shop(store) {
        store.commit(&[vote(target, u32::MAX)]);
        assert_eq!(store.commit(&[vote_as(1, target)]), [voted(u32::MAX)]);
        assert_eq!(store.commit(&[take_back(1, target)]), [TAKEN_BACK()]);
        assert_eq!(shown(store, target), u32::MAX - 1);
    }
}

/// Whose vote, for which of a few rows, and whether it is taken back; `None` for an anonymous one.
fn commands() -> impl Strategy<Value = Vec<Vec<(usize, Option<u8>, bool)>>> {
    let command = (0..4_usize, prop::option::weighted(0.85, 0..3_u8), any::<bool>());
    prop::collection::vec(prop::collection::vec(command, 1..12), 1..12)
}

fn random_votes_are_those_of_a_map(store: &TestStore) {
    let rows = shop(store);
    let targets = [rows[0].0, rows[1].0, rows[2].0, question(2)];
    let mut given: HashSet<(usize, u8)> = HashSet::new();
    let mut votes: Vec<u32> = targets.iter().map(|target| shown(store, *target)).collect();
    let (given, votes) = (std::cell::RefCell::new(&mut given), std::cell::RefCell::new(&mut votes));
    let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&commands(), |batches| {
        let (mut given, mut votes) = (given.borrow_mut(), votes.borrow_mut());
        for batch in batches {
            let mut anonymous: HashMap<usize, u32> = HashMap::new();
            let (mut sent, mut expected) = (Vec::new(), Vec::new());
            for (row, who, takes_back) in batch {
                let Some(who) = who else {
                    *anonymous.entry(row).or_default() += 1;
                    votes[row] += 1;
                    continue;
                };
                sent.push(if takes_back { take_back(who, targets[row]) } else { vote_as(who, targets[row]) });
                let is_new = if takes_back { given.remove(&(row, who)) } else { given.insert((row, who)) };
                expected.push(match (is_new, takes_back) {
                    (false, _) => "before",
                    (true, true) => "taken back",
                    (true, false) => "voted",
                });
                match (is_new, takes_back) {
                    (true, true) => votes[row] -= 1,
                    (true, false) => votes[row] += 1,
                    (false, _) => {}
                }
            }
            // No two anonymous commands are for the same row.
            for (row, more) in anonymous {
                sent.push(vote(targets[row], more));
                expected.push("voted");
            }
            prop_assert_eq!(kinds(&store.commit(&sent)), expected);
        }
        for (row, target) in targets.iter().enumerate() {
            prop_assert_eq!(shown(store, *target), votes[row], "{:?}", target);
        }
        Ok(())
    });
    result.expect("the map is right");
}

fn sessions_that_vote_for_the_same_rows_lose_no_vote(store: &TestStore) {
    const BATCHES: u8 = 20;
    let rows = shop(store);
    let opened = store.open();
    outside(|| {
        let sink = || Arc::new(|_| {}) as ChangeSink;
        let writers: Vec<_> = (0..2).map(|_| opened.writer(sink()).expect("a writer")).collect();
        std::thread::scope(|scope| {
            for (session, mut writer) in (0..2_u8).zip(writers) {
                scope.spawn(move || {
                    for batch in 0..BATCHES {
                        let mut commands: Vec<_> = rows
                            .iter()
                            .flat_map(|(target, _)| {
                                // One voter of each session's own, and one of both.
                                [
                                    vote_as(1 + session * BATCHES + batch, *target),
                                    vote_as(100 + batch, *target),
                                    vote(*target, 1),
                                ]
                            })
                            .collect();
                        if session == 1 {
                            commands.reverse();
                        }
                        writer.commit(&commands).expect("the commit succeeds");
                    }
                });
            }
        });
    });
    for (target, votes) in rows {
        assert_eq!(shown(store, target), votes + 5 * u32::from(BATCHES), "{target:?}");
    }
}
