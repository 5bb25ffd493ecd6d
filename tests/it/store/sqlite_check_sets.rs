//! `check` on SQLite, the catalogue and the reviews: a clean store has no findings, and each kind
//! of damage, made by hand, is one.

use atelier::domain::{Kind, Set};
use atelier::store::{LoadMode, RowBatch};
use rusqlite::Connection;

use super::harness::{TestStore, time};
use super::stock::imported_at;
use crate::support::batches::{Value, add};

/// A row: its kind, its product and its values.
type Row<'a> = (Kind, u64, Vec<Value<'a>>);

/// Two products with everything; of the reviews, 2 is hidden.
fn rows() -> Vec<Row<'static>> {
    let number = Value::Number;
    let text = Value::Text;
    let review = |id: u64, product: u64, hidden: u64| {
        let values = vec![
            number(id),
            number(product),
            number(4),
            time(id).into(),
            text("s"),
            text("b"),
            number(1),
            number(hidden),
            text("n"),
            text("e"),
            Value::Nothing,
            number(7),
        ];
        (Kind::Review, product, values)
    };
    let product = |id: u64| {
        let values = vec![number(id), text("n"), text("s"), text("d"), text("c"), number(14_000)];
        (Kind::Product, id, values)
    };
    vec![
        product(1),
        product(2),
        (Kind::Style, 1, vec![number(1), number(1), text("Red"), Value::Nothing, number(5), number(1)]),
        (Kind::Style, 2, vec![number(2), number(2), text("Tan"), number(4), number(5), number(0)]),
        (Kind::Feature, 1, vec![number(1), number(1), text("Cut"), Value::Nothing]),
        (Kind::StylePhoto, 1, vec![number(1), number(1), text("u"), text("t")]),
        (Kind::Sku, 1, vec![number(1), number(1), text("XS"), number(3)]),
        (Kind::Sku, 2, vec![number(2), number(2), text("XS"), number(3)]),
        (Kind::Related, 1, vec![number(1), number(1), number(2), number(1), number(1)]),
        (Kind::Related, 1, vec![number(2), number(1), number(9), number(2), number(0)]),
        (Kind::Characteristic, 1, vec![number(1), number(1), text("Fit")]),
        (Kind::Characteristic, 2, vec![number(2), number(2), text("Fit")]),
        review(1, 1, 0),
        review(2, 1, 1),
        review(3, 2, 0),
        (Kind::ReviewPhoto, 1, vec![number(1), number(1), text("https://a.test/1")]),
        (Kind::Rating, 1, vec![number(1), number(1), number(1), number(5)]),
        (Kind::Rating, 1, vec![number(2), number(1), number(2), number(3)]),
        (Kind::Rating, 2, vec![number(3), number(2), number(3), number(2)]),
        (Kind::CharacteristicSum, 1, vec![number(1), number(5), number(1)]),
        (Kind::CharacteristicSum, 2, vec![number(2), number(2), number(1)]),
    ]
}

fn findings(store: &TestStore) -> Vec<String> {
    let mut findings = Vec::new();
    store.open().check(&mut |finding| findings.push(finding.0)).expect("the check reaches the end");
    findings
}

/// The findings after `sql` was run by hand.
fn findings_after(sql: &str) -> Vec<String> {
    let store = TestStore::sqlite();
    let mut load = store.open().bulk_load(&Set::ALL, LoadMode::IntoEmpty).expect("begun");
    for kind in Kind::all() {
        let mut batch = RowBatch::new(kind);
        for (_, product, values) in rows().iter().filter(|(of, ..)| *of == kind) {
            add(&mut batch, *product, values);
        }
        load.add(&batch).expect("added");
    }
    load.commit(imported_at()).expect("committed");
    assert_eq!(findings(&store), [""; 0], "before the damage");
    let connection = Connection::open(store.file()).expect("the file opens");
    connection.execute_batch(sql).expect("the statements run");
    drop(connection);
    findings(&store)
}

