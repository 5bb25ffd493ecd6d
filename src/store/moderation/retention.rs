//! Erasing what has been rejected for long, and forgetting who reported. The ids of erased rows
//! stay, so that they never come again. How long is long is not known here.

use super::kept::{self, Kept};
use super::rows::Rows;
use super::sql::{NamedCells, Sql, Value};
use super::{Moderated, kind_number};
use crate::domain::{State, Target, Timestamp};
use crate::store::StoreError;

/// Erases rows whose last decision is older than `rejected_before`, and forgets the digests of
/// addresses in reports that are older than `reported_before`; at most `limit` of each.
pub(super) fn retain<R: Rows>(
    rows: &mut R,
    rejected_before: Timestamp,
    reported_before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> Result<Moderated, R::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    rows.query(
        "UPDATE reports SET reporter = NULL WHERE report_id IN
             (SELECT report_id FROM reports WHERE is_of_address = 1 AND reporter IS NOT NULL AND at < $1
              ORDER BY at LIMIT $2)",
        &[Value::time(reported_before), limit.into()],
    )?;
    let mut targets = rejected(rows, rejected_before, limit)?;
    targets.sort_unstable();
    rows.lock(&targets)?;
    let mut erased = 0;
    for target in targets {
        let Some(found) = rows.find(target)? else {
            // The row is gone, so that nothing is left to be erased.
            if let Some(kept) = Kept::find(rows, target)? {
                forget(rows, &kept, now)?;
            }
            continue;
        };
        let mut kept = Kept::load(rows, target, found)?;
        if kept.state != State::Rejected {
            // The row itself says otherwise, and is right.
            kept.save(rows)?;
        } else if kept.erased_at.is_none() && kept.since < rejected_before {
            rows.empty(target, found.product_id)?;
            forget(rows, &kept, now)?;
            erased += 1;
        }
    }
    Ok(Moderated::Retained(erased))
}

/// Rows that were rejected before then and are not erased, the oldest first.
fn rejected<S: Sql>(sql: &mut S, before: Timestamp, limit: i64) -> Result<Vec<Target>, S::Error> {
    let rows = sql.query(
        "SELECT row_id, kind FROM moderation_items WHERE state = 2 AND erased_at IS NULL AND since < $1
         ORDER BY since LIMIT $2",
        &[Value::time(before), limit.into()],
    )?;
    let targets = rows.iter().map(|cells| {
        let row = NamedCells::new(cells, "moderation_items", 0);
        let id = row.number(0, "row_id", |id| Ok(id.cast_unsigned()))?;
        row.number(1, "kind", |kind| kept::target(kind, id))
    });
    Ok(targets.collect::<Result<_, StoreError>>()?)
}

/// Erases what moderation has kept of a row's texts and of people.
fn forget<S: Sql>(sql: &mut S, kept: &Kept, now: Timestamp) -> Result<(), S::Error> {
    let [row_id, kind] = kept::key(kept.target);
    sql.query(
        "UPDATE moderation_items
         SET erased_at = $4, class = NULL, findings = '[]', author = NULL, is_identified = 0, client = NULL,
             text_digest = NULL
         WHERE product_id = $1 AND kind = $2 AND row_id = $3",
        &[Value::id(kept.product_id), i64::from(kind_number(kept.target)).into(), row_id, Value::time(now)],
    )?;
    let of_row = "WHERE row_id = $1 AND kind = $2";
    sql.query(&format!("UPDATE reports SET reporter = NULL, note = NULL {of_row}"), &[row_id, kind])?;
    sql.query(&format!("UPDATE appeals SET note = '' {of_row}"), &[row_id, kind])?;
    Ok(())
}
