//! `check` finds damage that the keys of the tables do not prevent, or that came after an operator
//! dropped the keys.

use atelier::store::StoreError;

use super::*;
use crate::support::cluster::Cluster;

/// The findings.
fn findings(store: &dyn Store) -> Vec<String> {
    let mut findings = Vec::new();
    store.check(&mut |finding| findings.push(finding.0)).expect("the check ends");
    findings
}

#[test]
fn a_damaged_row_is_named_and_no_other_product_suffers() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let mut writer = writer(store.as_ref());
    for product_id in 7..=9 {
        ask(writer.as_mut(), product_id, 1);
    }
    cluster.query(&address, "UPDATE questions SET written_at = 'infinity' WHERE product_id = 8");
    // Nobody can ask for this one.
    cluster.query(
        &address,
        "INSERT INTO questions SELECT 9007199254740992, 4, now(), 0, false, body, name, email FROM questions LIMIT 1",
    );
    let mut reader = store.reader().unwrap();
    let error = reader.load_products(&[product(7), product(8), product(9)]).unwrap_err().to_string();
    assert!(error.contains("table questions, row 2, column written_at"), "{error}");
    let rows = reader.load_products(&[product(7), product(9)]).unwrap();
    assert!(rows.iter().all(|rows| rows.questions.len() == 1));
    let scanned = reader.scan_products(Some(product(8)), 10).unwrap();
    assert_eq!(scanned.iter().map(|rows| rows.product_id).collect::<Vec<_>>(), [product(9)]);
    let error = dump_all(store.as_ref()).unwrap_err().to_string();
    assert!(error.contains("table questions, row 2, column written_at"), "{error}");
    cluster.query(&address, "UPDATE questions SET product_id = -8, written_at = now() WHERE product_id = 8");
    let error = dump_all(store.as_ref()).unwrap_err().to_string();
    assert!(error.contains("table questions, row 2, column product_id"), "{error}");
}

/// Reads all questions as an export does.
fn dump_all(store: &dyn Store) -> Result<(), StoreError> {
    let mut dump = store.dump()?;
    while !dump.next(Kind::Question)?.is_empty() {}
    Ok(())
}

/// Statements that damage a store, and the findings.
const DAMAGE: &[(&str, &str)] = &[
    (
        "INSERT INTO questions SELECT 8, question_id, written_at, helpful, reported, body, name, email
         FROM questions WHERE question_id = 3",
        "questions: the id 3 is there 2 times",
    ),
    ("INSERT INTO answers SELECT * FROM answers", "answers: the id 1 is there 2 times"),
    ("INSERT INTO photos SELECT 7, photo_id, 1, url FROM photos", "photos: the id 1 is there 2 times"),
    ("UPDATE answers SET question_id = 99", "answers: answer 1 names question 99, which is not there"),
    ("UPDATE answers SET product_id = 9", "answers: answer 1 is not in the product of its question 1"),
    ("UPDATE photos SET answer_id = 99", "photos: photo 1 names answer 99, which is not there"),
    ("UPDATE photos SET product_id = 9", "photos: photo 1 is not in the product of its answer 1"),
    (
        "UPDATE questions SET helpful = -1 WHERE question_id = 1",
        "questions: question_id 1, column helpful: -1 is not a count",
    ),
    (
        "UPDATE answers SET helpful = 4294967296",
        "answers: answer_id 1, column helpful: 4294967296 is not a count",
    ),
    ("SELECT setval('question_ids', 2)", "question_ids: the last id is 2, but there is one of 3"),
    ("UPDATE answers SET answer_id = 5", "answer_ids: the last id is 1, but there is one of 5"),
    ("UPDATE photos SET photo_id = 5", "photo_ids: the last id is 1, but there is one of 5"),
    (
        "UPDATE questions SET written_at = 'infinity' WHERE question_id = 2",
        "questions: question_id 2, column written_at: infinity is not in the years 1 to 9999",
    ),
    (
        "UPDATE questions SET written_at = '0044-03-15 00:00:00+00 BC' WHERE question_id = 2",
        "questions: question_id 2, column written_at: 0044-03-15 00:00:00+00 BC is not in the years 1 to 9999",
    ),
    (
        "UPDATE answers SET written_at = '20000-01-01 00:00:00+00'",
        "answers: answer_id 1, column written_at: 20000-01-01 00:00:00+00 is not in the years 1 to 9999",
    ),
    (
        "UPDATE questions SET question_id = -2 WHERE question_id = 2",
        "questions: question_id -2, column question_id: -2 is not an id",
    ),
    (
        "UPDATE questions SET product_id = 9007199254740992 WHERE question_id = 2",
        "questions: question_id 2, column product_id: 9007199254740992 is not an id",
    ),
    ("UPDATE photos SET product_id = 0", "photos: photo_id 1, column product_id: 0 is not an id"),
    (
        "SELECT setval('question_ids', 9007199254740991)",
        "question_ids: the last id is 9007199254740991, few or no new ids can follow",
    ),
    (
        "INSERT INTO submissions VALUES ('infinity', 1, NULL, '00000000-0000-0000-0000-000000000001', NULL)",
        "submissions: digest 00000000-0000-0000-0000-000000000001, column expires_at: infinity is not in the years 1 to 9999",
    ),
    (
        "INSERT INTO submissions VALUES (now(), NULL, NULL, '00000000-0000-0000-0000-000000000001', NULL, 99)",
        "submissions: 00000000-0000-0000-0000-000000000001 came to a row that is not there",
    ),
];

