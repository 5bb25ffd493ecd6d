//! Writing: the outcome of every command, and the ids of new rows, on every kind of store.

use atelier::domain::Id;
use atelier::store::{Command, LoadMode, Outcome};

use super::harness::{TestStore, answer, answer_id, ask, product_id, question, question_id, reply, vote};
use super::stock::{Load, small_shop};
use crate::support::on_every_store;

on_every_store!(
    every_command_has_its_outcome,
    an_unknown_id_fails_alone,
    an_empty_batch_is_no_error,
    votes_accumulate_over_batches_and_restarts,
    votes_stop_at_the_largest_count,
    a_report_twice_is_a_report_and_keeps_the_votes,
    a_vote_between_two_reports_of_a_row_counts,
    a_hidden_row_takes_votes_and_answers,
    answers_keep_their_photos_in_order,
    new_ids_are_greater_than_imported_ones,
    ids_are_never_used_again,
    ids_are_not_used_again_after_the_rows_were_replaced,
    a_batch_of_thousands_is_one_commit,
    texts_come_back_as_they_were,
);

fn every_command_has_its_outcome(store: &TestStore) {
    small_shop().into(store);
    let outcomes =
        store.commit(&[ask(5, "New?"), vote(question(1), 2), reply(1, "New.", &[]), vote(answer(4), 1)]);
    assert_eq!(
        outcomes,
        [
            Outcome::QuestionAdded { question_id: question_id(7), product_id: product_id(5) },
            Outcome::Voted { product_id: product_id(5), helpful: 5 },
            Outcome::AnswerAdded { answer_id: answer_id(5), product_id: product_id(5) },
            Outcome::Voted { product_id: product_id((1 << 53) - 1), helpful: 1 },
        ]
    );
    assert_eq!(store.report(&[question(2), answer(1)]), [Some(5); 2]);
    assert_eq!(
        store.lines(5),
        [
            "Q1 \"Question 1?\" Asker 2020-09-13T12:26:41.000Z +5",
            "Q7 \"New?\" Ada 2020-09-13T12:26:40.000Z +0",
            "A5 to Q1 \"New.\" Bob 2020-09-13T12:26:40.000Z +0",
        ]
    );
}

fn an_unknown_id_fails_alone(store: &TestStore) {
    small_shop().into(store);
    let unknown = (1 << 53) - 1;
    let outcomes = store.commit(&[
        vote(question(unknown), 1),
        vote(question(1), 1),
        reply(1, "To somebody.", &[]),
        reply(unknown, "To nobody.", &["https://example.com/x.jpg"]),
        vote(answer(unknown), 1),
    ]);
    assert_eq!(
        outcomes,
        [
            Outcome::NotFound,
            Outcome::Voted { product_id: product_id(5), helpful: 4 },
            Outcome::AnswerAdded { answer_id: answer_id(5), product_id: product_id(5) },
            Outcome::NotFound,
            Outcome::NotFound,
        ]
    );
    let reported = store.report(&[answer(unknown), question(2), question(unknown)]);
    assert_eq!(reported, [None, Some(5), None]);
    let shown = store.lines(5).join("\n");
    assert!(shown.contains("To somebody."), "{shown}");
    assert!(!shown.contains("To nobody.") && !shown.contains("x.jpg"), "{shown}");
}

fn an_empty_batch_is_no_error(store: &TestStore) {
    assert_eq!(store.commit(&[]), []);
}

fn votes_accumulate_over_batches_and_restarts(store: &TestStore) {
    small_shop().into(store);
    for (votes, helpful) in [(1, 4), (10, 14), (100, 114)] {
        let outcomes = store.commit(&[vote(question(1), votes)]);
        assert_eq!(outcomes, [Outcome::Voted { product_id: product_id(5), helpful }]);
    }
    assert_eq!(store.lines(5)[0], "Q1 \"Question 1?\" Asker 2020-09-13T12:26:41.000Z +114");
}

fn votes_stop_at_the_largest_count(store: &TestStore) {
    small_shop().into(store);
    for target in [question(1), answer(1)] {
        for votes in [u32::MAX - 4, 9, u32::MAX] {
            store.commit(&[vote(target, votes)]);
        }
        let outcomes = store.commit(&[vote(target, 1)]);
        assert_eq!(outcomes, [Outcome::Voted { product_id: product_id(5), helpful: u32::MAX }]);
    }
    assert!(store.lines(5)[0].ends_with("+4294967295"), "{:?}", store.lines(5));
}

fn a_report_twice_is_a_report_and_keeps_the_votes(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.report(&[question(1), question(1)]), [Some(5); 2]);
    assert_eq!(store.report(&[question(1)]), [Some(5)]);
    // Hidden rows are not read, but the next vote tells how many there were.
    assert_eq!(
        store.commit(&[vote(question(1), 1)]),
        [Outcome::Voted { product_id: product_id(5), helpful: 4 }]
    );
    assert!(!store.lines(5).join("\n").contains("Q1"), "a vote must not bring a row back");
}

fn a_vote_between_two_reports_of_a_row_counts(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.report(&[answer(1)]), [Some(5)]);
    let voted = Outcome::Voted { product_id: product_id(5), helpful: 5 };
    assert_eq!(store.commit(&[vote(answer(1), 3)]), [voted]);
    assert_eq!(store.report(&[answer(1)]), [Some(5)]);
    assert!(!store.lines(5).join("\n").contains("A1"), "{:?}", store.lines(5));
}

