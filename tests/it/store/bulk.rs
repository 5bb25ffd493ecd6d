//! Loading many rows at once: all or nothing, alone and together with sessions that read and write,
//! on every kind of store.

use std::sync::{Arc, Barrier};

use atelier::domain::Set;
use atelier::store::{Counts, LoadMode, Outcome, StoreError};

use super::harness::{TestStore, answer, ask, lines, product_id, question, reply, vote};
use super::stock::{Load, imported_at, small_shop};
use crate::support::batches::counts;
use crate::support::on_every_store;

on_every_store!(
    a_load_returns_the_number_of_rows,
    a_store_is_empty_until_the_first_row,
    a_store_with_rows_is_not_loaded_into,
    a_replaced_store_has_nothing_of_the_former_rows,
    a_load_that_is_dropped_leaves_the_former_rows,
    a_load_that_is_dropped_with_open_sessions_leaves_the_former_rows,
    products_may_come_in_any_order,
    many_batches_make_one_load,
    a_reader_sees_the_former_rows_until_the_commit_and_the_new_ones_after_it,
    of_two_loads_at_once_one_is_refused,
);

fn a_load_returns_the_number_of_rows(store: &TestStore) {
    let loaded = small_shop().load(store.open().as_ref(), LoadMode::IntoEmpty).expect("loaded");
    assert_eq!(loaded, counts(6, 4, 4));
    let loaded = Load::default().load(store.open().as_ref(), LoadMode::Replace).expect("loaded");
    assert_eq!(loaded, Counts::default());
}

fn a_store_is_empty_until_the_first_row(store: &TestStore) {
    assert!(store.open().is_empty().expect("read"));
    store.commit(&[ask(5, "Hello?")]);
    assert!(!store.open().is_empty().expect("read"));
}

fn a_store_with_rows_is_not_loaded_into(store: &TestStore) {
    store.commit(&[ask(5, "Mine?")]);
    let refused = small_shop().load(store.open().as_ref(), LoadMode::IntoEmpty);
    assert!(matches!(refused, Err(StoreError::NotEmpty)), "{refused:?}");
    assert_eq!(store.lines(5).len(), 1);
    // Also not when the one row is hidden.
    store.report(&[question(1)]);
    let refused = small_shop().load(store.open().as_ref(), LoadMode::IntoEmpty);
    assert!(matches!(refused, Err(StoreError::NotEmpty)), "{refused:?}");
    assert_eq!(store.commit(&[ask(5, "Still writable?")]).len(), 1);
}

fn a_replaced_store_has_nothing_of_the_former_rows(store: &TestStore) {
    small_shop().into(store);
    let far = (1 << 53) - 1;
    store.commit(&[vote(question(1), 50), vote(answer(1), 50), ask(far, "?")]);
    store.report(&[question(2)]);
    // The same products and ids again, fewer of them, and far products in another order.
    let other = Load::default().question(1, 5).question(2, 5).answer(1, 2).question(6, 1 << 50);
    let other = other.question(7, 1 << 38);
    other.load(store.open().as_ref(), LoadMode::Replace).expect("replaced");
    for product in [5, 7, 1 << 38, 1 << 50, far] {
        assert_eq!(store.lines(product), other.lines(product), "product {product}");
    }
    assert!(store.lines(5)[0].ends_with("+0"), "votes went with their rows: {:?}", store.lines(5));
    assert_eq!(store.commit(&[vote(question(3), 1)]), [Outcome::NotFound]);
}

fn a_load_that_is_dropped_leaves_the_former_rows(store: &TestStore) {
    let shop = small_shop().into(store);
    let handle = store.open();
    drop(Load::default().question(1, 5).begin(handle.as_ref(), LoadMode::Replace).expect("begun"));
    for product in shop.products() {
        assert_eq!(store.lines(product), shop.lines(product));
    }
    // The handle that was there before goes on as if nothing had been.
    let mut reader = handle.reader().expect("a reader");
    let mut writer = handle.writer(Arc::new(|_| {})).expect("a writer");
    let before = reader.load_products(&[product_id(5)]).expect("read");
    assert_eq!(writer.commit(&[vote(question(1), 1)]).expect("committed").len(), 1);
    let after = reader.load_products(&[product_id(5)]).expect("read");
    assert_eq!(lines(&before[0])[0].replace("+3", "+4"), lines(&after[0])[0]);
}

fn a_load_that_is_dropped_with_open_sessions_leaves_the_former_rows(store: &TestStore) {
    let shop = small_shop().into(store);
    let handle = store.open();
    let mut reader = handle.reader().expect("a reader");
    let mut writer = handle.writer(Arc::new(|_| {})).expect("a writer");
    drop(Load::default().question(1, 5).begin(handle.as_ref(), LoadMode::Replace).expect("begun"));
    let rows = reader.load_products(&[product_id(5)]).expect("read");
    assert_eq!(lines(&rows[0]), shop.lines(5));
    assert_eq!(writer.commit(&[ask(5, "And now?")]).expect("committed").len(), 1);
    assert_eq!(store.lines(5).len(), shop.lines(5).len() + 1);
}