/// A small catalogue with reviews, in order.
const SHOP: &str = "
    INSERT INTO products VALUES (6, 14000, 'a', 'b', 'c', 'd'), (7, 14000, 'a', 'b', 'c', 'd');
    INSERT INTO styles VALUES (6, 60, 14000, NULL, true, 'a'), (7, 61, 14000, 1, true, 'a');
    INSERT INTO features VALUES (6, 65, 'a', NULL);
    INSERT INTO style_photos VALUES (6, 66, 60, 'a', 'b');
    INSERT INTO skus VALUES (6, 67, 60, 8, 'XS');
    INSERT INTO related_products VALUES (6, 1, 68, 7, true), (6, 2, 69, 6, false), (6, 3, 70, 7, false),
                                        (6, 4, 71, 0, false), (6, 5, 72, 99, false);
    INSERT INTO reviews VALUES (6, 80, now(), 3, 1, 5, 0, 0, true, 'a', 'b', 'c', 'd', NULL),
                               (6, 81, now(), 0, 0, 1, 3, 1, true, 'a', 'b', 'c', 'd', NULL);
    INSERT INTO review_photos VALUES (6, 82, 80, 'a');
    INSERT INTO characteristics VALUES (6, 83, 'Fit'), (7, 84, 'Fit');
    INSERT INTO characteristic_ratings VALUES (6, 80, 85, 83, 4), (6, 81, 86, 83, 1);
    INSERT INTO characteristic_sums VALUES (6, 83, 4, 1), (7, 84, 0, 0);
    INSERT INTO imports VALUES ('catalogue', now());
    SELECT setval('review_ids', 81), setval('review_photo_ids', 82), setval('rating_ids', 86)";

