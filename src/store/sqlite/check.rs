//! Reading the whole file for what must not be: damaged pages, rows without their parents, counters
//! behind the largest id, values that no list could show. It changes nothing, and goes on behind
//! what it cannot read.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::counts;
use super::decode::Columns;
use super::failure::Failure;
use super::submissions::earlier;
use crate::domain::{AnswerId, PhotoId, ProductId, QuestionId};
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

/// Statements that list the rows that break a rule, as one text each.
const RULES: [&str; 12] = [
    "SELECT 'answers: answer ' || a.answer_id || ' names question ' || a.question_id || ', which is not there'
     FROM answers a LEFT JOIN questions q ON q.question_id = a.question_id WHERE q.place IS NULL",
    "SELECT 'answers: answer ' || a.answer_id || ' is not next to its question ' || a.question_id
     FROM answers a JOIN questions q ON q.question_id = a.question_id WHERE q.place >> 24 <> a.place >> 24",
    "SELECT 'photos: photo ' || p.photo_id || ' names answer ' || p.answer_id || ', which is not there'
     FROM photos p LEFT JOIN answers a ON a.answer_id = p.answer_id WHERE a.place IS NULL",
    "SELECT 'photos: photo ' || p.photo_id || ' is not next to its answer ' || p.answer_id
     FROM photos p JOIN answers a ON a.answer_id = p.answer_id WHERE a.place >> 24 <> p.place >> 24",
    "SELECT 'marks: place ' || m.place || ' has counters but no row' FROM marks m
     WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.place = m.place AND m.place % 2 = 0)
       AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.place = m.place AND m.place % 2 = 1)",
    "SELECT 'last_ids: the last ' || l.kind || ' id is ' || l.id || ', but there is one of ' || m.id
     FROM last_ids l JOIN (
         SELECT 'question' AS kind, max(question_id) AS id FROM questions
         UNION ALL SELECT 'answer', max(answer_id) FROM answers
         UNION ALL SELECT 'photo', max(photo_id) FROM photos) m ON m.kind = l.kind
     WHERE m.id > l.id",
    "SELECT 'last_ids: there is no last ' || k.kind || ' id'
     FROM (SELECT 'question' AS kind UNION ALL SELECT 'answer' UNION ALL SELECT 'photo') k
     LEFT JOIN last_ids l ON l.kind = k.kind WHERE l.id IS NULL",
    "SELECT 'questions: place ' || q.place || ' has a product number without a product'
     FROM questions q LEFT JOIN far_products f ON f.product_number = q.place >> 24
     WHERE q.place >= 274877906944 << 24 AND f.product_id IS NULL",
    "SELECT 'submissions: number ' || s.number || ' came to a row that is not there' FROM submissions s
     WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.question_id = s.question_id)
       AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.answer_id = s.answer_id)",
    "SELECT 'questions: place ' || place || ' belongs to no product' FROM questions WHERE place < 1 << 24",
    // The largest id is 2^53 - 1; a million less is suspicious as well. Numbers come before texts
    // here.
    "SELECT 'last_ids: the last ' || kind || ' id is ' || id || ', few or no new ids can follow'
     FROM last_ids WHERE id NOT BETWEEN 0 AND 9007199253740991",
    "SELECT 'photos: the id ' || photo_id || ' is there ' || count(*) || ' times'
     FROM photos GROUP BY photo_id HAVING count(*) > 1",
];

