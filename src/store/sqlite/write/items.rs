//! What moderation keeps of a new row from its beginning: who wrote it, and why it waits. The row
//! itself is `rows`'.

use rusqlite::Connection;

use crate::domain::{Digest, Id as _, Origin, State, Timestamp};
use crate::store::moderation::findings::write_findings;
use crate::store::moderation::{QueueClass, kind_number};
use crate::store::sqlite::statement::execute;
use crate::store::{Outcome, StoreError};

const ADD: &str = "INSERT INTO moderation_items
         (product_id, kind, row_id, state, revision, class, since, reports, is_approved, findings,
          author, is_identified, role, is_verified_buyer, client, text_digest, posted_at)
     VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 0, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?6)";

/// Adds the item of a row that was just added.
pub(super) fn add_item(
    connection: &Connection,
    outcome: Outcome,
    written_at: Timestamp,
    origin: &Origin,
) -> Result<(), StoreError> {
    let Some((product_id, target)) = outcome.added_to() else { return Ok(()) };
    let class = (origin.state == State::Pending).then_some(QueueClass::Pending as i64);
    execute(
        connection,
        ADD,
        (
            product_id.get().cast_signed(),
            kind_number(target),
            target.row_id().cast_signed(),
            origin.state.number().cast_signed(),
            class,
            written_at.milliseconds(),
            write_findings(&origin.findings),
            bytes(origin.author.as_ref()),
            origin.is_identified,
            origin.role as i64,
            origin.is_verified_buyer,
            bytes(origin.client.as_ref()),
            bytes(origin.text.as_ref()),
        ),
    )?;
    Ok(())
}

fn bytes(digest: Option<&Digest>) -> Option<&[u8]> {
    digest.map(|digest| digest.as_bytes().as_slice())
}
