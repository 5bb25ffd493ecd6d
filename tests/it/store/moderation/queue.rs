//! The queue in each of its orders, its filters, its pages, and how much of it there is.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{Origin, Reason, Target};
use atelier::store::moderation::{
    ClassCount, Moderation, ModerationAnswer, ModerationCounts, ModerationQuery, QueueQuery, QueueSort,
};

use super::desk::{Desk, known, origin, person, reported_by, whole};
use crate::store::harness::{TestStore, answer, ask, product_id, question, reply, time};
use crate::store::reviews::stock::{review, write};
use crate::support::on_every_store;

on_every_store!(
    rows_are_in_the_order_of_their_classes_and_ages,
    filters_leave_rows_out,
    pages_follow_each_other_while_rows_are_decided_about,
    looking_for_rare_rows_ends_and_goes_on,
    rows_of_a_state_are_found_though_they_wait_for_nothing,
    the_queue_is_counted,
    a_row_that_is_gone_is_left_out,
);

/// Pending since 1: question 1, answer 1; since 3: review 1 of product 6. Reported at 60: question
/// 2. Appealed: question 3. Public and of nobody: question 4.
fn desk_with_rows(store: &TestStore) -> Desk {
    let mut desk = Desk::new(store);
    let other = Origin { author: Some(person(1)), ..origin(Pending) };
    desk.commit(&[known(ask(5, "A word?"), time(1), origin(Pending)), ask(5, "Reported?")]);
    desk.commit(&[
        known(reply(1, "Its ANSWER.", &[]), time(1), origin(Pending)),
        known(write(6, "Review.", &[], &[]), time(3), other),
        known(ask(5, "Appealed?"), time(2), origin(Published)),
        ask(5, "Public?"),
    ]);
    desk.make(reported_by(question(2), Some(1), 3));
    desk.decide(question(3), Hidden);
    let note = "Why?".to_owned();
    desk.make(Moderation::Appeal { target: question(3), author: person(7), note, now: time(150) });
    desk
}

fn rows_are_in_the_order_of_their_classes_and_ages(store: &TestStore) {
    let mut desk = desk_with_rows(store);
    for limit in [1, 2, 25] {
        let mut sorted = |sort| desk.queue(&QueueQuery { sort, limit, ..whole() });
        let by_class = [question(2), question(3), question(1), answer(1), review(1)];
        assert_eq!(sorted(QueueSort::Priority), by_class);
        let mut by_age = [question(1), answer(1), review(1), question(2), question(3)];
        assert_eq!(sorted(QueueSort::Oldest), by_age);
        by_age.reverse();
        assert_eq!(sorted(QueueSort::Newest), by_age);
    }
    let (items, next, is_partial) = desk.page(whole());
    assert_eq!((next, is_partial), (None, false));
    assert_eq!(items[3].texts.body, "Its ANSWER.");
    assert_eq!(items[3].texts.question, Some((1, "A word?".to_owned())));
    assert_eq!(items[2].findings[0].matched.as_deref(), Some("word"));
    assert_eq!((items[4].texts.rating, items[4].product_id), (Some(3), product_id(6)));
}

fn filters_leave_rows_out(store: &TestStore) {
    let mut desk = desk_with_rows(store);
    desk.make(Moderation::Claim {
        target: answer(1),
        actor: desk.actor.clone(),
        until: time(99),
        now: time(1),
    });
    let cases: [(&str, QueueQuery, &[Target]); 12] = [
        ("kind", QueueQuery { kind: Some(1), ..whole() }, &[answer(1)]),
        ("reason", QueueQuery { reason: Some(Reason::Offensive), ..whole() }, &[question(2)]),
        (
            "noticed",
            QueueQuery { reason: Some(Reason::WordHeld), ..whole() },
            &[question(1), answer(1), review(1)],
        ),
        ("appealed", QueueQuery { reason: Some(Reason::Appeal), ..whole() }, &[question(3)]),
        ("product", QueueQuery { product_id: Some(product_id(6)), ..whole() }, &[review(1)]),
        ("author", QueueQuery { author: Some(person(7)), ..whole() }, &[question(3), question(1), answer(1)]),
        ("claimed", QueueQuery { claimed: Some(true), ..whole() }, &[answer(1)]),
        (
            "not claimed",
            QueueQuery { claimed: Some(false), ..whole() },
            &[question(2), question(3), question(1), review(1)],
        ),
        ("since", QueueQuery { since: Some(time(60)), ..whole() }, &[question(2), question(3)]),
        ("until", QueueQuery { until: Some(time(3)), ..whole() }, &[question(1), answer(1)]),
        ("text", QueueQuery { text: Some("answer".to_owned()), ..whole() }, &[answer(1)]),
        (
            "several",
            QueueQuery { product_id: Some(product_id(5)), kind: Some(0), sort: QueueSort::Newest, ..whole() },
            &[question(3), question(2), question(1)],
        ),
    ];
    for (name, query, expected) in cases {
        for limit in [1, 25] {
            assert_eq!(
                desk.queue(&QueueQuery { limit, ..query.clone() }),
                expected,
                "{name}, {limit} a page"
            );
        }
    }
}

