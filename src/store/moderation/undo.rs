//! Taking decisions back: the state before comes back, and what the row waited for, with reports
//! and appeals that a decision had ended. It is a decision of its own. What decisions keep for this
//! is written by `decisions`.

use super::decisions::{Ruling, Standing, rule};
use super::kept::{self, Kept};
use super::log;
use super::rows::Rows;
use super::sql::{NamedCells, Sql, Value};
use super::{Decision, Moderated, QueueClass};
use crate::domain::{Actor, Reason, State, Timestamp};
use crate::store::columns;

/// What was kept of a row before a decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// What it waited for.
    pub(super) class: Option<QueueClass>,
    since: Timestamp,
    reports: u64,
    is_approved: bool,
    /// The decision before.
    decision_id: Option<u64>,
    /// How many of its reports went on to count behind the decision.
    left_reports: u64,
}

impl Before {
    /// What a decision keeps of the time before it.
    pub(super) fn find<S: Sql>(sql: &mut S, decision_id: u64) -> Result<Option<Self>, S::Error> {
        let query = "SELECT was_class, was_since, was_reports, was_approved, was_decision, left_reports, \
                     decision_id FROM decisions WHERE decision_id = $1";
        let rows = sql.query(query, &[Value::count(decision_id)])?;
        let Some(cells) = rows.first() else { return Ok(None) };
        let row = NamedCells::new(cells, "decisions", 6);
        Ok(Some(Self {
            class: row.optional_number(0, "was_class", kept::class)?,
            since: row.number(1, "was_since", columns::time)?,
            reports: row.number(2, "was_reports", columns::number)?,
            is_approved: row.number(3, "was_approved", columns::flag)?,
            decision_id: row.optional_number(4, "was_decision", columns::number)?,
            left_reports: row.number(5, "left_reports", columns::number)?,
        }))
    }

    /// What the row waits for again, in this state, with reports that came since.
    fn standing(&self, to: State, new_reports: u64, now: Timestamp) -> Standing {
        let class = match to {
            State::Pending => Some(QueueClass::Pending),
            // The row itself may have said otherwise before.
            _ => self.class.filter(|class| class.fits(to)),
        };
        Standing {
            class,
            since: if class.is_some() && class == self.class { self.since } else { now },
            reports: self.reports + new_reports,
            is_approved: self.is_approved,
        }
    }
}

/// Takes a decision back, if it is the row's last one.
pub(super) fn undo<R: Rows>(
    rows: &mut R,
    decision_id: u64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Moderated, R::Error> {
    let Some(decision) = log::find(rows, decision_id)? else { return Ok(Moderated::NotFound) };
    let Some(found) = rows.find(decision.target)? else { return Ok(Moderated::NotFound) };
    let mut kept = Kept::load(rows, decision.target, found)?;
    let is_last = kept.decision_id == Some(decision_id) && kept.state == decision.to;
    if !is_last || kept.erased_at.is_some() {
        return Ok(Moderated::Superseded(kept.state, kept.revision));
    }
    let before = before(rows, &decision, &mut kept)?;
    let ruling = Ruling {
        undoes: Some(decision_id),
        standing: before.map(|before| {
            let new_reports = kept.reports.saturating_sub(before.left_reports);
            before.standing(decision.from, new_reports, now)
        }),
        ..Ruling::new(decision.from, Reason::Undo, actor, now)
    };
    let done = rule(rows, found, &mut kept, &ruling)?;
    if let Some(appealed) = before.and_then(|before| before.decision_id)
        && kept.class == Some(QueueClass::Appealed)
    {
        // The appeal waits again. It is found by the row's last decision, which is this one.
        let statement = "UPDATE appeals SET decision_id = $1 WHERE decision_id = $2";
        rows.query(statement, &[Value::count(done.decision_id), Value::count(appealed)])?;
    }
    Ok(Moderated::Undone(done))
}

/// What comes back, and the reports as if the decision had not been. Who takes back what reports
/// did has looked at the row and decides against them: nothing comes back then.
fn before<S: Sql>(sql: &mut S, decision: &Decision, kept: &mut Kept) -> Result<Option<Before>, S::Error> {
    if !decision.actor.is_somebody() {
        return Ok(None);
    }
    let before = Before::find(sql, decision.decision_id)?;
    if let Some(before) = &before {
        let new_reports = kept.reports.saturating_sub(before.left_reports);
        kept.reports -= forget_repeated(sql, kept, before.reports, new_reports)?.min(new_reports);
    }
    Ok(before)
}

/// Removes those of the new reports whose reporters are among the earlier ones: they count once.
/// Returns how many these were.
fn forget_repeated<S: Sql>(sql: &mut S, kept: &Kept, earlier: u64, new: u64) -> Result<u64, S::Error> {
    if earlier == 0 || new == 0 {
        return Ok(0);
    }
    let of_row = "FROM reports WHERE row_id = $1 AND kind = $2 ORDER BY report_id DESC";
    let statement = format!(
        "DELETE FROM reports WHERE report_id IN
             (SELECT n.report_id FROM (SELECT report_id, reporter {of_row} LIMIT {new}) AS n
              WHERE n.reporter IN
                  (SELECT e.reporter FROM (SELECT reporter {of_row} LIMIT {earlier} OFFSET {new}) AS e
                   WHERE e.reporter IS NOT NULL))
         RETURNING report_id"
    );
    Ok(sql.query(&statement, &kept::key(kept.target))?.len() as u64)
}
