//! Rows as moderators see them: what was kept, the texts, reports, appeals and how the author's
//! other rows fared. A page of rows takes a few statements, however many rows it has.

use std::collections::HashMap;

use super::authors;
use super::kept::{self, Kept};
use super::log;
use super::rows::{ReadRow, Rows};
use super::sql::{NamedCells, Sql, Value};
use super::{Item, MAX_DECIDED_ITEMS, ModerationAnswer, ReportSeen};
use crate::domain::{Digest, Reason, Target};
use crate::store::columns;

/// Most reports of a row that are shown.
const MAX_SHOWN_REPORTS: u64 = 20;

/// Most decisions of a row that are shown with it.
const MAX_SHOWN_DECISIONS: usize = MAX_DECIDED_ITEMS;

/// A row with its history.
pub(super) fn item<R: Rows>(rows: &mut R, target: Target) -> Result<ModerationAnswer, R::Error> {
    let Some(read) = rows.read(&[target])?.into_iter().next().flatten() else {
        return Ok(ModerationAnswer::NotFound);
    };
    let mut kept = match Kept::find(rows, target)? {
        Some(kept) => kept,
        None => Kept::new(target, read.found.product_id),
    }
    .agreeing(read.found);
    if let Some(written_at) = read.texts.written_at.filter(|_| kept.is_new()) {
        kept.since = written_at;
    }
    let decisions = log::page(rows, Some(target), None, MAX_SHOWN_DECISIONS)?;
    let mut items = items(rows, vec![(kept, read)])?;
    Ok(items
        .pop()
        .map_or(ModerationAnswer::NotFound, |item| ModerationAnswer::Item(Box::new(item), decisions)))
}

/// The author and the product of a row.
pub(super) fn author_of<R: Rows>(rows: &mut R, target: Target) -> Result<ModerationAnswer, R::Error> {
    let Some(read) = rows.read(&[target])?.into_iter().next().flatten() else {
        return Ok(ModerationAnswer::NotFound);
    };
    let author = Kept::find(rows, target)?.and_then(|kept| kept.author);
    Ok(ModerationAnswer::AuthorOf { author, product_id: read.found.product_id })
}

/// Puts rows together with all that belongs to them.
pub(super) fn items<S: Sql>(sql: &mut S, rows: Vec<(Kept, ReadRow)>) -> Result<Vec<Item>, S::Error> {
    let mut authors: Vec<Digest> = rows.iter().filter_map(|(kept, _)| kept.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let author_counts = authors::counts(sql, &authors)?;
    let mut reports = reports_of(sql, &rows)?;
    let mut appeals = appeals_of(sql, &rows)?;
    let mut items = Vec::with_capacity(rows.len());
    for (kept, read) in rows {
        let findings = kept.findings()?;
        let counts = kept.author.and_then(|author| author_counts.get(&author).copied());
        items.push(Item {
            target: kept.target,
            product_id: kept.product_id,
            state: kept.state,
            revision: kept.revision,
            class: kept.class,
            since: kept.since,
            texts: read.texts,
            author: kept.author,
            role: kept.role,
            is_verified_buyer: kept.is_verified_buyer,
            author_rows: counts.unwrap_or_default(),
            findings,
            reports: reports.remove(&kept.target).unwrap_or_default(),
            report_count: kept.reports,
            appeal: kept.decision_id.and_then(|decision_id| appeals.remove(&decision_id)),
            claimed: kept.claimed,
            last_decision: kept.decision_id,
            featured: kept.featured_at,
            is_erased: kept.erased_at.is_some(),
        });
    }
    Ok(items)
}

/// The latest reports since the last decision of a person: each that was counted is a row, so that
/// they are the last ones.
fn reports_of<S: Sql>(
    sql: &mut S,
    rows: &[(Kept, ReadRow)],
) -> Result<HashMap<Target, Vec<ReportSeen>>, S::Error> {
    let mut seen: HashMap<Target, Vec<ReportSeen>> = HashMap::new();
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (kept, _) in rows.iter().filter(|(kept, _)| kept.reports > 0) {
        let (number, limit) = (values.len(), kept.reports.min(MAX_SHOWN_REPORTS));
        parts.push(format!(
            "SELECT row_id, kind, at, reason, note FROM
                 (SELECT row_id, kind, at, reason, note FROM reports WHERE row_id = ${} AND kind = ${}
                  ORDER BY report_id DESC LIMIT {limit}) AS r{number}",
            number + 1,
            number + 2
        ));
        values.extend(kept::key(kept.target));
    }
    if parts.is_empty() {
        return Ok(seen);
    }
    for cells in sql.query(&parts.join(" UNION ALL "), &values)? {
        let row = NamedCells::new(&cells, "reports", 0);
        let id = row.number(0, "row_id", |id| Ok(id.cast_unsigned()))?;
        let target = row.number(1, "kind", |kind| kept::target(kind, id))?;
        seen.entry(target).or_default().push(ReportSeen {
            reason: row.optional_text(3, "reason")?.and_then(Reason::parse),
            note: row.optional_text(4, "note")?.map(str::to_owned),
            at: row.number(2, "at", columns::time)?,
        });
    }
    Ok(seen)
}

/// What authors say against the last decisions.
fn appeals_of<S: Sql>(sql: &mut S, rows: &[(Kept, ReadRow)]) -> Result<HashMap<u64, String>, S::Error> {
    let values: Vec<Value<'_>> =
        rows.iter().filter_map(|(kept, _)| kept.decision_id).map(Value::count).collect();
    let mut notes = HashMap::new();
    if values.is_empty() {
        return Ok(notes);
    }
    let numbers: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
    let statement =
        format!("SELECT decision_id, note FROM appeals WHERE decision_id IN ({})", numbers.join(", "));
    for cells in sql.query(&statement, &values)? {
        let row = NamedCells::new(&cells, "appeals", 0);
        let decision_id = row.number(0, "decision_id", columns::number)?;
        notes.insert(decision_id, row.text(1, "note", |note| Some(note.to_owned()))?);
    }
    Ok(notes)
}
