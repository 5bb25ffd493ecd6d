//! Reading the whole file for what must not be: damaged pages, rows without their parents, counters
//! behind the largest id, sums that do not add up, values that no list could show. It changes
//! nothing, and goes on behind what it cannot read.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::bulk::is_kept;
use super::check_sums::check_sums;
use super::counts::counts;
use super::decode::Columns;
use super::failure::Failure;
use super::rules::{has_unique_index, rules};
use super::submissions::earlier;
use crate::domain::{Holds, Kind, QuestionId, Texts};
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, SeenIds, StoreError};

/// Reads one value of a row.
type Read = fn(Columns<'_>, usize, &'static str) -> Result<(), StoreError>;

const ID: Read = |row, index, column| row.id::<QuestionId>(index, column).map(drop);
const FLAG: Read = |row, index, column| row.flag(index, column).map(drop);
const COUNT: Read = |row, index, column| row.count(index, column).map(drop);
const STATE: Read = |row, index, column| row.is_hidden_state(index, column).map(drop);
const DIGEST: Read = |row, index, column| row.digest(index, column).map(drop);
/// The columns of a submission behind its digest, which depend on each other.
const EARLIER: Read = |row, _, _| earlier(row).map(drop);

/// A table that belongs to no kind: its name, its key, and its columns with what they hold.
type Table = (&'static str, &'static str, &'static [(&'static str, Read)]);

const TABLES: [Table; 4] = [
    ("marks", "place", &[("helpful", COUNT), ("withdrawn", COUNT), ("reported", FLAG)]),
    (
        "review_marks",
        "place",
        &[("helpful", COUNT), ("withdrawn", COUNT), ("state", STATE), ("revision", COUNT)],
    ),
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
    for rule in rules() {
        let sql = format!("{rule} LIMIT {MAX_FINDINGS_PER_KIND}");
        note(each_text(connection, &sql, &mut |line| report(Finding(line))))?;
    }
    for kind in Kind::all() {
        note(check_rows(connection, kind, report))?;
    }
    for (table, key, columns) in TABLES {
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        let read = |row: Columns<'_>| {
            (1..).zip(columns).try_for_each(|(index, (name, read))| read(row, index, name))
        };
        note(check_values(connection, table, (key, &names), report, read))?;
    }
    note(check_sums(connection, report))?;
    for error in unread {
        report(Finding(error));
    }
    counts(connection)
}

/// Reads every value of the rows of a kind, by the same code as for a dump, and looks for ids that
/// are there twice where no index does.
fn check_rows(
    connection: &Connection,
    kind: Kind,
    report: &mut dyn FnMut(Finding),
) -> Result<(), StoreError> {
    let columns = || kind.definition().columns.iter().filter(|column| is_kept(column));
    let names: Vec<_> = columns().map(|column| column.name).collect();
    let own_id = columns().position(|column| column.holds == Holds::OwnId);
    let own_id = own_id.filter(|_| !has_unique_index(kind));
    let (mut texts, mut seen, mut repeated) = (Texts::default(), SeenIds::default(), Vec::new());
    check_values(connection, kind.definition().table, ("place", &names), report, |row| {
        texts.clear();
        for (index, column) in columns().enumerate() {
            let value = row.value(index + 1, column, &mut texts)?;
            if own_id == Some(index) && !seen.insert(value) && repeated.len() < MAX_FINDINGS_PER_KIND as usize
            {
                repeated.push(value);
            }
        }
        Ok(())
    })?;
    for id in repeated {
        report(Finding(format!("{}: the id {id} is there more than once", kind.definition().table)));
    }
    Ok(())
}

/// Runs `read` on every row of a table, whose first column is the key.
fn check_values(
    connection: &Connection,
    table: &'static str,
    (key, names): (&str, &[&str]),
    report: &mut dyn FnMut(Finding),
    mut read: impl FnMut(Columns<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT {key}, {} FROM {table}", names.join(", "));
    let mut statement = connection.prepare(&sql).reading()?;
    let mut rows = statement.query([]).reading()?;
    let mut findings = 0;
    while let Some(row) = rows.next().reading()? {
        if let Err(error) = Columns::new(row, table).and_then(&mut read) {
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
