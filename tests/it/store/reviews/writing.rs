//! Writing reviews: the outcome of every command, the ids of new rows, and what becomes of the
//! sums.

use atelier::domain::Id as _;
use atelier::store::{Command, LoadMode, Outcome};

use super::stock::{Reviews, review, review_id, small_shop, write};
use crate::store::harness::{TestStore, ask, product_id, question, question_id, vote};
use crate::store::reading::by_hand;
use crate::support::on_every_store;

on_every_store!(
    every_command_has_its_outcome,
    an_unknown_id_fails_alone,
    questions_and_reviews_travel_in_one_batch,
    votes_accumulate_over_batches_and_restarts,
    votes_stop_at_the_largest_count,
    a_report_twice_is_a_report_and_keeps_the_votes,
    a_report_takes_the_ratings_out_of_the_sums_once,
    a_report_of_a_review_that_is_not_shown_leaves_the_sums,
    a_report_of_a_review_that_was_never_published_leaves_its_state,
    a_vote_between_two_reports_of_a_review_counts,
    characteristics_of_other_products_are_ignored,
    a_product_without_characteristics_takes_reviews,
    photos_keep_their_order,
    new_ids_are_greater_than_imported_ones,
    ids_are_never_used_again,
    ids_are_not_used_again_after_the_rows_were_replaced,
    a_batch_of_thousands_is_one_commit,
    texts_come_back_as_they_were,
);

fn added(review: u64, product: u64) -> Outcome {
    Outcome::ReviewAdded { review_id: review_id(review), product_id: product_id(product) }
}

fn voted(product: u64, helpful: u32) -> Outcome {
    Outcome::Voted { product_id: product_id(product), helpful }
}

fn every_command_has_its_outcome(store: &TestStore) {
    small_shop().into(store);
    let outcomes = store.commit(&[
        write(5, "New.", &["https://example.com/n.jpg"], &[(1, 4), (2, 1)]),
        vote(review(1), 2),
        vote(review(6), 1),
        write(1 << 38, "Far.", &[], &[]),
    ]);
    let far = (1 << 53) - 1;
    assert_eq!(outcomes, [added(7, 5), voted(5, 5), voted(far, 1), added(8, 1 << 38)]);
    assert_eq!(store.report(&[review(2)]), [Some(5)]);
    assert_eq!(
        store.review_lines(5),
        [
            "R1 2* no \"Summary 1\" \"Review 1.\" Reviewer 2020-09-13T12:26:41.000Z +5",
            "R7 3* yes \"\" \"New.\" Cas 2020-09-13T12:26:40.000Z +0",
            "P1 of R1 https://example.com/r1.jpg",
            "P2 of R1 https://example.com/r2.jpg",
            "P5 of R7 https://example.com/n.jpg",
            "C1 Fit 9/2",
            "C2 Length 1/1",
        ]
    );
}

fn an_unknown_id_fails_alone(store: &TestStore) {
    small_shop().into(store);
    let unknown = (1 << 53) - 1;
    let outcomes = store.commit(&[vote(review(unknown), 1), vote(review(1), 1), vote(question(1), 1)]);
    assert_eq!(outcomes, [Outcome::NotFound, voted(5, 4), Outcome::NotFound]);
    assert_eq!(store.report(&[review(unknown), review(2), question(1)]), [None, Some(5), None]);
}

fn questions_and_reviews_travel_in_one_batch(store: &TestStore) {
    let outcomes = store.commit(&[ask(5, "One?"), write(5, "One.", &[], &[]), ask(5, "Two?")]);
    let asked = |id| Outcome::QuestionAdded { question_id: question_id(id), product_id: product_id(5) };
    assert_eq!(outcomes, [asked(1), added(1, 5), asked(2)]);
    // The ids of questions and reviews are their own: these are two rows.
    let outcomes = store.commit(&[vote(review(1), 3), vote(question(1), 2), vote(question(2), 1)]);
    assert_eq!(outcomes, [voted(5, 3), voted(5, 2), voted(5, 1)]);
    assert_eq!(store.report(&[question(1)]), [Some(5)]);
    assert_eq!(store.review_lines(5), ["R1 3* yes \"\" \"One.\" Cas 2020-09-13T12:26:40.000Z +3"]);
    assert_eq!(store.lines(5), ["Q2 \"Two?\" Ada 2020-09-13T12:26:40.000Z +1"]);
}

fn votes_accumulate_over_batches_and_restarts(store: &TestStore) {
    small_shop().into(store);
    for (votes, helpful) in [(1, 4), (10, 14), (100, 114)] {
        assert_eq!(store.commit(&[vote(review(1), votes)]), [voted(5, helpful)]);
    }
    assert!(store.review_lines(5)[0].ends_with(" +114"), "{:?}", store.review_lines(5));
}

