//! Reading the whole file for what must not be: damaged pages, rows without their parents, counters
//! behind the largest id, values that no list could show. It changes nothing, and goes on behind
//! what it cannot read.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::counts::counts;
use super::decode::Columns;
use super::failure::Failure;
use super::submissions::earlier;
use crate::domain::{AnswerId, PhotoId, ProductId, QuestionId};
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

/// Statements that list the rows that break a rule.
const RULES: &str = include_str!("rules.sql");

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
    for rule in RULES.split_terminator(";\n") {
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
