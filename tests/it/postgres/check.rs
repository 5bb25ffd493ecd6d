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
        "questions: question 1 has impossible counters",
    ),
    ("UPDATE answers SET helpful = 4294967296", "answers: answer 1 has impossible counters"),
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
];

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
