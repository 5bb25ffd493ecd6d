//! Appeals: the author of a row that was rejected or hidden asks for another look, once for each
//! decision. The state stays; the row waits in the queue.

use super::kept::{self, Kept};
use super::rows::Rows;
use super::sql::Value;
use super::undo::Before;
use super::{Moderated, QueueClass, kind_number};
use crate::domain::{Digest, State, Target, Timestamp};

/// Puts a row in the queue, if `author` wrote it.
pub(super) fn appeal<R: Rows>(
    rows: &mut R,
    target: Target,
    author: &Digest,
    note: &str,
    now: Timestamp,
) -> Result<Moderated, R::Error> {
    let Some(found) = rows.find(target)? else { return Ok(Moderated::NotFound) };
    let mut kept = Kept::load(rows, target, found)?;
    if kept.author.as_ref() != Some(author) || !kept.is_identified {
        return Ok(Moderated::NotTheAuthor);
    }
    let is_taken_down = matches!(kept.state, State::Rejected | State::Hidden) && kept.erased_at.is_none();
    let Some(decision_id) = kept.decision_id.filter(|_| is_taken_down) else {
        return refused(rows, &kept);
    };
    let added = rows.query(
        "INSERT INTO appeals (decision_id, product_id, kind, row_id, at, note) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (decision_id) DO NOTHING RETURNING decision_id",
        &[
            Value::count(decision_id),
            Value::id(kept.product_id),
            i64::from(kind_number(target)).into(),
            kept::row_id(target).into(),
            Value::time(now),
            note.into(),
        ],
    )?;
    if added.is_empty() {
        return Ok(Moderated::AppealedBefore);
    }
    (kept.class, kept.since) = (Some(QueueClass::Appealed), now);
    kept.save(rows)?;
    Ok(Moderated::Done)
}

/// Why nothing is appealed against: the last decision answered an appeal, or there is none.
fn refused<R: Rows>(rows: &mut R, kept: &Kept) -> Result<Moderated, R::Error> {
    let before = match kept.decision_id {
        Some(decision_id) => Before::find(rows, decision_id)?,
        None => None,
    };
    let is_answered = before.is_some_and(|before| before.class == Some(QueueClass::Appealed));
    Ok(if is_answered { Moderated::AppealedBefore } else { Moderated::NothingToAppeal })
}
