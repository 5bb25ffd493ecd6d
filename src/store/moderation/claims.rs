//! What moderators do with a row without changing its state: claiming it for a while, which is
//! advice to others and no lock, and pinning it.

use super::Moderated;
use super::kept::Kept;
use super::rows::Rows;
use crate::domain::{Actor, Target, Timestamp};

/// Claims a row until then, or longer if it was the same one's already.
pub(super) fn claim<R: Rows>(
    rows: &mut R,
    target: Target,
    actor: &Actor,
    until: Timestamp,
    now: Timestamp,
) -> Result<Moderated, R::Error> {
    let Some(found) = rows.find(target)? else { return Ok(Moderated::NotFound) };
    let mut kept = begin(Kept::load(rows, target, found)?, now);
    if let Some((other, until)) = kept.claimed_by_other(actor, now) {
        return Ok(Moderated::ClaimedBy(other, until));
    }
    kept.claimed = Some((actor.clone(), until));
    kept.save(rows)?;
    Ok(Moderated::Done)
}

/// Ends a claim. One of somebody else stays.
pub(super) fn unclaim<R: Rows>(rows: &mut R, target: Target, actor: &Actor) -> Result<Moderated, R::Error> {
    let Some(found) = rows.find(target)? else { return Ok(Moderated::NotFound) };
    let mut kept = Kept::load(rows, target, found)?;
    if kept.claimed.as_ref().is_some_and(|(claimed_by, _)| claimed_by == actor) {
        kept.claimed = None;
        kept.save(rows)?;
    }
    Ok(Moderated::Done)
}

/// Pins a row, or no longer.
pub(super) fn feature<R: Rows>(
    rows: &mut R,
    target: Target,
    since: Option<Timestamp>,
) -> Result<Moderated, R::Error> {
    let Some(found) = rows.find(target)? else { return Ok(Moderated::NotFound) };
    let mut kept = Kept::load(rows, target, found)?;
    if let Some(since) = since {
        kept = begin(kept, since);
    }
    if kept.featured_at.is_some() != since.is_some() {
        kept.featured_at = since;
        kept.save(rows)?;
    }
    Ok(Moderated::Done)
}

/// A row of which nothing was kept begins to be known now.
fn begin(mut kept: Kept, now: Timestamp) -> Kept {
    if kept.is_new() {
        kept.since = now;
    }
    kept
}
