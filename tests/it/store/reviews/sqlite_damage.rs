//! Reviews that break a rule of the file: reading them or writing to them fails with an error that
//! names table, row, column and product, and never with a wrong list or a wrong sum.

use atelier::store::{Outcome, StoreError};
use rusqlite::Connection;

use super::stock::{review, small_shop, write};
use crate::store::harness::{TestStore, product_id, vote};
use crate::support::{report, review_lines as lines};

/// A place in product 5, in the order of the load.
const fn place(position: i64) -> i64 {
    (5 << 24) + position
}

fn damaged_shop(sql: &str) -> TestStore {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    store.commit(&[vote(review(2), 1)]);
    let connection = Connection::open(store.file()).expect("the file opens");
    assert_eq!(connection.execute(sql, []), Ok(1), "{sql}");
    store
}

/// Checks that both ways of reading name the damage.
fn assert_named(sql: &str, table: &str, row: i64, column: &str) {
    let store = damaged_shop(sql);
    let mut reader = store.reader();
    let loaded = reader.load_reviews(&[product_id(7), product_id(5)]).map(drop);
    let scanned = reader.scan_reviews(None, 100).map(drop);
    let scanned_alone = reader.scan_reviews(None, 1).map(drop);
    for result in [&loaded, &scanned_alone] {
        let damaged = result.as_ref().err().and_then(StoreError::damaged_product);
        assert_eq!(damaged, Some(product_id(5)), "{sql}");
    }
    let behind = reader.scan_reviews(Some(product_id(5)), 100).expect("the products behind it are whole");
    assert_eq!(behind.len(), 4, "{sql}");
    for result in [loaded, scanned, scanned_alone] {
        assert_damage(result, sql, table, row, column);
    }
    let other_product = reader.load_reviews(&[product_id(1 << 38)]).expect("the other product is whole");
    assert_eq!(other_product[0].reviews.len(), 1, "{sql}");
}