fn votes_stop_at_the_largest_count(store: &TestStore) {
    small_shop().into(store);
    for votes in [u32::MAX - 4, 9, u32::MAX] {
        store.commit(&[vote(review(1), votes)]);
    }
    assert_eq!(store.commit(&[vote(review(1), 1)]), [voted(5, u32::MAX)]);
    assert!(store.review_lines(5)[0].ends_with("+4294967295"), "{:?}", store.review_lines(5));
}

fn a_report_twice_is_a_report_and_keeps_the_votes(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.report(&[review(1), review(1)]), [Some(5); 2]);
    assert_eq!(store.report(&[review(1)]), [Some(5)]);
    // Hidden rows are not read, but the next vote tells how many there were.
    assert_eq!(store.commit(&[vote(review(1), 1)]), [voted(5, 4)]);
    assert!(!store.review_lines(5).join("\n").contains("R1"), "a vote must not bring a row back");
}

fn a_report_takes_the_ratings_out_of_the_sums_once(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.commit(&[write(5, "New.", &[], &[(1, 4), (2, 3)])]), [added(7, 5)]);
    assert_eq!(store.review_lines(5)[5..], ["C1 Fit 11/3", "C2 Length 3/1"]);
    for _ in 0..2 {
        store.report(&[review(7), review(7)]);
        assert_eq!(store.review_lines(5)[4..], ["C1 Fit 7/2", "C2 Length 0/0"]);
    }
    store.report(&[review(1), review(2)]);
    store.commit(&[vote(review(1), 1)]);
    assert_eq!(store.review_lines(5), ["C1 Fit 0/0", "C2 Length 0/0"]);
}

fn a_report_of_a_review_that_is_not_shown_leaves_the_sums(store: &TestStore) {
    let shop = small_shop().into(store);
    assert_eq!(store.report(&[review(3)]), [Some(5)]);
    assert_eq!(store.commit(&[vote(review(3), 1)]), [voted(5, 9)]);
    assert_eq!(store.review_lines(5), shop.lines(5));
}

fn a_report_of_a_review_that_was_never_published_leaves_its_state(store: &TestStore) {
    let shop = small_shop().into(store);
    for state in [1, 2] {
        let sql = format!("UPDATE reviews SET state = {state} WHERE review_id = 1");
        by_hand(store, &sql, &sql);
        assert_eq!(store.report(&[review(1)]), [Some(5)]);
        assert!(!store.review_lines(5).join("\n").contains("R1 "), "{:?}", store.review_lines(5));
        // Only if it has kept its state, this publishes it.
        let publish = format!("UPDATE reviews SET state = 0 WHERE review_id = 1 AND state = {state}");
        let forget_marks = format!("DELETE FROM review_marks WHERE state = {state} AND revision = 0");
        by_hand(store, &format!("{publish}; {forget_marks}"), &publish);
        assert_eq!(store.review_lines(5), shop.lines(5), "state {state}");
    }
}

fn a_vote_between_two_reports_of_a_review_counts(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(store.report(&[review(1)]), [Some(5)]);
    assert_eq!(store.commit(&[vote(review(1), 3)]), [voted(5, 6)]);
    assert_eq!(store.report(&[review(1)]), [Some(5)]);
    assert_eq!(store.review_lines(5)[1..], ["C1 Fit 2/1", "C2 Length 0/0"]);
}

fn characteristics_of_other_products_are_ignored(store: &TestStore) {
    let shop = small_shop().into(store);
    let far = (1 << 53) - 1;
    let rated = [(3, 1), (2, 2), (5, 5), (77, 1), (far, 1)];
    assert_eq!(store.commit(&[write(5, "New.", &[], &rated)]), [added(7, 5)]);
    assert_eq!(store.review_lines(5)[5..], ["C1 Fit 7/2", "C2 Length 2/1"]);
    assert_eq!(store.review_lines(7), shop.lines(7));
    assert_eq!(store.review_lines(far), shop.lines(far));
    // They are not kept either: nothing but the one rating is taken out.
    store.report(&[review(7)]);
    assert_eq!(store.review_lines(5), shop.lines(5));
}

fn a_product_without_characteristics_takes_reviews(store: &TestStore) {
    assert_eq!(store.commit(&[write(5, "New.", &[], &[(1, 5)])]), [added(1, 5)]);
    assert_eq!(store.review_lines(5), ["R1 3* yes \"\" \"New.\" Cas 2020-09-13T12:26:40.000Z +0"]);
    assert_eq!(store.report(&[review(1)]), [Some(5)]);
    assert_eq!(store.review_lines(5), [""; 0]);
}

