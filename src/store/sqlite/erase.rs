//! Erasing what belongs to a person: names, addresses, texts and photos, in one transaction. The
//! rows stay. The former texts are overwritten in the file as well. Finding the rows is not done
//! here.

use std::collections::HashSet;

use rusqlite::{Connection, TransactionBehavior};

use super::decode::Columns;
use super::failure::Failure;
use super::place::ProductNumber;
use super::schema;
use super::statement::execute;
use super::submissions::earlier;
use crate::domain::Id;
use crate::domain::Target;
use crate::store::{Counts, ERASED_BODY, ERASED_NAME, PersonRows, StoreError};

/// Erases the rows that are still the person's.
pub(super) fn erase(mut connection: Connection, person: &PersonRows) -> Result<Counts, StoreError> {
    // Not only out of sight: SQLite writes zeros over what it no longer needs.
    connection.pragma_update(None, "secure_delete", true).writing()?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).writing()?;
    let mut erased = Counts::default();
    let mut gone = HashSet::new();
    for row in &person.questions.rows {
        let email = person.questions.texts.get(row.email);
        let sql =
            "UPDATE questions SET name = ?3, email = '', body = ?4 WHERE question_id = ?1 AND email = ?2";
        if anonymize(&transaction, sql, row.question_id.get(), email)? {
            erased.questions += 1;
            gone.insert(Target::Question(row.question_id));
        }
    }
    for row in &person.answers.rows {
        let email = person.answers.texts.get(row.email);
        let sql = "UPDATE answers SET name = ?3, email = '', body = ?4 WHERE answer_id = ?1 AND email = ?2";
        if !anonymize(&transaction, sql, row.answer_id.get(), email)? {
            continue;
        }
        erased.answers += 1;
        gone.insert(Target::Answer(row.answer_id));
        if let Some(number) = ProductNumber::find(&transaction, row.product_id)? {
            let (first, last) = number.places();
            let photos = execute(
                &transaction,
                "DELETE FROM photos WHERE place BETWEEN ?1 AND ?2 AND answer_id = ?3",
                (first, last, row.answer_id.get().cast_signed()),
            )?;
            erased.photos += photos as u64;
        }
    }
    if gone.is_empty() {
        // Servers take a commit, and even an emptied log, for a change of everything.
        return Ok(erased);
    }
    forget_submissions(&transaction, &gone)?;
    schema::require_in_place(&transaction)?;
    transaction.commit().committing()?;
    // The log still has the former pages until it is folded into the file. Under a server it is
    // overwritten later.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "erased, but the write-ahead log could not be folded into the file");
    }
    Ok(erased)
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

/// Whether there was such a row.
fn anonymize(connection: &Connection, sql: &str, id: u64, email: &str) -> Result<bool, StoreError> {
    let rows = execute(connection, sql, (id.cast_signed(), email, ERASED_NAME, ERASED_BODY))?;
    Ok(rows > 0)
}
