//! Rows that break a rule of the store, and parts of an SQLite file that cannot be read: reading
//! them fails with an error that names table, row, column and product, and never with a wrong list.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;

use atelier::domain::Kind;
use atelier::store::{StoreError, Writer};
use rusqlite::Connection;

use super::harness::{TestStore, answer, ask, product_id, question, vote};
use super::stock::{Load, small_shop};

/// A place in product 5: `small_shop` puts questions on even positions and answers on odd ones.
const fn place(position: i64) -> i64 {
    (5 << 24) + position
}

fn damaged_shop(sql: &str) -> TestStore {
    let store = TestStore::sqlite();
    small_shop().into(&store);
    store.commit(&[vote(question(2), 1)]);
    let connection = Connection::open(store.file()).expect("the file opens");
    assert_eq!(connection.execute(sql, []), Ok(1), "{sql}");
    store
}

/// Checks that both ways of reading name the damage.
fn assert_named(sql: &str, table: &str, row: i64, column: &str) {
    let store = damaged_shop(sql);
    let mut reader = store.reader();
    let loaded = reader.load_products(&[product_id(7), product_id(5)]).map(drop);
    let scanned = reader.scan_products(None, 100).map(drop);
    let scanned_alone = reader.scan_products(None, 1).map(drop);
    for result in [&loaded, &scanned_alone] {
        let damaged = result.as_ref().err().and_then(StoreError::damaged_product);
        assert_eq!(damaged, Some(product_id(5)), "{sql}");
    }
    let behind = reader.scan_products(Some(product_id(5)), 100).expect("the products behind it are whole");
    assert_eq!(behind.len(), 3, "{sql}");
    for result in [loaded, scanned, scanned_alone] {
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
    let other_product = reader.load_products(&[product_id(1 << 38)]).expect("the other product is whole");
    assert_eq!(other_product[0].questions.len(), 1, "{sql}");
}

#[test]
fn a_text_that_is_not_utf_8_is_named() {
    for bytes in ["x'FF'", "x'C328'", "x'EDA080'", "x'41E282'"] {
        for (table, id, column, place) in [
            ("questions", "question_id", "body", place(0)),
            ("questions", "question_id", "name", place(0)),
            ("answers", "answer_id", "body", place(1)),
            ("answers", "answer_id", "name", place(1)),
            ("photos", "photo_id", "url", place(0)),
        ] {
            let sql = format!("UPDATE {table} SET {column} = CAST({bytes} AS TEXT) WHERE {id} = 1");
            assert_named(&sql, table, place, column);
        }
    }
}

#[test]
fn a_text_that_is_a_blob_is_named() {
    assert_named("UPDATE questions SET body = x'41' WHERE question_id = 1", "questions", place(0), "body");
}

#[test]
fn a_count_out_of_range_is_named() {
    for value in ["-1", "4294967296", "1.5", "'many'"] {
        let sql = format!("UPDATE questions SET helpful = {value} WHERE question_id = 1");
        assert_named(&sql, "questions", place(0), "helpful");
        let sql = format!("UPDATE answers SET helpful = {value} WHERE answer_id = 1");
        assert_named(&sql, "answers", place(1), "helpful");
        let sql = format!("UPDATE marks SET helpful = {value}");
        assert_named(&sql, "marks", place(2), "helpful");
    }
}

#[test]
fn a_flag_that_is_neither_yes_nor_no_is_named() {
    assert_named(
        "UPDATE questions SET reported = 2 WHERE question_id = 1",
        "questions",
        place(0),
        "reported",
    );
    assert_named("UPDATE answers SET reported = -1 WHERE answer_id = 1", "answers", place(1), "reported");
    assert_named("UPDATE marks SET reported = 'no'", "marks", place(2), "reported");
}

#[test]
fn an_id_out_of_range_is_named() {
    for value in ["0", "-5", "9007199254740992"] {
        let sql = format!("UPDATE questions SET question_id = {value} WHERE question_id = 1");
        assert_named(&sql, "questions", place(0), "question_id");
        let sql = format!("UPDATE answers SET answer_id = {value} WHERE answer_id = 1");
        assert_named(&sql, "answers", place(1), "answer_id");
        let sql = format!("UPDATE answers SET question_id = {value} WHERE answer_id = 1");
        assert_named(&sql, "answers", place(1), "question_id");
        let sql = format!("UPDATE photos SET photo_id = {value} WHERE photo_id = 1");
        assert_named(&sql, "photos", place(0), "photo_id");
    }
}

#[test]
fn a_date_out_of_range_is_named() {
    for value in ["253402300800000", "-62135596800001", "'2020-01-01'"] {
        let sql = format!("UPDATE questions SET written_at = {value} WHERE question_id = 1");
        assert_named(&sql, "questions", place(0), "written_at");
    }
}

#[test]
fn a_far_product_without_its_id_is_named() {
    let store = damaged_shop("DELETE FROM far_products WHERE product_id = 1 << 38");
    let found = store.reader().products_of(&[super::harness::question_id(5)]);
    assert!(
        matches!(found, Err(StoreError::Damaged { table: "far_products", row, column: "product_id", .. })
            if row == 1 << 38),
        "{found:?}"
    );
}

#[test]
fn a_vote_on_a_damaged_count_is_refused_and_nothing_of_its_batch_is_written() {
    let store = damaged_shop("UPDATE answers SET helpful = -7 WHERE answer_id = 1");
    let mut writer: Box<dyn Writer> = store.writer();
    let refused = writer.commit(&[vote(question(1), 1), vote(answer(1), 1)]);
    assert!(
        matches!(refused, Err(StoreError::Damaged { table: "answers", row, column: "helpful", .. })
            if row == place(1)),
        "{refused:?}"
    );
    let again = writer.commit(&[vote(question(1), 1)]).expect("the session goes on");
    let voted = atelier::store::Outcome::Voted { product_id: product_id(5), helpful: 4 };
    assert_eq!(again, [voted]);
}

/// Products of the stores whose files are damaged: more than a batch of a dump has questions.
const PRODUCTS: u64 = 6_000;

fn large_shop() -> TestStore {
    let store = TestStore::sqlite();
    (1..=PRODUCTS).fold(Load::default(), |load, id| load.question(id, id)).into(&store);
    store
}

#[test]
fn a_part_of_the_file_that_cannot_be_read_fails_for_its_products_alone() {
    let store = large_shop();
    let handle = store.open();
    let mut reader = handle.reader().expect("a reader");
    let file = OpenOptions::new().write(true).open(store.file()).expect("the file opens");
    let bytes = file.metadata().expect("it is there").len();
    // As a bad disk does, under the open session. A quarter of the pages, away from the roots of
    // the trees.
    let garbage = vec![0xA5; usize::try_from(bytes / 4).expect("a small file")];
    file.write_all_at(&garbage, bytes / 2 / 4_096 * 4_096).expect("written");

    let mut unreadable = Vec::new();
    for id in 1..=PRODUCTS {
        match reader.load_products(&[product_id(id)]) {
            Ok(rows) => assert_eq!(rows[0].questions.len(), 1, "product {id}"),
            Err(error) => {
                assert!(error.to_string().starts_with("the database file is damaged: "), "{error}");
                assert_eq!(error.damaged_product(), Some(product_id(id)), "{error}");
                unreadable.push(product_id(id));
            }
        }
    }
    let count = unreadable.len() as u64;
    assert!((100..PRODUCTS / 2).contains(&count), "{count} of {PRODUCTS} products cannot be read");

    // A scan of one product after the other gets to the end, and past the damage.
    let (mut after, mut found) = (None, Vec::new());
    loop {
        match reader.scan_products(after, 1) {
            Ok(products) if products.is_empty() => break,
            Ok(products) => {
                after = Some(products[0].product_id);
                found.extend(after);
            }
            Err(error) => {
                let behind = error.damaged_product();
                assert!(behind > after, "the scan goes on behind {after:?}: {error}");
                after = behind;
            }
        }
    }
    assert!(found.len() as u64 > PRODUCTS / 4 && found.is_sorted(), "{} products found", found.len());
    assert!(unreadable.iter().all(|id| found.binary_search(id).is_err()));
    assert_eq!(found.last(), Some(&product_id(PRODUCTS)), "behind the damage as well");

    let mut findings = Vec::new();
    let checked = handle.check(&mut |finding| findings.push(finding.0));
    assert!(findings.iter().any(|finding| finding.starts_with("file: ")), "{findings:?} {checked:?}");
}

/// A process that had the file mapped into its memory would end.
#[test]
fn a_file_cut_off_while_it_is_read_is_damage_and_ends_nothing() {
    let store = large_shop();
    let handle = store.open();
    let (mut reader, mut writer) = (store.reader(), store.writer());
    reader.load_products(&[product_id(1)]).expect("the product is read");
    let mut dump = handle.dump().expect("a dump");
    assert!(!dump.next(Kind::Question).expect("a batch").is_empty());
    let file = OpenOptions::new().write(true).open(store.file()).expect("the file opens");
    file.set_len(16 * 1_024).expect("cut off");
    for refused in [
        reader.load_products(&[product_id(PRODUCTS)]).map(drop),
        reader.scan_products(None, 10).map(drop),
        dump.next(Kind::Question).map(drop),
        writer.commit(&[vote(question(PRODUCTS), 1)]).map(drop),
        handle.check(&mut |_| {}).map(drop),
    ] {
        assert!(refused.as_ref().is_err_and(StoreError::is_damage), "{refused:?}");
    }
}

#[test]
fn a_file_that_lost_its_end_is_called_damaged() {
    let store = large_shop();
    let file = OpenOptions::new().write(true).open(store.file()).expect("the file opens");
    file.set_len(64 * 1_024).expect("cut off");
    let found = store.address().open().and_then(|store| store.counts());
    let error = found.expect_err("most of it is gone");
    assert!(error.is_damage() && error.to_string().contains("damaged"), "{error:?}");
}

#[test]
fn a_last_id_that_is_missing_or_no_number_is_damage() {
    for sql in [
        "DELETE FROM last_ids WHERE kind = 'question'",
        "UPDATE last_ids SET id = 'x' WHERE kind = 'question'",
    ] {
        let store = damaged_shop(sql);
        let refused = store.writer().commit(&[ask(5, "?")]);
        assert!(refused.as_ref().is_err_and(StoreError::is_damage), "{sql}: {refused:?}");
    }
}
