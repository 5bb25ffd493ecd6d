//! Reading the whole file for what must not be: damaged pages, rows without their parents, counters
//! behind the largest id, values that no list could show. It changes nothing, and goes on behind
//! what it cannot read.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::counts::counts;
use super::decode::Columns;
use super::failure::Failure;
use super::submissions::earlier;
use crate::domain::QuestionId;
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

/// Statements that list the rows that break a rule.
const RULES: &str = include_str!("rules.sql");

/// Reads one value of a row.
type Read = fn(Columns<'_>, usize, &'static str) -> Result<(), StoreError>;

const ID: Read = |row, index, column| row.id::<QuestionId>(index, column).map(drop);
const TIME: Read = |row, index, column| row.time(index, column).map(drop);
const FLAG: Read = |row, index, column| row.flag(index, column).map(drop);
const COUNT: Read = |row, index, column| row.count(index, column).map(drop);
const TEXT: Read = |row, index, column| row.text(index, column).map(drop);
const DIGEST: Read = |row, index, column| row.digest(index, column).map(drop);
/// The columns of a submission behind its digest, which depend on each other.
const EARLIER: Read = |row, _, _| earlier(row).map(drop);

/// A table whose values are read one by one: its name, its key, and its columns with what they
/// hold.
type Table = (&'static str, &'static str, &'static [(&'static str, Read)]);

const TABLES: [Table; 6] = [
    (
        "questions",
        "place",
        &[
            ("question_id", ID),
            ("written_at", TIME),
            ("reported", FLAG),
            ("helpful", COUNT),
            ("body", TEXT),
            ("name", TEXT),
            ("email", TEXT),
        ],
    ),
    (
        "answers",
        "place",
        &[
            ("answer_id", ID),
            ("question_id", ID),
            ("written_at", TIME),
            ("reported", FLAG),
            ("helpful", COUNT),
            ("body", TEXT),
            ("name", TEXT),
            ("email", TEXT),
        ],
    ),
    ("photos", "place", &[("photo_id", ID), ("answer_id", ID), ("url", TEXT)]),
    ("marks", "place", &[("helpful", COUNT), ("reported", FLAG)]),
    (
        "submissions",
        "number",
        &[("digest", DIGEST), ("expires_at, question_id, answer_id, review_id, content", EARLIER)],
    ),
    ("far_products", "product_number", &[("product_id", ID)]),
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
        note(check_values(connection, table, report))?;
    }
    for error in unread {
        report(Finding(error));
    }
    counts(connection)
}

/// Reads every value of a table, by the same code as for a list.
fn check_values(
    connection: &Connection,
    (table, key, columns): Table,
    report: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let sql = format!("SELECT {key}, {} FROM {table}", names.join(", "));
    let mut statement = connection.prepare(&sql).reading()?;
    let mut rows = statement.query([]).reading()?;
    let mut findings = 0;
    while let Some(row) = rows.next().reading()? {
        let read = |row| (1..).zip(columns).try_for_each(|(index, (name, read))| read(row, index, name));
        if let Err(error) = Columns::new(row, table).and_then(read) {
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
