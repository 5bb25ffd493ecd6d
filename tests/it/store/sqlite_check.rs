//! `check` on SQLite: a clean store has no findings, and each kind of damage, made by hand, is one.

use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};

use atelier::domain::Kind;
use atelier::store::{Counts, MAX_FINDINGS_PER_KIND, StoreError};
use rusqlite::Connection;

use super::harness::{TestStore, answer, ask, question, reply, vote};
use super::stock::{Load, small_shop};
use crate::support::batches::counts;

/// All findings, and how the check ended.
fn check(store: &TestStore) -> (Vec<String>, Result<Counts, StoreError>) {
    let mut findings = Vec::new();
    let counts = store.open().check(&mut |finding| findings.push(finding.0));
    (findings, counts)
}

/// The findings after `sql` was run by hand on the small shop with some writes.
fn findings_after(sql: &str) -> Vec<String> {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    store.commit(&[vote(question(1), 1), vote(answer(1), 1), ask(5, "?"), reply(1, ".", &[])]);
    assert_eq!(check(&store).0, [""; 0], "before the damage");
    let connection = Connection::open(store.file()).expect("the file opens");
    connection.execute_batch(sql).expect("the statements run");
    drop(connection);
    let (findings, counts) = check(&store);
    counts.expect("the check reaches the end");
    findings
}

#[test]
fn a_clean_store_has_no_findings_and_is_counted() {
    let store = TestStore::sqlite();
    assert_eq!(check(&store).0, [""; 0], "an empty store");
    small_shop().into(&store);
    store.commit(&[
        ask(1 << 39, "Far?"),
        reply(7, "Yes.", &["https://example.com/far.jpg"]),
        vote(answer(4), 1),
    ]);
    store.report(&[question(5)]);
    let (findings, counted) = check(&store);
    assert_eq!(findings, [""; 0]);
    assert_eq!(counted.expect("counted"), counts(7, 5, 5));
}

#[test]
fn an_answer_without_its_question_is_found() {
    assert_eq!(
        findings_after("DELETE FROM questions WHERE question_id = 6"),
        ["answers: answer 4 names question 6, which is not there"]
    );
}

#[test]
fn a_photo_without_its_answer_is_found() {
    assert_eq!(
        findings_after("DELETE FROM answers WHERE answer_id = 2"),
        ["photos: photo 3 names answer 2, which is not there"]
    );
}

#[test]
fn rows_away_from_their_parents_are_found() {
    assert_eq!(
        findings_after("UPDATE answers SET place = place + (1 << 24) WHERE answer_id = 3"),
        ["answers: answer 3 is not in the product of its question 3"]
    );
    assert_eq!(
        findings_after("UPDATE photos SET place = place + (1 << 24) WHERE photo_id = 3"),
        ["photos: photo 3 is not in the product of its answer 2"]
    );
}

#[test]
fn counters_without_a_row_are_found() {
    let even = 9_i64 << 24;
    assert_eq!(
        findings_after(&format!("INSERT INTO marks VALUES ({even}, 1, 0, 0), ({}, 1, 0, 0)", even + 1)),
        [
            format!("marks: place {even} has counters but no row"),
            format!("marks: place {} has counters but no row", even + 1)
        ]
    );
}

#[test]
fn last_ids_behind_the_rows_are_found() {
    for (kind, last) in [("question", 7), ("answer", 5), ("photo", 4)] {
        assert_eq!(
            findings_after(&format!("UPDATE last_ids SET id = {} WHERE kind = '{kind}'", last - 1)),
            [format!("last_ids: the last {kind} id is {}, but there is one of {last}", last - 1)]
        );
    }
}

#[test]
fn ids_that_no_new_ones_can_follow_are_found() {
    let largest = (1_u64 << 53) - 1;
    for (value, shown) in [
        (largest.to_string(), largest.to_string()),
        ((largest - 1_000).to_string(), (largest - 1_000).to_string()),
        ("'many'".to_owned(), "many".to_owned()),
    ] {
        assert_eq!(
            findings_after(&format!("UPDATE last_ids SET id = {value} WHERE kind = 'photo'")),
            [format!("last_ids: the last photo id is {shown}, few or no new ids can follow")]
        );
    }
}

#[test]
fn a_place_before_the_first_product_is_found() {
    assert_eq!(
        findings_after("UPDATE questions SET place = 6 WHERE question_id = 4"),
        ["questions: place 6 belongs to no product"]
    );
}

#[test]
fn photos_with_the_same_id_are_found() {
    assert_eq!(
        findings_after("UPDATE photos SET photo_id = 1 WHERE photo_id = 2"),
        ["photos: the id 1 is there more than once"]
    );
}

