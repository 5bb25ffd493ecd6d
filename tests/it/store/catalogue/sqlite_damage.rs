//! Rows of the catalogue that break a rule of the file: reading them fails with an error that names
//! table, row, column and product.

use atelier::store::StoreError;
use rusqlite::Connection;

use super::stock::small_catalogue;
use crate::store::harness::{TestStore, product_id};

/// Checks that both ways of reading name the damage.
fn assert_named(sql: &str, table: &str, column: &str) {
    let store = TestStore::sqlite();
    small_catalogue().into(&store);
    let connection = Connection::open(store.file()).expect("the file opens");
    assert_eq!(connection.execute(sql, []), Ok(1), "{sql}");
    let mut reader = store.reader();
    let loaded = reader.load_catalogue(&[product_id(6), product_id(5)]).map(drop);
    let scanned = reader.scan_catalogue(None, 100).map(drop);
    let scanned_alone = reader.scan_catalogue(None, 1).map(drop);
    for result in [&loaded, &scanned_alone] {
        let damaged = result.as_ref().err().and_then(StoreError::damaged_product);
        assert_eq!(damaged, Some(product_id(5)), "{sql}");
    }
    for result in [loaded, scanned, scanned_alone] {
        match result {
            Err(StoreError::Damaged { table: table_named, row, column: column_named, .. }) => {
                assert_eq!((table_named, row >> 24, column_named), (table, 5, column), "{sql}");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
    let behind = reader.scan_catalogue(Some(product_id(5)), 100).expect("the products behind it are whole");
    assert_eq!(behind.len(), 3, "{sql}");
}

#[test]
fn values_that_a_row_cannot_have_are_named() {
    for (table, key, column, value) in [
        ("products", "place = 5 << 24", "default_price", "-1"),
        ("products", "place = 5 << 24", "default_price", "1000000000001"),
        ("products", "place = 5 << 24", "name", "x'41'"),
        ("products", "place = 5 << 24", "slogan", "CAST(x'FF' AS TEXT)"),
        ("products", "place = 5 << 24", "description", "x'41'"),
        ("products", "place = 5 << 24", "category", "x'41'"),
        ("styles", "style_id = 1", "style_id", "0"),
        ("styles", "style_id = 1", "original_price", "'free'"),
        ("styles", "style_id = 1", "sale_price", "-1"),
        ("styles", "style_id = 1", "is_default", "2"),
        ("styles", "style_id = 1", "name", "x'41'"),
        ("features", "feature_id = 1", "feature_id", "-1"),
        ("features", "feature_id = 1", "feature", "x'41'"),
        ("features", "feature_id = 1", "value", "x'41'"),
        ("style_photos", "photo_id = 7", "photo_id", "0"),
        ("style_photos", "photo_id = 7", "style_id", "-1"),
        ("style_photos", "photo_id = 7", "url", "x'41'"),
        ("style_photos", "photo_id = 7", "thumbnail_url", "x'41'"),
        ("skus", "sku_id = 7", "sku_id", "0"),
        ("skus", "sku_id = 7", "style_id", "0"),
        ("skus", "sku_id = 7", "quantity", "4294967296"),
        ("skus", "sku_id = 7", "size", "x'41'"),
        ("related_products", "related_product_id = 6 AND is_shown", "related_product_id", "0"),
        ("related_products", "related_product_id = 77", "is_shown", "2"),
    ] {
        assert_named(&format!("UPDATE {table} SET {column} = {value} WHERE {key}"), table, column);
    }
}
