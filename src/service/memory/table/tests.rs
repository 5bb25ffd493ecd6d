//! The table's contents, size and order of eviction, with small views.

use super::*;
use crate::domain::{Id as _, ProductRows, QuestionId, QuestionRow, Timestamp};
use crate::view::View;

fn product(number: u64) -> ProductId {
    ProductId::new(number).expect("in range")
}

/// A view with one question, whose id is the product's.
fn view(number: u64, text: &str) -> View {
    let mut rows = ProductRows::new(product(number));
    let body = rows.texts.keep(text);
    rows.questions.push(QuestionRow {
        question_id: QuestionId::new(number).expect("in range"),
        written_at: Timestamp::nearest(0),
        helpful: 0,
        body,
        name: body,
    });
    View::pack(&rows)
}

fn is_right(table: &ViewTable<View>, number: u64) -> Option<bool> {
    table.read(product(number), |view, _| Some(view.question_ids().iter().all(|id| id.get() == number)))
}

#[test]
fn it_never_holds_more_than_its_bytes_nor_a_wrong_view() {
    let table = ViewTable::<View>::new(5 << 20);
    let text = "x".repeat(1_000);
    for number in 1..=20_000 {
        table.insert(
            view(number, text.get(..usize::try_from(number % 1_000).expect("small")).expect("long enough")),
            Expiry::NEVER,
        );
        assert_ne!(is_right(&table, number), Some(false));
        assert!(table.bytes() <= table.max_bytes());
    }
    assert!(table.bytes() > table.max_bytes() / 10 * 9, "the bound is used");
    let found = (1..=20_000).filter_map(|number| is_right(&table, number));
    assert_eq!(found.filter(|right| *right).count(), table.len());
    table.clear();
    assert_eq!((table.len(), table.bytes()), (0, 0));
}

#[test]
fn bytes_are_counted_through_every_change() {
    let table = ViewTable::<View>::new(1 << 20);
    table.insert(view(1, "short"), Expiry::NEVER);
    let short = table.bytes();
    table.insert(view(1, &"long".repeat(100)), Expiry::NEVER);
    assert!(table.bytes() > short);
    table.insert(view(1, "short"), Expiry::NEVER);
    assert_eq!((table.len(), table.bytes()), (1, short));
    table.insert(view(2, "short"), Expiry::NEVER);
    assert_eq!(table.bytes(), 2 * short);
    table.edit(product(1), |_| None);
    table.remove(product(1));
    assert_eq!((table.len(), table.bytes()), (1, short));
    assert_eq!((is_right(&table, 1).is_some(), is_right(&table, 2).is_some()), (false, true));
}

#[test]
fn what_is_read_outlives_what_is_not() {
    let table = ViewTable::<View>::new(1 << 20);
    let text = "x".repeat(500);
    for number in 1..=100 {
        table.insert(view(number, &text), Expiry::NEVER);
    }
    // One pass over many products, as a crawler makes, while the hundred are read now and then.
    for number in 1_000..20_000 {
        table.insert(view(number, &text), Expiry::NEVER);
        is_right(&table, number % 100 + 1);
    }
    let left = (1..=100).filter(|&number| is_right(&table, number).is_some()).count();
    assert_eq!(left, 100);
}

#[test]
fn reads_and_views_that_went_are_counted() {
    let table = ViewTable::<View>::new(1 << 20);
    table.insert(view(1, "short"), Expiry::NEVER);
    assert_eq!((is_right(&table, 1), is_right(&table, 2)), (Some(true), None));
    assert_eq!(table.look_at(product(1), |_, _| ()), Some(()));
    assert_eq!(table.read(product(1), |_, _| None::<()>), None, "found, but not good");
    table.edit(product(1), |view| Some(view.clone()));
    assert_eq!((table.hits(), table.evictions()), (1, 0));
    table.clear();
    assert_eq!((table.hits(), table.evictions()), (1, 0));
    let text = "x".repeat(1_000);
    for number in 1..=2_000 {
        table.insert(view(number, &text), Expiry::NEVER);
    }
    assert_eq!(table.evictions(), 2_000 - table.len() as u64);
}

#[test]
fn a_view_larger_than_the_table_is_not_kept_nor_is_its_former_self() {
    let table = ViewTable::<View>::new(1_000);
    table.insert(view(1, "short"), Expiry::NEVER);
    assert!(is_right(&table, 1).is_some());
    table.insert(view(1, &"long".repeat(1_000)), Expiry::NEVER);
    assert_eq!((table.len(), table.bytes()), (0, 0));
    let nothing = ViewTable::<View>::new(0);
    nothing.insert(view(1, "short"), Expiry::NEVER);
    assert_eq!(nothing.len(), 0);
}

#[test]
fn rows_are_counted_with_the_views_that_hold_them() {
    let table = ViewTable::<View>::new(1 << 20);
    assert_eq!(table.rows(), [0, 0]);
    for number in [1, 2, 2, 3] {
        table.insert(view(number, "short"), Expiry::NEVER);
    }
    assert_eq!(table.rows(), [3, 0]);
    table.remove(product(1));
    assert_eq!(table.rows(), [2, 0]);
    table.clear();
    assert_eq!(table.rows(), [0, 0]);
}

#[test]
fn no_more_views_are_looked_at_than_wanted() {
    let table = ViewTable::<View>::new(3 << 20);
    let looked_at = std::cell::Cell::new(0);
    let count = |_: &View| -> Option<()> {
        looked_at.set(looked_at.get() + 1);
        None
    };
    assert_eq!(table.find_in(7, count), None);
    assert_eq!(looked_at.get(), 0);
    for number in 1..=20 {
        table.insert(view(number, "short"), Expiry::NEVER);
    }
    assert_eq!(table.find_in(7, count), None);
    assert_eq!(looked_at.get(), 7);
    assert_eq!(table.find_in(100, count), None);
    assert_eq!(looked_at.get(), 27);
    let found = table.find_in(20, |view| (view.product_id() == product(13)).then(|| view.question_ids()));
    assert_eq!(found, Some(vec![QuestionId::new(13).expect("in range")]));
}