#[test]
fn sums_that_do_not_add_up_are_named() {
    for (sql, expected) in [
        (
            "UPDATE characteristic_sums SET stars = 6 WHERE characteristic_id = 1",
            "characteristic_sums: characteristic 1 has 6 stars of 1 ratings, but 5 of 1 add up",
        ),
        (
            "UPDATE characteristic_ratings SET stars = 1 WHERE rating_id = 3",
            "characteristic_sums: characteristic 2 has 2 stars of 1 ratings, but 1 of 1 add up",
        ),
        // Published by hand, so that its rating counts as well.
        (
            "INSERT INTO review_marks SELECT place, 7, 0, 0, 1 FROM reviews WHERE review_id = 2",
            "characteristic_sums: characteristic 1 has 5 stars of 1 ratings, but 8 of 2 add up",
        ),
        (
            "DELETE FROM characteristic_sums WHERE characteristic_id = 2",
            "characteristic_sums: characteristic 2 has no sum",
        ),
    ] {
        assert_eq!(findings_after(sql), [expected], "{sql}");
    }
}

#[test]
fn rows_without_their_parents_are_named() {
    for (sql, expected) in [
        (
            "DELETE FROM products WHERE place >> 24 = 2; DELETE FROM related_products WHERE relation_id = 1",
            "styles: style 2 names product 2, which is not there",
        ),
        (
            "DELETE FROM styles WHERE style_id = 2",
            "skus: SKU 2 names style 2, which its product does not have",
        ),
        (
            "UPDATE style_photos SET style_id = 2",
            "style_photos: style photo 1 names style 2, which its product does not have",
        ),
        (
            "UPDATE review_photos SET review_id = 9",
            "review_photos: review photo 1 names review 9, which is not there",
        ),
        (
            "UPDATE review_photos SET review_id = 3",
            "review_photos: review photo 1 is not in the product of its review 3",
        ),
        (
            "INSERT INTO characteristic_sums VALUES ((1 << 24) + 9, 9, 0, 0)",
            "characteristic_sums: place 16777225 names characteristic 9, which its product does not have",
        ),
        (
            "UPDATE related_products SET is_shown = 1 WHERE relation_id = 2",
            "related_products: related product 2 is shown, but 9 is not in the catalogue",
        ),
        (
            "INSERT INTO review_marks VALUES (1 << 40, 0, 0, 0, 0)",
            "review_marks: place 1099511627776 has counters but no row",
        ),
        (
            "UPDATE last_ids SET id = 2 WHERE kind = 'rating'",
            "last_ids: the last rating id is 2, but there is one of 3",
        ),
        ("UPDATE skus SET sku_id = 1", "skus: the id 1 is there more than once"),
        (
            "UPDATE imports SET imported_at = 'today' WHERE set_name = 'reviews'",
            "imports: the set reviews was imported at today, which is not a time",
        ),
    ] {
        assert_eq!(findings_after(sql), [expected], "{sql}");
    }
}

#[test]
fn values_that_no_page_could_show_are_named() {
    let place = |product: i64| product << 24;
    for (table, column, value, key, row) in [
        ("products", "default_price", "-1", "place >> 24 = 1", place(1)),
        ("products", "name", "x'00'", "place >> 24 = 1", place(1)),
        ("styles", "sale_price", "'cheap'", "style_id = 1", place(1)),
        ("styles", "is_default", "2", "style_id = 1", place(1)),
        ("features", "value", "x'07'", "feature_id = 1", place(1)),
        ("skus", "quantity", "4294967296", "sku_id = 1", place(1)),
        ("related_products", "related_product_id", "-1", "relation_id = 2", place(1) + 1),
        ("reviews", "rating", "0", "review_id = 3", place(2)),
        ("reviews", "state", "4", "review_id = 2", place(1) + 1),
        ("reviews", "recommend", "-1", "review_id = 2", place(1) + 1),
        ("reviews", "written_at", "9223372036854775807", "review_id = 2", place(1) + 1),
        ("characteristic_ratings", "stars", "6", "rating_id = 2", place(1) + 1),
    ] {
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {key}");
        let findings = findings_after(&sql);
        let expected = format!("damaged row: table {table}, row {row}, column {column}: ");
        assert!(findings.len() == 1 && findings[0].starts_with(&expected), "{sql}: {findings:?}");
    }
}
