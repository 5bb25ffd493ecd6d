//! Which views are kept and which are forgotten, step by step. What threads do to each other is
//! tested on whole services in `tests/it/store`.

use std::time::Duration;

use super::*;
use crate::domain::{Id as _, ProductRows, QuestionId, QuestionRow, Timestamp};
use crate::view::View;

fn product(number: u64) -> ProductId {
    ProductId::new(number).expect("in range")
}

fn view(number: u64) -> View {
    View::pack(&ProductRows::new(product(number)))
}

/// The same product with a question.
fn newer_view(number: u64) -> View {
    View::pack(&question_of(number))
}

fn question_of(number: u64) -> ProductRows {
    let mut rows = ProductRows::new(product(number));
    let text = rows.texts.keep("new");
    rows.questions.push(QuestionRow {
        question_id: QuestionId::new(1).expect("in range"),
        written_at: Timestamp::nearest(0),
        helpful: 0,
        body: text,
        name: text,
    });
    rows
}

fn questions(views: &Views<View>, number: u64) -> Option<usize> {
    views.read(product(number), |view| view.question_ids().len())
}

fn begin(views: &Views<View>, number: u64) -> LoadTicket {
    match views.want(product(number)) {
        Wanted::LoadIt(ticket, _) => ticket,
        Wanted::Here | Wanted::Coming(_) => panic!("product {number} is not there yet"),
    }
}

#[test]
fn an_expired_view_is_loaded_once_more() {
    let freshness = Arc::new(Freshness::new(Duration::from_secs(1), Duration::ZERO));
    let views = Views::<View>::new(1 << 20, Arc::clone(&freshness));
    let (asked, filled) = (product(1), product(2));
    views.loaded(begin(&views, 1), Ok(Arc::new(view(1))));
    views.begin_fill_chunk();
    views.end_fill_chunk(vec![view(2)]);
    views.begin_fill_chunk();
    views.end_fill_chunk(vec![newer_view(2)]);
    assert!(views.is_here(asked));
    assert_eq!(questions(&views, 2), Some(0), "a good view is not replaced");

    freshness.set_present(1_000);
    assert!(!views.is_here(asked) && !views.is_here(filled));
    let again = begin(&views, 1);
    assert!(matches!(views.want(asked), Wanted::Coming(_)), "one load for all");
    views.begin_fill_chunk();
    // The load began before the clock was set: in its own time its view is good.
    freshness.set_present(0);
    views.loaded(again, Ok(Arc::new(view(1))));
    assert!(matches!(views.want(asked), Wanted::Here));

    freshness.set_present(1_000);
    views.end_fill_chunk(vec![newer_view(2)]);
    freshness.set_present(0);
    assert_eq!(questions(&views, 2), Some(1), "the fill replaces an expired view");
}

#[test]
fn rows_that_came_are_put_in_their_places_unless_others_were_faster() {
    let freshness = Arc::new(Freshness::new(Duration::ZERO, Duration::ZERO));
    let views = Views::<View>::new(1 << 20, freshness);
    let came = |number| vec![OwnChange::Came(question_of(number))];
    for number in [1, 2] {
        views.loaded(begin(&views, number), Ok(Arc::new(view(number))));
    }
    let (before, other) = (begin(&views, 3), begin(&views, 4));
    let commit = views.begin_commit();
    views.loaded(other, Ok(Arc::new(view(4))));
    views.apply(&[ProductChange::Rows(product(5))]);
    let question_id = QuestionId::new(1).expect("in range");
    let reading = views.begin_commit();
    views.end_reading(reading, &[ProductChange::QuestionVotes(product(2), question_id, 1)]);
    views.end_commit(commit, [1, 2, 3, 4].into_iter().flat_map(came).collect());
    views.loaded(before, Ok(Arc::new(view(3))));
    assert_eq!([1, 2, 3, 4].map(|number| questions(&views, number)), [Some(1), None, None, Some(1)]);

    // Changes of others before a commit began are in place already.
    let reading = views.begin_commit();
    views.end_reading(reading, &[ProductChange::QuestionVotes(product(1), question_id, 1)]);
    let commit = views.begin_commit();
    views.end_commit(commit, vec![OwnChange::Known(ProductChange::Rows(product(1)))]);
    assert_eq!(questions(&views, 1), None);
    views.loaded(begin(&views, 1), Ok(Arc::new(view(1))));
    let commit = views.begin_commit();
    views.end_commit(commit, came(1));
    assert_eq!(questions(&views, 1), Some(1));
}

#[test]
fn of_two_commits_at_once_each_is_somebody_else_to_the_other() {
    let freshness = Arc::new(Freshness::new(Duration::ZERO, Duration::ZERO));
    let views = Views::<View>::new(1 << 20, freshness);
    for number in [1, 2] {
        views.loaded(begin(&views, number), Ok(Arc::new(view(number))));
    }
    let (first, second) = (views.begin_commit(), views.begin_commit());
    views.end_commit(second, vec![OwnChange::Came(question_of(1))]);
    assert_eq!(questions(&views, 1), Some(1), "the first has not ended");
    views.end_commit(first, vec![OwnChange::Came(question_of(1)), OwnChange::Came(question_of(2))]);
    assert_eq!([1, 2].map(|number| questions(&views, number)), [None, Some(1)]);

    let third = views.begin_commit();
    views.end_commit(third, vec![OwnChange::Came(question_of(2))]);
    assert_eq!(questions(&views, 2), Some(1), "those that have ended disturb nobody");
}