/// A table whose values are read one by one.
struct Table {
    name: &'static str,
    sql: &'static str,
    read: fn(Columns<'_>) -> Result<(), StoreError>,
}

const TABLES: [Table; 6] = [
    Table {
        name: "questions",
        sql: "SELECT place, question_id, written_at, reported, helpful, body, name, email FROM questions",
        read: |row| {
            row.id::<QuestionId>(1, "question_id")?;
            row.time(2, "written_at")?;
            row.flag(3, "reported")?;
            row.count(4, "helpful")?;
            row.text(5, "body")?;
            row.text(6, "name")?;
            row.text(7, "email").map(drop)
        },
    },
    Table {
        name: "answers",
        sql: "SELECT place, answer_id, question_id, written_at, reported, helpful, body, name, email FROM answers",
        read: |row| {
            row.id::<AnswerId>(1, "answer_id")?;
            row.id::<QuestionId>(2, "question_id")?;
            row.time(3, "written_at")?;
            row.flag(4, "reported")?;
            row.count(5, "helpful")?;
            row.text(6, "body")?;
            row.text(7, "name")?;
            row.text(8, "email").map(drop)
        },
    },
    Table {
        name: "photos",
        sql: "SELECT place, photo_id, answer_id, url FROM photos",
        read: |row| {
            row.id::<PhotoId>(1, "photo_id")?;
            row.id::<AnswerId>(2, "answer_id")?;
            row.text(3, "url").map(drop)
        },
    },
    Table {
        name: "marks",
        sql: "SELECT place, helpful, reported FROM marks",
        read: |row| {
            row.count(1, "helpful")?;
            row.flag(2, "reported").map(drop)
        },
    },
    Table {
        name: "submissions",
        sql: "SELECT number, digest, expires_at, question_id, answer_id, content FROM submissions",
        read: |row| {
            row.digest(1, "digest")?;
            earlier(row).map(drop)
        },
    },
    Table {
        name: "far_products",
        sql: "SELECT product_number, product_id FROM far_products",
        read: |row| row.id::<ProductId>(1, "product_id").map(drop),
    },
];

/// Applies all rules. A part of the file that cannot be read is a finding as well, and the others
/// are read.
///
/// # Errors
/// Also when so much is damaged that the rows cannot be counted.
pub(super) fn check(connection: &Connection, report: &mut dyn FnMut(Finding)) -> Result<Counts, StoreError> {
    let mut unread = BTreeSet::new();
    let mut note = |found: Result<(), StoreError>| match found {
        Err(error) if error.is_damage() => {
            unread.insert(error.to_string());
            Ok(())
        }
        found => found,
    };
    let integrity = format!("PRAGMA integrity_check({MAX_FINDINGS_PER_KIND})");
    note(each_text(connection, &integrity, &mut |line| {
        if line != "ok" {
            report(Finding(format!("file: {line}")));
        }
    }))?;
    for rule in RULES {
        let sql = format!("{rule} LIMIT {MAX_FINDINGS_PER_KIND}");
        note(each_text(connection, &sql, &mut |line| report(Finding(line))))?;
    }
    for table in TABLES {
        note(check_values(connection, &table, report))?;
    }
    for error in unread {
        report(Finding(error));
    }
    counts(connection)
}

/// Reads every value of a table, by the same code as for a list.
fn check_values(
    connection: &Connection,
    table: &Table,
    report: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(table.sql).reading()?;
    let mut rows = statement.query([]).reading()?;
    let mut findings = 0;
    while let Some(row) = rows.next().reading()? {
        if let Err(error) = Columns::new(row, table.name).and_then(table.read) {
            report(Finding(error.to_string()));
            findings += 1;
            if findings == MAX_FINDINGS_PER_KIND {
                break;
            }
        }
    }
    Ok(())
}

/// Hands over texts one by one: in a damaged file, those before the first that cannot be read are
/// found as well.
fn each_text(connection: &Connection, sql: &str, take: &mut dyn FnMut(String)) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql).reading()?;
    let mut rows = statement.query([]).reading()?;
    while let Some(row) = rows.next().reading()? {
        // Values that break a rule are shown as they are, also bytes that are no text.
        take(
            row.get_ref(0)
                .and_then(|text| Ok(String::from_utf8_lossy(text.as_bytes()?).into_owned()))
                .reading()?,
        );
    }
    Ok(())
}
