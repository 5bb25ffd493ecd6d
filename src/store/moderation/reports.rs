//! Reports: counting them, and hiding what was reported often enough. Who reports is a digest; who
//! it stands for is not known here.

use super::decisions::{Ruling, rule};
use super::kept::{self, Kept};
use super::rows::Rows;
use super::sql::{Sql, Value};
use super::{Moderated, QueueClass, Report, kind_number};
use crate::domain::{Actor, AuthorRole, Digest, Reason, State};

/// Most reports of one row that are kept between two decisions of people. A row of the seller's is
/// never hidden by reports, so that without a limit there could be any number.
const MAX_KEPT_REPORTS: u64 = 1_000;

/// How many times as many reports it takes once a person approved the row.
const APPROVED_FACTOR: u64 = 3;

/// Counts a report and hides the row if it is the last one that it takes; then it waits for a
/// person to look at it. Reports of a row that is
/// not public change nothing.
pub(super) fn report<R: Rows>(rows: &mut R, report: &Report) -> Result<Moderated, R::Error> {
    let Some(found) = rows.find(report.target)? else { return Ok(Moderated::NotFound) };
    let product_id = found.product_id;
    if !found.is_public {
        return Ok(Moderated::Reported { product_id, is_hidden: false });
    }
    let mut kept = Kept::load(rows, report.target, found)?;
    let is_counted = kept.reports < MAX_KEPT_REPORTS && !has_reported(rows, report, kept.reports)?;
    if is_counted {
        add(rows, &kept, report)?;
        kept.reports += 1;
    }
    let factor = if kept.is_approved { APPROVED_FACTOR } else { 1 };
    let is_hidden =
        kept.role != AuthorRole::Seller && kept.reports >= u64::from(report.threshold.max(1)) * factor;
    if is_hidden {
        let ruling = Ruling::new(State::Hidden, Reason::Reported, &Actor::System, report.now);
        rule(rows, found, &mut kept, &ruling)?;
    } else if is_counted {
        if !kept.class.is_some_and(|class| class.fits(State::Published)) {
            (kept.class, kept.since) = (Some(QueueClass::Reported), report.now);
        }
        kept.save(rows)?;
    }
    Ok(Moderated::Reported { product_id, is_hidden })
}

/// Whether the reporter has reported the row since the last decision of a person. Each report that
/// is counted is a row, so that those since then are the last `counted` ones.
fn has_reported<S: Sql>(sql: &mut S, report: &Report, counted: u64) -> Result<bool, S::Error> {
    let Some(reporter) = &report.reporter else { return Ok(false) };
    let [row_id, kind] = kept::key(report.target);
    let query = format!(
        "SELECT reporter FROM
             (SELECT reporter FROM reports WHERE row_id = $1 AND kind = $2
              ORDER BY report_id DESC LIMIT {counted}) AS counted
         WHERE reporter = $3 LIMIT 1"
    );
    Ok(!sql.query(&query, &[row_id, kind, reporter.into()])?.is_empty())
}

fn add<S: Sql>(sql: &mut S, kept: &Kept, report: &Report) -> Result<(), S::Error> {
    let reporter = report.reporter.as_ref().map(Digest::as_bytes);
    sql.query(
        "INSERT INTO reports (product_id, kind, row_id, at, reporter, is_of_address, reason, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            Value::id(kept.product_id),
            i64::from(kind_number(report.target)).into(),
            kept::row_id(report.target).into(),
            Value::time(report.now),
            Value::Bytes(reporter.map(<[u8; 16]>::as_slice)),
            Value::flag(report.is_of_address),
            Value::Text(report.reason.map(Reason::name)),
            Value::Text(report.note.as_deref()),
        ],
    )?;
    Ok(())
}