/// Statements that damage it, and the findings.
const DAMAGED_SHOP: &[(&str, &str)] = &[
    ("DELETE FROM products WHERE product_id = 6", "styles: style 60 names product 6, which is not there"),
    ("UPDATE features SET product_id = 8", "features: feature 65 names product 8, which is not there"),
    (
        "UPDATE style_photos SET style_id = 62",
        "style_photos: style photo 66 names style 62, which is not there",
    ),
    ("UPDATE skus SET style_id = 61", "skus: SKU 67 is not in the product of its style 61"),
    ("UPDATE styles SET style_id = 60", "styles: the id 60 is there 2 times"),
    ("INSERT INTO products SELECT * FROM products", "products: the id 6 is there 2 times"),
    ("UPDATE styles SET sale_price = -1", "styles: style_id 60, column sale_price: -1 is not a price"),
    ("UPDATE skus SET quantity = -8", "skus: sku_id 67, column quantity: -8 is not a count"),
    (
        "UPDATE related_products SET is_shown = true WHERE position = 3",
        "related_products: related product 70, column is_shown: it must not be shown",
    ),
    (
        "UPDATE related_products SET is_shown = false WHERE position = 1",
        "related_products: related product 68, column is_shown: it must be shown",
    ),
    (
        "UPDATE related_products SET related_product_id = -1 WHERE position = 4",
        "related_products: relation_id 71, column related_product_id: -1 is not a number of 53 bits",
    ),
    ("UPDATE reviews SET review_id = 80", "reviews: the id 80 is there 2 times"),
    (
        "UPDATE reviews SET rating = 6 WHERE review_id = 80",
        "reviews: review_id 80, column rating: 6 is not a number of stars",
    ),
    (
        "UPDATE reviews SET state = 4 WHERE review_id = 81",
        "reviews: review_id 81, column state: 4 is not the state of a review",
    ),
    (
        "UPDATE reviews SET withdrawn = 4 WHERE review_id = 80",
        "reviews: review 80 has 4 votes taken back, but 3 given",
    ),
    (
        "UPDATE review_photos SET review_id = 99",
        "review_photos: review photo 82 names review 99, which is not there",
    ),
    (
        "UPDATE characteristic_ratings SET characteristic_id = 84 WHERE rating_id = 85",
        "characteristic_ratings: rating 85 is not in the product of its characteristic 84",
    ),
    (
        "UPDATE characteristic_ratings SET review_id = 99 WHERE rating_id = 85",
        "characteristic_ratings: rating 85 names review 99, which is not there",
    ),
    (
        "UPDATE reviews SET state = 0 WHERE review_id = 81",
        "characteristic_sums: characteristic 83 has 4 stars of 1 ratings instead of 5 of 2",
    ),
    ("DELETE FROM characteristic_sums WHERE product_id = 7", "characteristics: characteristic 84 has no sum"),
    (
        "UPDATE characteristic_sums SET characteristic_id = 99 WHERE product_id = 7",
        "characteristic_sums: sum 99 names characteristic 99, which is not there",
    ),
    ("SELECT setval('rating_ids', 80)", "rating_ids: the last id is 80, but there is one of 86"),
    (
        "UPDATE imports SET imported_at = 'infinity'",
        "imports: set_name catalogue, column imported_at: infinity is not in the years 1 to 9999",
    ),
];

#[test]
fn damage_of_the_catalogue_and_the_reviews_is_named() {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    let store = store(&address);
    let keys = cluster.query(
        &address,
        "SELECT string_agg(format('ALTER TABLE %s DROP CONSTRAINT %s', conrelid::regclass, conname), ';')
         FROM pg_constraint WHERE conrelid::regclass::text IN ('products', 'styles', 'reviews')",
    );
    cluster.query(&address, &format!("{keys}; {SHOP}"));
    assert_eq!(findings(store.as_ref()), [""; 0]);
    let tables = "products, styles, features, style_photos, skus, related_products, reviews, review_photos,
        characteristics, characteristic_ratings, characteristic_sums, imports";
    for (damage, expected) in DAMAGED_SHOP {
        cluster.query(&address, &format!("TRUNCATE {tables}; {SHOP}"));
        cluster.query(&address, damage);
        let findings = findings(store.as_ref());
        assert!(findings.iter().any(|finding| finding == expected), "{damage}: {findings:?}");
    }
}

#[test]
fn every_kind_of_damage_is_named() {
    let cluster = Cluster::shared();
    for (damage, expected) in DAMAGE {
        let address = cluster.fresh_database();
        let store = store(&address);
        let mut writer = writer(store.as_ref());
        let question_id = ask(writer.as_mut(), 7, 3)[0];
        answer(writer.as_mut(), question_id, &["https://example.com/1.jpg"]);
        assert_eq!(findings(store.as_ref()), [""; 0]);
        cluster.query(
            &address,
            "ALTER TABLE photos DROP CONSTRAINT photos_answer, DROP CONSTRAINT photos_pkey;
             ALTER TABLE answers DROP CONSTRAINT answers_pkey, DROP CONSTRAINT answers_helpful_check;
             ALTER TABLE questions DROP CONSTRAINT questions_helpful_check",
        );
        cluster.query(&address, damage);
        cluster.query(
            &address,
            &format!(
                "ALTER DATABASE {} SET timezone = 'UTC'",
                cluster.query(&address, "SELECT current_database()")
            ),
        );
        let findings = findings(store.as_ref());
        assert!(findings.iter().any(|finding| finding == expected), "{damage}: {findings:?}");
    }
}
