//! New rows of which more is kept than their texts: those that wait are in no list and in no sum,
//! and their items are written in the same transaction.

use atelier::domain::{AuthorRole, Digest, Finding, Id as _, Origin, Reason, State};
use atelier::store::{Command, Outcome, ProductChange, Submission};

use super::harness::{TestStore, answer, ask, outside, product_id, question, reply, time, vote};
use super::reviews::stock::{review_id, small_shop as small_reviews, write};
use super::stock::small_shop;
use crate::support::on_every_store;

on_every_store!(
    a_row_that_waits_is_in_no_list,
    a_review_that_waits_is_in_no_sum,
    an_item_has_what_is_known_of_its_row,
    a_row_that_was_not_added_has_no_item,
    a_row_that_waits_is_recognized_when_it_comes_again,
    a_row_that_waits_takes_votes_and_answers,
);

fn origin(state: State) -> Origin {
    Origin {
        state,
        author: Some(Digest::from_bytes([1; 16])),
        is_identified: true,
        role: AuthorRole::Expert,
        is_verified_buyer: true,
        client: Some(Digest::from_bytes([2; 16])),
        text: Some(Digest::from_bytes([3; 16])),
        findings: vec![Finding {
            reason: Reason::WordHeld,
            field: Some("body"),
            matched: Some("dürr".to_owned()),
            at: Some((0, 4)),
            holds: true,
        }],
    }
}

/// The same command for a row of which this is known.
fn from(mut command: Command, known: Origin) -> Command {
    match &mut command {
        Command::AddQuestion { origin, .. }
        | Command::AddAnswer { origin, .. }
        | Command::AddReview { origin, .. } => *origin = Some(Box::new(known)),
        _ => panic!("no row"),
    }
    command
}

fn waiting(command: Command) -> Command {
    from(command, origin(State::Pending))
}

const ITEMS: &str = "SELECT product_id, kind, row_id, state, revision, class, since - posted_at
     FROM moderation_items ORDER BY kind, row_id";

fn a_row_that_waits_is_in_no_list(store: &TestStore) {
    small_shop().into(store);
    let before = store.lines(5);
    let commands = [
        waiting(ask(5, "Waits?")),
        waiting(reply(1, "Waits.", &["https://example.com/x.jpg"])),
        from(ask(5, "Public?"), origin(State::Published)),
        ask(5, "Of nobody?"),
    ];
    let outcomes = store.commit(&commands);
    let changes: Vec<_> = commands
        .iter()
        .zip(&outcomes)
        .map(|(command, &outcome)| ProductChange::of(command, outcome))
        .collect();
    let rows = Some(ProductChange::Rows(product_id(5)));
    assert_eq!(changes, [None, None, rows, rows], "others need not know of a row that waits");
    let lines = store.lines(5);
    assert_eq!(lines.len(), before.len() + 2, "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("Waits")), "{lines:?}");
    let ids: Vec<String> = outcomes[..3].iter().map(|outcome| id_of(*outcome).to_string()).collect();
    let mut items = [
        format!("5|0|{}|1|0|2|0", ids[0]),
        format!("5|0|{}|0|0||0", ids[2]),
        format!("5|1|{}|1|0|2|0", ids[1]),
    ];
    items.sort();
    assert_eq!(store.query(ITEMS), items.join("\n"));
}

fn id_of(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::QuestionAdded { question_id, .. } => question_id.get(),
        Outcome::AnswerAdded { answer_id, .. } => answer_id.get(),
        Outcome::ReviewAdded { review_id, .. } => review_id.get(),
        other => panic!("{other:?}"),
    }
}

