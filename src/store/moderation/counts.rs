//! How much waits and what was decided, counted from the table. Counting ends somewhere, so that a
//! table of any size is answered for in time.

use std::collections::HashMap;

use super::findings;
use super::sql::{NamedCells, Sql};
use super::{ClassCount, ModerationAnswer, ModerationCounts, QueueClass};
use crate::domain::{Reason, State, Timestamp};
use crate::store::columns;

/// Most rows of a state or a class that are counted.
const MAX_COUNTED_ROWS: usize = 1_000_000;

/// Most waiting rows whose reasons are counted: the first ones of the queue.
const MAX_COUNTED_REASONS: usize = 10_000;

/// Counts rows by class, state and reason.
pub(super) fn counts<S: Sql>(sql: &mut S) -> Result<ModerationAnswer, S::Error> {
    let mut counts = ModerationCounts::default();
    for (counted, class) in counts.queue.iter_mut().zip(QueueClass::ALL) {
        let class = class as usize;
        *counted = ClassCount { rows: count(sql, "class", class)?, oldest: oldest(sql, class)? };
    }
    for (counted, state) in counts.by_state.iter_mut().zip(State::ALL) {
        *counted = count(sql, "state", usize::try_from(state.number()).unwrap_or_default())?;
    }
    counts.by_reason = by_reason(sql)?;
    Ok(ModerationAnswer::Counts(counts))
}

fn count<S: Sql>(sql: &mut S, column: &str, number: usize) -> Result<u64, S::Error> {
    let statement = format!(
        "SELECT count(*) FROM
             (SELECT {column} FROM moderation_items WHERE {column} = {number} LIMIT {MAX_COUNTED_ROWS}) AS counted"
    );
    let rows = sql.query(&statement, &[])?;
    Ok(rows.first().map(|row| row.integer(0)).transpose()?.map_or(0, i64::cast_unsigned))
}

/// Since when the oldest row of a class waits.
fn oldest<S: Sql>(sql: &mut S, class: usize) -> Result<Option<Timestamp>, S::Error> {
    let statement = format!(
        "SELECT since FROM moderation_items WHERE class = {class} ORDER BY class, since, kind, row_id LIMIT 1"
    );
    let rows = sql.query(&statement, &[])?;
    let row = rows.first().map(|cells| NamedCells::new(cells, "moderation_items", 0));
    Ok(row.map(|row| row.number(0, "since", columns::time)).transpose()?)
}

/// The first reasons of waiting rows: of the report that came first, or what a rule noticed.
fn by_reason<S: Sql>(sql: &mut S) -> Result<Vec<(Reason, u64)>, S::Error> {
    let statement = format!(
        "SELECT i.row_id, i.findings, i.class,
                (SELECT r.reason FROM reports r WHERE r.row_id = i.row_id AND r.kind = i.kind
                 AND r.reason IS NOT NULL ORDER BY r.report_id DESC LIMIT 1)
         FROM (SELECT row_id, kind, findings, class FROM moderation_items WHERE class IS NOT NULL
               ORDER BY class, since, kind, row_id LIMIT {MAX_COUNTED_REASONS}) AS i"
    );
    let mut counts: HashMap<Reason, u64> = HashMap::new();
    for cells in sql.query(&statement, &[])? {
        let row = NamedCells::new(&cells, "moderation_items", 0);
        let noticed = row.text(1, "findings", Some)?;
        let noticed = findings::read_findings(noticed).map_err(|problem| row.damaged("findings", problem))?;
        let holding = noticed.iter().find(|finding| finding.holds).or(noticed.first());
        let reported = row.optional_text(3, "reason")?.and_then(Reason::parse);
        let reason = match row.number(2, "class", Ok)? {
            0 | 3 => Some(reported.unwrap_or(Reason::Reported)),
            1 => Some(Reason::Appeal),
            _ => holding.map(|finding| finding.reason),
        };
        if let Some(reason) = reason {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    Ok(counts)
}
