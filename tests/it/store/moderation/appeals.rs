//! Appeals, and what is known of authors.

use atelier::domain::State::{Hidden, Pending, Published, Rejected};
use atelier::domain::{Origin, Target};
use atelier::store::moderation::{
    AuthorHistory, AuthorQuery, Decided, Moderated, Moderation, ModerationAnswer, ModerationQuery, QueueClass,
};

use super::desk::{Desk, known, origin, person, targets, whole};
use crate::store::harness::{TestStore, ask, product_id, question, time};
use crate::support::on_every_store;

on_every_store!(
    an_author_appeals_once_a_decision,
    nobody_else_appeals,
    what_was_not_taken_down_is_not_appealed_against,
    an_author_s_history_is_told,
    the_author_of_a_row_is_told,
);

fn appeal(desk: &mut Desk, target: Target, author: u8) -> Moderated {
    let (author, note) = (person(author), "It was not rude.".to_owned());
    desk.make(Moderation::Appeal { target, author, note, now: time(150) })
}

fn an_author_appeals_once_a_decision(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    for target in targets() {
        desk.decide(target, Rejected);
        assert_eq!(appeal(&mut desk, target, 7), Moderated::Done);
        assert_eq!(appeal(&mut desk, target, 7), Moderated::AppealedBefore, "it waits");
        let (item, _) = desk.item(target).expect("it is there");
        assert_eq!((item.state, item.revision, item.class), (Rejected, 1, Some(QueueClass::Appealed)));
        assert_eq!(item.appeal.as_deref(), Some("It was not rude."));
    }
    assert_eq!(desk.queue(&whole()), targets());
    // The moderator stays with it: a new decision, which has an appeal of its own.
    let Decided::Done(done) = desk.decide(targets()[0], Rejected) else { panic!("not answered") };
    assert_eq!((done.from, done.to, done.revision), (Rejected, Rejected, 2));
    assert_eq!(desk.queue(&whole()), targets()[1..]);
    assert_eq!(appeal(&mut desk, targets()[0], 7), Moderated::Done);
    assert!(matches!(desk.decide(targets()[0], Published), Decided::Done(_)));
    assert_eq!(appeal(&mut desk, targets()[0], 7), Moderated::AppealedBefore, "it was answered");
    assert_eq!(desk.queue(&whole()), targets()[1..]);
}

fn nobody_else_appeals(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Published);
    let by_address = Origin { is_identified: false, ..origin(Published) };
    desk.commit(&[ask(5, "Of nobody?"), known(ask(5, "By address?"), time(1), by_address)]);
    for number in 1..=3 {
        desk.decide(question(number), Hidden);
    }
    assert_eq!(appeal(&mut desk, question(1), 6), Moderated::NotTheAuthor);
    assert_eq!(appeal(&mut desk, question(2), 7), Moderated::NotTheAuthor);
    assert_eq!(appeal(&mut desk, question(3), 7), Moderated::NotTheAuthor);
    assert_eq!(appeal(&mut desk, question(99), 7), Moderated::NotFound);
    assert_eq!(desk.queue(&whole()), []);
}

fn what_was_not_taken_down_is_not_appealed_against(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    let row = targets()[0];
    assert_eq!(appeal(&mut desk, row, 7), Moderated::NothingToAppeal, "it waits");
    desk.decide(row, Published);
    assert_eq!(appeal(&mut desk, row, 7), Moderated::NothingToAppeal, "it is public");
}

fn an_author_s_history_is_told(store: &TestStore) {
    let mut desk = Desk::new(store);
    let same = || known(ask(5, "Same?"), time(1), origin(Pending));
    let other = Origin { author: Some(person(1)), client: None, text: None, ..origin(Published) };
    desk.commit(&[same(), same(), same(), known(ask(6, "Same?"), time(2), origin(Pending))]);
    desk.commit(&[known(ask(5, "Other?"), time(1), other)]);
    desk.decide(question(1), Published);
    desk.decide(question(2), Rejected);
    desk.decide(question(3), Rejected);
    let history = |desk: &mut Desk, author, day: u64| {
        let query = AuthorQuery {
            author,
            text: Some(person(9)),
            client: Some(person(8)),
            product_id: product_id(5),
            now: time(100 + day * 86_400),
        };
        match desk.ask(&ModerationQuery::Author(query)) {
            ModerationAnswer::Author(history) => history,
            other => panic!("{other:?}"),
        }
    };
    let told = AuthorHistory {
        approvals: 1,
        rejections_90_days: 2,
        decided_30_days: 3,
        rejected_30_days: 2,
        same_text_products: 1,
        client_rows: 4,
    };
    assert_eq!(history(&mut desk, Some(person(7)), 0), told);
    let later = AuthorHistory {
        decided_30_days: 0,
        rejected_30_days: 0,
        same_text_products: 0,
        client_rows: 0,
        ..told
    };
    assert_eq!(history(&mut desk, Some(person(7)), 31), later);
    let nobody = AuthorHistory { same_text_products: 1, client_rows: 4, ..AuthorHistory::default() };
    assert_eq!(history(&mut desk, None, 0), nobody);
    let (item, _) = desk.item(question(4)).expect("it is there");
    let rows = item.author_rows;
    assert_eq!((rows.published, rows.pending, rows.rejected, rows.hidden), (1, 1, 2, 0));
}

fn the_author_of_a_row_is_told(store: &TestStore) {
    let mut desk = Desk::new(store);
    desk.add_one_of_each(Pending);
    desk.commit(&[ask(6, "Of nobody?")]);
    let of = |author, product| ModerationAnswer::AuthorOf { author, product_id: product_id(product) };
    for target in targets() {
        assert_eq!(desk.ask(&ModerationQuery::AuthorOf(target)), of(Some(person(7)), 5));
    }
    assert_eq!(desk.ask(&ModerationQuery::AuthorOf(question(2))), of(None, 6));
    assert_eq!(desk.ask(&ModerationQuery::AuthorOf(question(9))), ModerationAnswer::NotFound);
}