#[test]
fn while_changes_go_unnoticed_nothing_is_kept() {
    let freshness = Arc::new(Freshness::new(Duration::ZERO, Duration::ZERO));
    let views = Views::<View>::new(1 << 20, Arc::clone(&freshness));
    let kept = |number| views.is_here(product(number));
    views.loaded(begin(&views, 1), Ok(Arc::new(view(1))));
    assert!(kept(1));

    let before = begin(&views, 2);
    views.begin_fill_chunk();
    views.disconnect();
    freshness.disconnect();
    assert!(!kept(1), "what was there is not served");
    views.loaded(before, Ok(Arc::new(view(2))));
    views.loaded(begin(&views, 3), Ok(Arc::new(view(3))));
    views.end_fill_chunk(vec![view(4)]);
    views.begin_fill_chunk();
    views.end_fill_chunk(vec![view(5)]);
    let during = begin(&views, 6);
    views.begin_fill_chunk();
    views.reconnect();
    freshness.reconnect();
    views.loaded(during, Ok(Arc::new(view(6))));
    views.end_fill_chunk(vec![view(7)]);
    assert_eq!(views.size().0, 0, "nothing read before the end of the silence is kept");

    views.loaded(begin(&views, 8), Ok(Arc::new(view(8))));
    assert!(kept(8));
}

#[test]
fn in_the_grace_what_is_there_is_served_with_the_own_writes() {
    let freshness = Arc::new(Freshness::new(Duration::ZERO, Duration::from_hours(1)));
    let views = Views::<View>::new(1 << 20, Arc::clone(&freshness));
    for number in [1, 2] {
        views.loaded(begin(&views, number), Ok(Arc::new(view(number))));
    }
    views.disconnect();
    freshness.disconnect();
    assert!(matches!(views.want(product(1)), Wanted::Here));
    views.loaded(begin(&views, 3), Ok(Arc::new(view(3))));
    assert!(!views.is_here(product(3)), "nothing new is kept");
    views.apply(&[ProductChange::Rows(product(2))]);
    assert!(!views.is_here(product(2)), "an own write is not hidden");
    views.reconnect();
    freshness.reconnect();
    assert_eq!(views.size().0, 0);
}

/// A question of product 1 has so many votes now.
fn raised() -> Vec<OwnChange<View>> {
    vec![OwnChange::Known(votes())]
}

fn votes() -> ProductChange {
    ProductChange::QuestionVotes(product(1), QuestionId::new(1).expect("in range"), 5)
}

fn load(views: &Views<View>) {
    views.loaded(begin(views, 1), Ok(Arc::new(newer_view(1))));
}

#[test]
fn votes_that_were_counted_before_some_were_taken_back_are_not_shown() {
    type Drops = fn(&Views<View>);
    let drops: [(&str, Drops); 4] = [
        ("by another session", |views| {
            let commit = views.begin_commit();
            views.end_commit(commit, vec![OwnChange::Known(ProductChange::Rows(product(1)))]);
        }),
        ("by another process", |views| views.apply(&[ProductChange::Rows(product(1))])),
        ("as another process tells it", |views| {
            let reading = views.begin_commit();
            views.end_reading(reading, &[ProductChange::Rows(product(1))]);
        }),
        ("by anybody", Views::forget_everything),
    ];
    for (who, drop) in drops {
        let views = Views::<View>::new(1 << 20, Arc::new(Freshness::new(Duration::ZERO, Duration::ZERO)));
        load(&views);
        let (commit, reading, bystander) = (views.begin_commit(), views.begin_commit(), views.begin_commit());
        drop(&views);
        load(&views);
        views.end_commit(commit, raised());
        assert!(!views.is_here(product(1)), "a commit, votes taken back {who}");
        load(&views);
        views.end_reading(reading, &[votes()]);
        assert!(!views.is_here(product(1)), "others' votes, some taken back {who}");
        load(&views);
        views.end_commit(bystander, vec![]);
        assert!(views.is_here(product(1)));
    }
}

#[test]
fn votes_that_only_rise_stay_in_memory() {
    let views = Views::<View>::new(1 << 20, Arc::new(Freshness::new(Duration::ZERO, Duration::ZERO)));
    let early = views.begin_commit();
    views.end_commit(early, vec![OwnChange::Known(ProductChange::Rows(product(1)))]);
    load(&views);
    let (first, second, reading) = (views.begin_commit(), views.begin_commit(), views.begin_commit());
    views.end_commit(second, raised());
    views.end_reading(reading, &[votes()]);
    views.end_commit(first, raised());
    assert!(views.is_here(product(1)));

    // Those that begin after votes fell know them.
    let third = views.begin_commit();
    views.end_commit(third, vec![OwnChange::Known(ProductChange::Rows(product(1)))]);
    load(&views);
    let fourth = views.begin_commit();
    views.end_commit(fourth, raised());
    assert!(views.is_here(product(1)));
    views.apply(&[votes()]);
    assert!(!views.is_here(product(1)), "nobody knows since when they stood so");
}
