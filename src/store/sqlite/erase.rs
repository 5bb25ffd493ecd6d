//! Erasing what belongs to a person: names, addresses, texts and photos, in one transaction. The
//! rows stay. The former texts are overwritten in the file as well. Finding the rows is not done
//! here.

use std::collections::HashSet;

use rusqlite::{Connection, TransactionBehavior};

use super::decode::Columns;
use super::failure::Failure;
use super::moderation::SqliteRows;
use super::place::ProductNumber;
use super::schema;
use super::statement::execute;
use super::submissions::earlier;
use crate::domain::{AnswerId, Id as _, Kind, QuestionId, ReviewId, Target};
use crate::store::moderation::forget::forget_person;
use crate::store::{Counts, ERASED_BODY, ERASED_NAME, PersonRows, RecordRow, StoreError, photographed};

/// Erases the rows that are still the person's.
pub(super) fn erase(mut connection: Connection, person: &PersonRows) -> Result<Counts, StoreError> {
    // Not only out of sight: SQLite writes zeros over what it no longer needs.
    connection.pragma_update(None, "secure_delete", true).writing()?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).writing()?;
    let mut erased = Counts::default();
    let mut gone = HashSet::new();
    for batch in person.batches() {
        let kind = batch.kind();
        let Some(email) = kind.email_column() else { continue };
        for row in batch.rows() {
            let id = row.value(kind.id_column().expect("rows with an author have an id"));
            if anonymize(&transaction, kind, id, row.text(email))? {
                erased.add(kind, 1);
                gone.extend(target(kind, id));
                erase_photos(&transaction, kind, id, row, &mut erased)?;
            }
        }
    }
    if gone.is_empty() && person.votes.is_empty() && person.reports.is_empty() {
        // Servers take a commit, and even an emptied log, for a change of everything.
        return Ok(erased);
    }
    forget_submissions(&transaction, &gone)?;
    forget_person(&mut SqliteRows(&transaction), gone.iter().copied(), person.subject)?;
    schema::require_in_place(&transaction)?;
    transaction.commit().committing()?;
    // The log still has the former pages until it is folded into the file. Under a server it is
    // overwritten later.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "erased, but the write-ahead log could not be folded into the file");
    }
    Ok(erased)
}

/// What submissions call a row.
fn target(kind: Kind, id: u64) -> Option<Target> {
    match kind {
        Kind::Question => QuestionId::new(id).ok().map(Target::Question),
        Kind::Answer => AnswerId::new(id).ok().map(Target::Answer),
        Kind::Review => ReviewId::new(id).ok().map(Target::Review),
        _ => None,
    }
}

/// Whether there was such a row.
fn anonymize(connection: &Connection, kind: Kind, id: u64, email: &str) -> Result<bool, StoreError> {
    let columns = kind.definition().columns;
    let id_name = columns[kind.id_column().expect("rows with an author have an id")].name;
    // A heading says as much as a text, and may be empty.
    let heading = if columns.iter().any(|column| column.name == "summary") { ", summary = ''" } else { "" };
    let sql = format!(
        "UPDATE {} SET name = ?3, email = '', body = ?4{heading} WHERE {id_name} = ?1 AND email = ?2",
        kind.definition().table
    );
    let rows = execute(connection, &sql, (id.cast_signed(), email, ERASED_NAME, ERASED_BODY))?;
    Ok(rows > 0)
}

/// Deletes the photos of a row.
fn erase_photos(
    connection: &Connection,
    kind: Kind,
    id: u64,
    row: RecordRow<'_>,
    erased: &mut Counts,
) -> Result<(), StoreError> {
    let Some(number) = ProductNumber::find(connection, row.product_id())? else { return Ok(()) };
    let (first, last) = number.places();
    for photos in Kind::all() {
        let Some((_, column)) = photographed(photos).filter(|(parent, _)| *parent == kind) else { continue };
        let definition = photos.definition();
        let sql = format!(
            "DELETE FROM {} WHERE place BETWEEN ?1 AND ?2 AND {} = ?3",
            definition.table, definition.columns[column].name
        );
        erased.add(photos, execute(connection, &sql, (first, last, id.cast_signed()))? as u64);
    }
    Ok(())
}

/// Deletes the digests of erased texts and addresses.
fn forget_submissions(connection: &Connection, gone: &HashSet<Target>) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare(
            "SELECT number, digest, expires_at, question_id, answer_id, review_id, content FROM submissions",
        )
        .reading()?;
    let mut rows = statement.query([]).reading()?;
    let mut numbers = Vec::new();
    while let Some(row) = rows.next().reading()? {
        let columns = Columns::new(row, "submissions")?;
        if gone.contains(&earlier(columns)?.row) {
            numbers.push(columns.place());
        }
    }
    for number in numbers {
        execute(connection, "DELETE FROM submissions WHERE number = ?1", [number])?;
    }
    Ok(())
}
