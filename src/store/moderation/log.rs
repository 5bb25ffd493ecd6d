//! The log of decisions: reading it. Adding to it is `decisions`'.

use super::kept;
use super::sql::{Cells, NamedCells, Sql, Value};
use super::{Decision, MAX_DECIDED_ITEMS};
use crate::domain::{Actor, Digest, Reason, Target};
use crate::store::{StoreError, columns};

const COLUMNS: &str = "decision_id, at, product_id, kind, row_id, actor_kind, actor, from_state, to_state, \
     reason, note, legal_ground, undoes, revision";

/// Most decisions of a page.
pub(super) const MAX_PAGE_DECISIONS: usize = 1_000;

/// A decision.
pub(super) fn find<S: Sql>(sql: &mut S, decision_id: u64) -> Result<Option<Decision>, S::Error> {
    let query = format!("SELECT {COLUMNS} FROM decisions WHERE decision_id = $1");
    let rows = sql.query(&query, &[Value::count(decision_id)])?;
    Ok(rows.first().map(read).transpose()?)
}

/// The decisions that a request made.
pub(super) fn of_request<S: Sql>(sql: &mut S, request: &Digest) -> Result<Vec<Decision>, S::Error> {
    let query = format!("SELECT {COLUMNS} FROM decisions WHERE request = $1 ORDER BY decision_id LIMIT $2");
    let limit = i64::try_from(MAX_DECIDED_ITEMS).unwrap_or(i64::MAX);
    Ok(read_all(&sql.query(&query, &[request.into(), limit.into()])?)?)
}

/// A page of the log, the newest first.
pub(super) fn page<S: Sql>(
    sql: &mut S,
    target: Option<Target>,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Decision>, S::Error> {
    let limit = i64::try_from(limit.min(MAX_PAGE_DECISIONS)).unwrap_or(i64::MAX);
    let before = before.unwrap_or(u64::MAX >> 1).min(u64::MAX >> 1);
    let end = "ORDER BY decision_id DESC LIMIT $2";
    let rows = match target {
        None => {
            let query = format!("SELECT {COLUMNS} FROM decisions WHERE decision_id < $1 {end}");
            sql.query(&query, &[Value::count(before), limit.into()])?
        }
        Some(target) => {
            let [row_id, kind] = kept::key(target);
            let query = format!(
                "SELECT {COLUMNS} FROM decisions WHERE decision_id < $1 AND row_id = $3 AND kind = $4 {end}"
            );
            sql.query(&query, &[Value::count(before), limit.into(), row_id, kind])?
        }
    };
    Ok(read_all(&rows)?)
}

fn read_all(rows: &[Cells]) -> Result<Vec<Decision>, StoreError> {
    rows.iter().map(read).collect()
}

fn read(cells: &Cells) -> Result<Decision, StoreError> {
    let row = NamedCells::new(cells, "decisions", 0);
    let id = row.number(4, "row_id", |id| Ok(id.cast_unsigned()))?;
    let actor = row.optional_text(6, "actor")?;
    Ok(Decision {
        decision_id: row.number(0, "decision_id", columns::number)?,
        at: row.number(1, "at", columns::time)?,
        product_id: row.number(2, "product_id", columns::id)?,
        target: row.number(3, "kind", |kind| kept::target(kind, id))?,
        actor: row.text(5, "actor_kind", |kind| Actor::of(kind, actor))?,
        from: row.number(7, "from_state", kept::state)?,
        to: row.number(8, "to_state", kept::state)?,
        reason: row.text(9, "reason", Reason::parse)?,
        note: row.optional_text(10, "note")?.map(str::to_owned),
        legal_ground: row.optional_text(11, "legal_ground")?.map(str::to_owned),
        undoes: row.optional_number(12, "undoes", columns::number)?,
        revision: row.number(13, "revision", columns::number)?,
    })
}