fn photos_keep_their_order(store: &TestStore) {
    let urls = ["https://example.com/b.jpg", "https://example.com/a.jpg", "https://example.com/b.jpg"];
    store.commit(&[write(5, "One.", &urls, &[]), write(5, "Two.", &urls[..1], &[])]);
    assert_eq!(
        store.review_lines(5)[2..],
        [
            "P1 of R1 https://example.com/b.jpg",
            "P2 of R1 https://example.com/a.jpg",
            "P3 of R1 https://example.com/b.jpg",
            "P4 of R2 https://example.com/b.jpg",
        ]
    );
}

fn new_ids_are_greater_than_imported_ones(store: &TestStore) {
    // The largest id of each kind is not the last one loaded.
    Reviews::default()
        .characteristic(900, 5, "Fit")
        .review(800, 5)
        .review(20, 6)
        .photo(700, 800)
        .photo(40, 20)
        .rating(600, 900, 800, 1)
        .into(store);
    let new = write(5, "?", &["https://example.com/1.jpg"], &[(900, 5)]);
    assert_eq!(store.commit(&[new]), [added(801, 5)]);
    assert!(store.review_lines(5).join("\n").contains("P701 of R801"), "{:?}", store.review_lines(5));
    assert!(store.review_lines(5).join("\n").contains("C900 Fit 6/2"), "{:?}", store.review_lines(5));
}

/// Adds a review with a photo; returns its id and the photo.
fn add_one(store: &TestStore) -> (u64, String) {
    let new = write(99, "Which id?", &["https://example.com/id.jpg"], &[]);
    let Outcome::ReviewAdded { review_id, .. } = store.commit(&[new])[0] else {
        panic!("the review was not added")
    };
    let lines = store.review_lines(99);
    let photo = lines.iter().rev().find(|line| line.starts_with('P')).expect("a photo").clone();
    (review_id.get(), photo)
}

fn ids_are_never_used_again(store: &TestStore) {
    // Every commit opens the store again, as after a restart.
    let ids: Vec<_> = (0..3).map(|_| add_one(store)).collect();
    let photo = |id: u64| format!("P{id} of R{id} https://example.com/id.jpg");
    assert_eq!(ids, [(1, photo(1)), (2, photo(2)), (3, photo(3))]);
}

fn ids_are_not_used_again_after_the_rows_were_replaced(store: &TestStore) {
    small_shop().into(store);
    assert_eq!(add_one(store).0, 7);
    Reviews::default().review(2, 5).load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    assert_eq!(add_one(store), (8, "P6 of R8 https://example.com/id.jpg".to_owned()));
    assert_eq!(store.commit(&[vote(review(7), 1)]), [Outcome::NotFound]);
}

fn a_batch_of_thousands_is_one_commit(store: &TestStore) {
    let shop =
        (1..=300).fold(Reviews::default(), |shop, product| shop.characteristic(product, product, "Fit"));
    shop.into(store);
    let product = |number: u64| number % 300 + 1;
    let commands: Vec<Command> = (0..3_000)
        .map(|number| {
            write(product(number), &format!("Review {number}."), &[], &[(product(number), number % 5 + 1)])
        })
        .collect();
    let outcomes = store.commit(&commands);
    assert_eq!(outcomes.len(), 3_000);
    for (number, outcome) in (0..).zip(&outcomes) {
        assert_eq!(*outcome, added(number + 1, product(number)));
    }
    let votes: Vec<Command> = (1..=3_000).rev().map(|number| vote(review(number), 2)).collect();
    assert!(!store.commit(&votes).contains(&Outcome::NotFound));
    let reports: Vec<_> = (1..=3_000).rev().filter(|number| number % 2 == 0).map(review).collect();
    assert!(!store.report(&reports).contains(&None));
    for product in [1, 150, 299] {
        let lines = store.review_lines(product);
        // Reviews of a product have all even ids or all odd ones, and the same stars.
        let first = product;
        let shown = if first % 2 == 0 { 0 } else { 10 };
        assert_eq!(lines.len(), shown + 1, "{lines:?}");
        assert!(lines[..shown].iter().all(|line| line.ends_with("+2")), "{lines:?}");
        let stars = shown as u64 * ((product - 1) % 5 + 1);
        assert_eq!(lines[shown], format!("C{product} Fit {stars}/{shown}"));
    }
}

fn texts_come_back_as_they_were(store: &TestStore) {
    let bodies =
        ["line\nbreak\tand tab", "it's \"quoted\" \\ and 'so' on; --", "Grüße 你好 👩‍👩‍👧 ﷽", "%s ? ?1 $1"];
    for body in bodies {
        store.commit(&[write(5, body, &[], &[])]);
    }
    for (line, body) in store.review_lines(5).iter().zip(bodies) {
        assert!(line.contains(&format!("{body:?}")), "{line}");
    }
    assert_eq!(store.review_lines(5).len(), bodies.len());
}