fn products_may_come_in_any_order(store: &TestStore) {
    let products = [8, 3, 1 << 40, 8, 5, 3, (1 << 38) + 7, 9, 1 << 40, 1, 8, (1 << 38) - 1, 9, 5, 1 << 40];
    let mut shop = Load::default();
    for (number, product) in (1..).zip(products) {
        shop = shop.question(number, product);
    }
    // Answers and photos come in their own orders, and some at once for one parent.
    for number in (1..=30).rev() {
        shop = shop.answer(number, number * 7 % 15 + 1);
    }
    for number in 1..=60 {
        shop = shop.photo(number, number * 11 % 30 + 1);
    }
    let shop = shop.into(store);
    for product in shop.products() {
        assert_eq!(store.lines(product), shop.lines(product), "product {product}");
    }
    let mut findings = Vec::new();
    store.open().check(&mut |finding| findings.push(finding)).expect("checked");
    assert_eq!(findings, []);
    // New rows are added to the old ones.
    store.commit(&[ask(8, "More?"), reply(1, "More.", &[]), ask(1 << 40, "More?")]);
    assert_eq!(store.lines(8).len(), shop.lines(8).len() + 2);
    assert_eq!(store.lines(1 << 40).len(), shop.lines(1 << 40).len() + 1);
}

fn many_batches_make_one_load(store: &TestStore) {
    let numbers = 1..=500;
    let shop = numbers.clone().fold(Load::default(), |shop, number| shop.question(number, number / 4 + 1));
    let shop = numbers.fold(shop, |shop, number| shop.answer(number, number));
    let handle = store.open();
    let mut load = handle.bulk_load(&[Set::Questions], LoadMode::IntoEmpty).expect("begun");
    shop.add_in_batches_to(load.as_mut(), 10).expect("added");
    assert_eq!(load.commit(imported_at()).expect("committed"), counts(500, 500, 0));
    // Question 400 is in product 101, with 401 to 403.
    let shown = store.lines(101).join("\n");
    for row in ["Q400", "Q403", "A400 to Q400", "A403 to Q403"] {
        assert!(shown.contains(row), "{row} in {shown}");
    }
}

fn a_reader_sees_the_former_rows_until_the_commit_and_the_new_ones_after_it(store: &TestStore) {
    let shop = small_shop().into(store);
    let handle = store.open();
    let mut reader = handle.reader().expect("a reader");
    let _writer = handle.writer(Arc::new(|_| {})).expect("a writer");
    let mut read = || lines(&reader.load_products(&[product_id(5)]).expect("read")[0]);
    let other = Load::default().question(9, 5).answer(9, 9);
    let load = other.begin(handle.as_ref(), LoadMode::Replace).expect("begun");
    assert_eq!(read(), shop.lines(5));
    load.commit(imported_at()).expect("committed");
    assert_eq!(read(), other.lines(5));
}

// PostgreSQL loads into new tables next to those in use. So a write does not wait: it changes the
// former rows.
#[test]
fn on_sqlite_a_write_during_a_load_waits_and_changes_the_new_rows() {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    let handle = store.open();
    let mut writer = handle.writer(Arc::new(|_| {})).expect("a writer");
    let other = Load::default().question(9, 5);
    let load = other.begin(handle.as_ref(), LoadMode::Replace).expect("begun");
    let begun = Barrier::new(2);
    let outcomes = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            begun.wait();
            writer.commit(&[vote(question(1), 1), vote(question(9), 1)])
        });
        begun.wait();
        load.commit(imported_at()).expect("committed");
        writing.join().expect("no panic")
    });
    let voted = Outcome::Voted { product_id: product_id(5), helpful: 1 };
    match outcomes {
        // The load holds the store until its commit, so the write comes after it.
        Ok(outcomes) => assert_eq!(outcomes, [Outcome::NotFound, voted]),
        Err(error) => panic!("the write was lost: {error}"),
    }
}

fn of_two_loads_at_once_one_is_refused(store: &TestStore) {
    let start = Barrier::new(2);
    let handle = store.open();
    let results: Vec<Result<Counts, StoreError>> = std::thread::scope(|scope| {
        let load = || {
            start.wait();
            small_shop().load(handle.as_ref(), LoadMode::IntoEmpty)
        };
        [scope.spawn(load), scope.spawn(load)].map(|thread| thread.join().expect("no panic")).into()
    });
    let loaded = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(loaded, 1, "{results:?}");
    assert!(results.iter().any(|result| matches!(result, Err(StoreError::NotEmpty))), "{results:?}");
    assert_eq!(store.lines(5), small_shop().lines(5));
}