#[test]
fn values_of_any_kind_in_a_finding_are_shown() {
    let findings = findings_after("UPDATE answers SET question_id = x'FF' WHERE answer_id = 4");
    assert!(findings.iter().any(|finding| finding.contains("which is not there")), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.contains("column question_id")), "{findings:?}");
}

#[test]
fn a_missing_last_id_is_found() {
    assert_eq!(
        findings_after("DELETE FROM last_ids WHERE kind = 'photo'"),
        ["last_ids: there is no last photo id"]
    );
}

#[test]
fn a_far_product_without_its_id_is_found() {
    let place = (1_i64 << 38) << 24;
    let findings = findings_after("DELETE FROM far_products WHERE product_id = 1 << 38");
    assert_eq!(findings, [format!("questions: place {place} has a product number without a product")]);
}

#[test]
fn values_that_no_list_could_show_are_found() {
    const INVALID: &str = "CAST(x'FF' AS TEXT)";
    let place = |position: i64| (5 << 24) + position;
    for (table, column, value, key, row) in [
        ("questions", "question_id", "0", "question_id = 2", place(2)),
        ("questions", "question_id", "-2", "question_id = 2", place(2)),
        ("questions", "written_at", "'today'", "question_id = 2", place(2)),
        ("questions", "written_at", "253402300800000", "question_id = 2", place(2)),
        ("questions", "written_at", "-62135596800001", "question_id = 2", place(2)),
        ("questions", "reported", "2", "question_id = 2", place(2)),
        ("questions", "helpful", "-1", "question_id = 2", place(2)),
        ("questions", "body", INVALID, "question_id = 2", place(2)),
        ("questions", "name", INVALID, "question_id = 2", place(2)),
        ("questions", "email", INVALID, "question_id = 2", place(2)),
        ("answers", "written_at", "1.5", "answer_id = 1", place(1)),
        ("answers", "written_at", "9223372036854775807", "answer_id = 1", place(1)),
        ("answers", "reported", "-1", "answer_id = 1", place(1)),
        ("answers", "helpful", "4294967296", "answer_id = 1", place(1)),
        ("answers", "body", INVALID, "answer_id = 1", place(1)),
        ("answers", "name", INVALID, "answer_id = 1", place(1)),
        ("answers", "email", INVALID, "answer_id = 1", place(1)),
        ("photos", "photo_id", "-3", "photo_id = 2", place(1)),
        ("photos", "url", INVALID, "photo_id = 2", place(1)),
        ("marks", "helpful", "'many'", "place % 2 = 0", place(0)),
        ("marks", "reported", "2", "place % 2 = 0", place(0)),
        ("far_products", "product_id", "-1", "product_id = 1 << 38", 1 << 38),
    ] {
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {key}");
        let findings = findings_after(&sql);
        let expected = format!("damaged row: table {table}, row {row}, column {column}: ");
        assert!(findings.len() == 1 && findings[0].starts_with(&expected), "{sql}: {findings:?}");
    }
}

#[test]
fn many_findings_of_a_kind_are_listed_in_part() {
    let store = TestStore::sqlite();
    (1..=100).fold(Load::default(), |load, id| load.question(id, id).answer(id, id)).into(&store);
    let connection = Connection::open(store.file()).expect("the file opens");
    connection.execute_batch("DELETE FROM questions").expect("the statement runs");
    drop(connection);
    let (findings, counts) = check(&store);
    assert_eq!(findings.len(), MAX_FINDINGS_PER_KIND as usize, "{findings:?}");
    assert_eq!(counts.expect("counted").of(Kind::Answer), 100);
}

#[test]
fn a_damaged_page_is_found() {
    const PAGE_BYTES: u64 = 4_096;
    let store = TestStore::sqlite();
    (1..=2_000).fold(Load::default(), |load, id| load.question(id, id)).into(&store);
    assert_eq!(check(&store).0, [""; 0], "before the damage");

    let pages = std::fs::metadata(store.file()).expect("the file is there").len() / PAGE_BYTES;
    assert!(pages > 40, "only {pages} pages");
    let mut file = OpenOptions::new().write(true).open(store.file()).expect("the file opens");
    file.seek(SeekFrom::Start(pages / 2 * PAGE_BYTES)).expect("within the file");
    file.write_all(&[0xA5; 2_048]).expect("written");
    drop(file);

    let (findings, counts) = check(&store);
    assert!(findings.iter().any(|finding| finding.starts_with("file: ")), "{findings:?} {counts:?}");
    // Not every row can be read, and this is reported too.
    assert!(counts.is_err() || findings.len() > 1, "{findings:?} {counts:?}");
}