fn a_review_that_waits_is_in_no_sum(store: &TestStore) {
    small_reviews().into(store);
    let before = store.review_lines(5);
    let photos = ["https://example.com/x.jpg"];
    let outcomes = store.commit(&[waiting(write(5, "Waits.", &photos, &[(1, 5), (2, 1)]))]);
    assert_eq!(outcomes, [Outcome::ReviewAdded { review_id: review_id(7), product_id: product_id(5) }]);
    assert_eq!(store.review_lines(5), before);
    assert_eq!(store.query(ITEMS), "5|2|7|1|0|2|0");
    let ratings =
        "SELECT characteristic_id, stars FROM characteristic_ratings WHERE review_id = 7 ORDER BY 1";
    assert_eq!(store.query(ratings), "1|5\n2|1", "they are kept for the day it is published");
    let photos = "SELECT url FROM review_photos WHERE review_id = 7";
    assert_eq!(store.query(photos), "https://example.com/x.jpg", "its photos as well");
    let outcomes = store.commit(&[
        waiting(write(5, "Waits.", &[], &[(1, 5)])),
        write(5, "Public.", &[], &[(1, 4)]),
        from(write(5, "Public, too.", &[], &[(2, 2)]), origin(State::Published)),
    ]);
    assert_eq!(outcomes.len(), 3);
    let lines = store.review_lines(5);
    assert_eq!(lines.len(), before.len() + 2, "{lines:?}");
    let mut findings = Vec::new();
    let opened = store.open();
    outside(|| opened.check(&mut |finding| findings.push(finding))).expect("it is checked");
    assert_eq!(findings, [], "the sums add up");
}

fn an_item_has_what_is_known_of_its_row(store: &TestStore) {
    store.commit(&[waiting(ask(5, "Waits?"))]);
    let one = store.query(
        "SELECT since, reports, is_approved, findings, author, is_identified, role, is_verified_buyer, client,
                text_digest, posted_at, claimed_by, decision_id, featured_at, erased_at
         FROM moderation_items",
    );
    let digest = |byte: &str| format!("\\x{}", byte.repeat(16));
    let findings = r#"[{"reason":"word_held","field":"body","matched":"dürr","from":0,"to":4,"holds":true}]"#;
    let now = time(0).milliseconds();
    assert_eq!(
        one,
        format!("{now}|0|0|{findings}|{}|1|2|1|{}|{}|{now}||||", digest("01"), digest("02"), digest("03"))
    );
    let nothing = Origin {
        state: State::Published,
        author: None,
        is_identified: false,
        role: AuthorRole::Shopper,
        is_verified_buyer: false,
        client: None,
        text: None,
        findings: Vec::new(),
    };
    store.commit(&[from(ask(6, "Public?"), nothing)]);
    let other = store.query(
        "SELECT state, class, findings, author, is_identified, role, is_verified_buyer, client, text_digest
         FROM moderation_items WHERE product_id = 6",
    );
    assert_eq!(other, "0||[]||0|0|0||");
}

fn a_row_that_was_not_added_has_no_item(store: &TestStore) {
    let outcomes = store.commit(&[waiting(reply(1, "To nobody.", &[]))]);
    assert_eq!(outcomes, [Outcome::NotFound]);
    assert_eq!(store.query("SELECT count(*) FROM moderation_items"), "0");
}

fn a_row_that_waits_is_recognized_when_it_comes_again(store: &TestStore) {
    let mut command = waiting(ask(5, "Waits?"));
    let Command::AddQuestion { submission, .. } = &mut command else { panic!("a question") };
    let digest = Digest::from_bytes([9; 16]);
    *submission = Some(Submission { digest, content: None, expires_at: time(1_000) });
    let first = store.commit(std::slice::from_ref(&command));
    let again = store.commit(&[command.clone(), command]);
    let repeated = Outcome::Repeated(question(id_of(first[0])));
    assert_eq!(again, [repeated, repeated]);
    assert_eq!(store.query("SELECT count(*) FROM moderation_items"), "1");
}

fn a_row_that_waits_takes_votes_and_answers(store: &TestStore) {
    let added = store.commit(&[waiting(ask(5, "Waits?"))]);
    let id = id_of(added[0]);
    let outcomes = store.commit(&[vote(question(id), 2), reply(id, "It does.", &[])]);
    let product_id = product_id(5);
    assert_eq!(outcomes[0], Outcome::Voted { product_id, helpful: 2 });
    assert!(matches!(outcomes[1], Outcome::AnswerAdded { .. }));
    assert_eq!(store.lines(5), [""; 0]);
    let outcomes = store.commit(&[vote(answer(id_of(outcomes[1])), 1)]);
    assert_eq!(outcomes, [Outcome::Voted { product_id, helpful: 1 }]);
}