fn a_hidden_row_takes_votes_and_answers(store: &TestStore) {
    small_shop().into(store);
    let outcomes = store.commit(&[reply(4, "Unseen.", &["https://example.com/u.jpg"]), vote(question(4), 2)]);
    assert_eq!(
        outcomes,
        [
            Outcome::AnswerAdded { answer_id: answer_id(5), product_id: product_id(7) },
            Outcome::Voted { product_id: product_id(7), helpful: 2 },
        ]
    );
    assert_eq!(store.lines(7), [""; 0]);
    assert_eq!(
        store.commit(&[vote(answer(5), 1)]),
        [Outcome::Voted { product_id: product_id(7), helpful: 1 }],
        "the answer is there all the same"
    );
}

fn answers_keep_their_photos_in_order(store: &TestStore) {
    store.commit(&[ask(5, "Photos?")]);
    let urls = ["https://example.com/b.jpg", "https://example.com/a.jpg", "https://example.com/b.jpg"];
    store.commit(&[reply(1, "One.", &urls), reply(1, "Two.", &urls[..1])]);
    assert_eq!(
        store.lines(5)[3..],
        [
            "P1 of A1 https://example.com/b.jpg",
            "P2 of A1 https://example.com/a.jpg",
            "P3 of A1 https://example.com/b.jpg",
            "P4 of A2 https://example.com/b.jpg",
        ]
    );
}

fn new_ids_are_greater_than_imported_ones(store: &TestStore) {
    // The largest id of each kind is not the last one loaded.
    Load::default()
        .question(900, 5)
        .question(20, 6)
        .answer(800, 20)
        .answer(30, 20)
        .photo(700, 30)
        .photo(40, 30)
        .into(store);
    assert_eq!(
        store.commit(&[ask(1, "?"), reply(20, ".", &["https://example.com/1.jpg"])]),
        [
            Outcome::QuestionAdded { question_id: question_id(901), product_id: product_id(1) },
            Outcome::AnswerAdded { answer_id: answer_id(801), product_id: product_id(6) },
        ]
    );
    assert!(store.lines(6).join("\n").contains("P701 of A801"), "{:?}", store.lines(6));
}

/// Adds a question, an answer to it and a photo; returns their ids.
fn add_one_of_each(store: &TestStore) -> (u64, u64, String) {
    let Outcome::QuestionAdded { question_id, .. } = store.commit(&[ask(99, "Which id?")])[0] else {
        panic!("the question was not added")
    };
    let answer = reply(question_id.get(), "This.", &["https://example.com/id.jpg"]);
    let Outcome::AnswerAdded { answer_id, .. } = store.commit(&[answer])[0] else {
        panic!("the answer was not added")
    };
    let lines = store.lines(99);
    let photo = lines.iter().rev().find(|line| line.starts_with('P')).expect("a photo").clone();
    (question_id.get(), answer_id.get(), photo)
}

fn ids_are_never_used_again(store: &TestStore) {
    // Every commit opens the store again, as after a restart.
    let ids: Vec<_> = (0..3).map(|_| add_one_of_each(store)).collect();
    let photo = |id: u64| format!("P{id} of A{id} https://example.com/id.jpg");
    assert_eq!(ids, [(1, 1, photo(1)), (2, 2, photo(2)), (3, 3, photo(3))]);
}

fn ids_are_not_used_again_after_the_rows_were_replaced(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(add_one_of_each(store).0, 7);
    Load::default().question(2, 5).load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    let (question_id, answer_id, photo) = add_one_of_each(store);
    assert_eq!((question_id, answer_id), (8, 6));
    assert_eq!(photo, "P6 of A6 https://example.com/id.jpg");
}

fn a_batch_of_thousands_is_one_commit(store: &TestStore) {
    let mut commands: Vec<Command> =
        (0..3_000).map(|number| ask(number % 300 + 1, &format!("Question {number}?"))).collect();
    let outcomes = store.commit(&commands);
    assert_eq!(outcomes.len(), 3_000);
    for (number, outcome) in (1..).zip(&outcomes) {
        let product_id = product_id((number - 1) % 300 + 1);
        assert_eq!(*outcome, Outcome::QuestionAdded { question_id: question_id(number), product_id });
    }
    commands = (1..=3_000)
        .rev()
        .flat_map(|number| [vote(question(number), 2), reply(number, "Yes.", &[])])
        .collect();
    let outcomes = store.commit(&commands);
    assert!(!outcomes.contains(&Outcome::NotFound));
    for product in [1, 150, 300] {
        let lines = store.lines(product);
        assert_eq!(lines.len(), 20, "ten questions with an answer each: {lines:?}");
        assert!(lines[..10].iter().all(|line| line.ends_with("+2")), "{lines:?}");
    }
}

fn texts_come_back_as_they_were(store: &TestStore) {
    let bodies =
        ["line\nbreak\tand tab", "it's \"quoted\" \\ and 'so' on; --", "Grüße 你好 👩‍👩‍👧 ﷽", "%s ? ?1 $1"];
    for body in bodies {
        store.commit(&[ask(5, body)]);
    }
    for (line, body) in store.lines(5).iter().zip(bodies) {
        assert!(line.contains(&format!("{body:?}")), "{line}");
    }
    assert_eq!(store.lines(5).len(), bodies.len());
}
