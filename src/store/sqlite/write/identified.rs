//! Votes of identified shoppers: each has at most one for a row, and none for their own. Counters
//! are changed by `marks`.

use rusqlite::Connection;

use crate::domain::{Digest, Id as _, ProductId, Target};
use crate::store::StoreError;
use crate::store::moderation::kind_number;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::statement::execute;

/// What became of a vote, or of taking it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// The row is the voter's own.
    OwnRow,
    /// It was so before.
    Before,
    /// It counts from now on.
    Given,
    /// It counts no longer.
    TakenBack,
}

const IS_OWN: &str = "SELECT 1 FROM moderation_items WHERE row_id = ?1 AND kind = ?2 AND author = ?3";
const GIVE: &str = "INSERT INTO identified_votes (product_id, kind, row_id, voter) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO NOTHING";
const TAKE_BACK: &str = "DELETE FROM identified_votes
     WHERE product_id = ?1 AND kind = ?2 AND row_id = ?3 AND voter = ?4";

/// Keeps a vote for a row that is there, or takes it back.
pub(super) fn cast(
    connection: &Connection,
    product_id: ProductId,
    target: Target,
    voter: &Digest,
    takes_back: bool,
) -> Result<Cast, StoreError> {
    let (kind, row_id, voter) = (kind_number(target), target.row_id().cast_signed(), voter.as_bytes());
    let is_own = connection
        .prepare_cached(IS_OWN)
        .and_then(|mut statement| statement.exists((row_id, kind, voter)))
        .reading()?;
    if is_own {
        return Ok(Cast::OwnRow);
    }
    let vote = (product_id.get().cast_signed(), kind, row_id, voter);
    let (changed, outcome) = if takes_back {
        (execute(connection, TAKE_BACK, vote)?, Cast::TakenBack)
    } else {
        (execute(connection, GIVE, vote)?, Cast::Given)
    };
    Ok(if changed == 0 { Cast::Before } else { outcome })
}