fn pages_follow_each_other_while_rows_are_decided_about(store: &TestStore) {
    let mut desk = Desk::new(store);
    let new: Vec<_> =
        (0..60).map(|number| known(ask(5, "Waits?"), time(number / 3), origin(Pending))).collect();
    desk.commit(&new);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (items, next, _) = desk.page(QueueQuery { after, limit: 7, ..whole() });
        let page: Vec<_> = items.iter().map(|item| item.target).collect();
        let rulings: Vec<_> = items.iter().map(|item| (item.target, Some(item.revision))).collect();
        let decide = desk.ruling(&rulings, Published);
        desk.decide_all(decide);
        seen.extend(page);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=60).map(question).collect::<Vec<_>>());
    assert_eq!(desk.queue(&whole()), []);
}

fn looking_for_rare_rows_ends_and_goes_on(store: &TestStore) {
    let mut desk = Desk::new(store);
    let new: Vec<_> = (0..2_500)
        .map(|number| {
            let text = if number == 2_400 { "The rare one?" } else { "A common one?" };
            known(ask(5, text), time(number), origin(Pending))
        })
        .collect();
    desk.commit(&new);
    let rare = QueueQuery { text: Some("RARE".to_owned()), ..whole() };
    let (items, next, is_partial) = desk.page(rare.clone());
    assert!(items.is_empty() && is_partial && next.is_some());
    assert_eq!(desk.queue(&rare), [question(2_401)]);
    // More rows of one product than are looked at together.
    let first = desk.page(QueueQuery { product_id: Some(product_id(5)), ..whole() }).0;
    assert_eq!(
        first.iter().map(|item| item.target).collect::<Vec<_>>(),
        (1..=25).map(question).collect::<Vec<_>>()
    );
}

fn rows_of_a_state_are_found_though_they_wait_for_nothing(store: &TestStore) {
    let mut desk = desk_with_rows(store);
    desk.decide(question(1), Rejected);
    desk.decide(question(4), Rejected);
    let mut of = |state, limit| desk.queue(&QueueQuery { state: Some(state), limit, ..whole() });
    for limit in [1, 25] {
        assert_eq!(of(Rejected, limit), [question(1), question(4)]);
        assert_eq!(of(Hidden, limit), [question(3)]);
        assert_eq!(of(Pending, limit), [answer(1), review(1)]);
        assert_eq!(of(Published, limit), [question(2)], "those that moderation knows of");
    }
}

fn the_queue_is_counted(store: &TestStore) {
    let mut desk = desk_with_rows(store);
    let expected = ModerationCounts {
        queue: [
            ClassCount { rows: 1, oldest: Some(time(60)) },
            ClassCount { rows: 1, oldest: Some(time(150)) },
            ClassCount { rows: 3, oldest: Some(time(1)) },
            ClassCount::default(),
        ],
        by_state: [1, 3, 0, 1],
        by_reason: vec![(Reason::Offensive, 1), (Reason::WordHeld, 3), (Reason::Appeal, 1)],
    };
    assert_eq!(desk.ask(&ModerationQuery::Counts), ModerationAnswer::Counts(expected));
    let empty = TestStore::sqlite();
    assert_eq!(
        Desk::new(&empty).ask(&ModerationQuery::Counts),
        ModerationAnswer::Counts(ModerationCounts::default())
    );
}

fn a_row_that_is_gone_is_left_out(store: &TestStore) {
    let mut desk = desk_with_rows(store);
    store.query("DELETE FROM answers");
    assert_eq!(desk.queue(&whole()), [question(2), question(3), question(1), review(1)]);
    assert!(desk.item(answer(1)).is_none());
}