fn assert_damage(result: Result<(), StoreError>, sql: &str, table: &str, row: i64, column: &str) {
    match result {
        Err(StoreError::Damaged {
            table: table_named,
            row: row_named,
            column: column_named,
            problem,
            ..
        }) => {
            assert_eq!((table_named, row_named, column_named), (table, row, column), "{sql}: {problem}");
            assert!(!problem.is_empty(), "{sql}");
        }
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn values_that_a_review_cannot_have_are_named() {
    for (column, values) in [
        ("review_id", &["0", "-5", "9007199254740992"][..]),
        ("written_at", &["253402300800000", "'2020-01-01'"]),
        ("rating", &["0", "6", "-1", "'five'"]),
        ("recommend", &["2", "'yes'"]),
        ("state", &["4", "-1", "'shown'"]),
        ("helpful", &["-1", "4294967296", "1.5"]),
        ("summary", &["x'41'", "CAST(x'FF' AS TEXT)"]),
        ("body", &["x'41'", "CAST(x'C328' AS TEXT)"]),
        ("name", &["x'41'", "CAST(x'EDA080' AS TEXT)"]),
        ("response", &["x'41'", "CAST(x'FF' AS TEXT)"]),
    ] {
        for value in values {
            let sql = format!("UPDATE reviews SET {column} = {value} WHERE review_id = 1");
            assert_named(&sql, "reviews", place(0), column);
        }
    }
}

#[test]
fn values_that_photos_and_characteristics_cannot_have_are_named() {
    for (table, key, column, value) in [
        ("review_photos", "photo_id = 1", "photo_id", "0"),
        ("review_photos", "photo_id = 1", "review_id", "-1"),
        ("review_photos", "photo_id = 1", "url", "x'41'"),
        ("characteristics", "characteristic_id = 1", "name", "x'41'"),
    ] {
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {key}");
        assert_named(&sql, table, place(0), column);
    }
}

#[test]
fn values_that_marks_cannot_have_are_named() {
    for (column, value) in
        [("helpful", "-1"), ("withdrawn", "4294967296"), ("withdrawn", "helpful + 1"), ("state", "9")]
    {
        let sql = format!("UPDATE review_marks SET {column} = {value}");
        assert_named(&sql, "review_marks", place(1), column);
    }
}

/// Where the sum of a characteristic is.
fn place_of_sum(characteristic: u64) -> i64 {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    let connection = Connection::open(store.file()).expect("the file opens");
    let sql = "SELECT place FROM characteristic_sums WHERE characteristic_id = ?1";
    connection.query_row(sql, [characteristic.cast_signed()], |row| row.get(0)).expect("it is there")
}

#[test]
fn values_that_sums_cannot_have_are_named() {
    let place = place_of_sum(1);
    for (column, value) in [("stars", "-1"), ("ratings", "9007199254740992"), ("stars", "'many'")] {
        let sql = format!("UPDATE characteristic_sums SET {column} = {value} WHERE characteristic_id = 1");
        assert_named(&sql, "characteristic_sums", place, column);
    }
}

#[test]
fn a_characteristic_without_its_sum_is_named() {
    let sql = "DELETE FROM characteristic_sums WHERE characteristic_id = 1";
    assert_named(sql, "characteristics", place(0), "characteristic_id");
}

#[test]
fn a_vote_on_a_damaged_review_is_refused_and_nothing_of_its_batch_is_written() {
    let sql = "UPDATE reviews SET helpful = -7 WHERE review_id = 1";
    let store = damaged_shop(sql);
    let mut writer = store.writer();
    let refused = writer.commit(&[vote(review(2), 1), vote(review(1), 1)]).map(drop);
    assert_damage(refused, sql, "reviews", place(0), "helpful");
    let again = writer.commit(&[vote(review(2), 1)]).expect("the session goes on");
    assert_eq!(again, [Outcome::Voted { product_id: product_id(5), helpful: 2 }]);
}

#[test]
fn a_sum_never_falls_below_its_ratings() {
    let sql = "UPDATE characteristic_sums SET stars = 4 WHERE characteristic_id = 1";
    let store = damaged_shop(sql);
    let mut writer = store.writer();
    // It gave five.
    let refused = writer.moderate(&[report(review(1)), report(review(2))]).map(drop);
    assert_damage(refused, sql, "characteristic_sums", place_of_sum(1), "stars");
    let rows = store.review_rows(5);
    assert_eq!(rows.reviews.len(), 2, "{:?}", lines(&rows));
    let outcomes = writer.commit(&[write(5, "New.", &[], &[])]).expect("the session goes on");
    assert!(matches!(outcomes[..], [Outcome::ReviewAdded { .. }]), "{outcomes:?}");
}

#[test]
fn a_last_id_that_is_missing_or_no_number_is_damage() {
    for kind in ["review", "review_photo", "rating"] {
        for sql in ["DELETE FROM last_ids WHERE", "UPDATE last_ids SET id = 'x' WHERE"] {
            let store = damaged_shop(&format!("{sql} kind = '{kind}'"));
            let new = write(5, "New.", &["https://example.com/1.jpg"], &[(1, 5)]);
            let refused = store.writer().commit(&[new]);
            assert!(refused.as_ref().is_err_and(StoreError::is_damage), "{sql} {kind}: {refused:?}");
            assert_eq!(store.review_lines(5).len(), small_shop().lines(5).len(), "nothing was written");
        }
    }
}

#[test]
fn the_last_id_is_the_largest_one() {
    let last = (1_i64 << 53) - 2;
    for kind in ["review", "review_photo", "rating"] {
        let store = damaged_shop(&format!("UPDATE last_ids SET id = {last} WHERE kind = '{kind}'"));
        let new = || write(5, "New.", &["https://example.com/1.jpg"], &[(1, 5)]);
        store.writer().commit(&[new()]).expect("one id is left");
        let refused = store.writer().commit(&[new()]);
        assert!(matches!(refused, Err(StoreError::Full(_))), "{kind}: {refused:?}");
    }
}
