//! Checks all rows for damage: rows without parents, duplicate ids, values that no list can show,
//! sums that do not add up, sequences behind the largest id. Keys prevent some of it, unless an
//! operator dropped them. It reads one snapshot and changes nothing.

mod rules;

use super::connect::failure::Failure;
use super::connect::session::{Session, Unprepared};
use super::counts;
use crate::store::{Counts, Finding, MAX_FINDINGS_PER_KIND, StoreError};

const SETTINGS: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '256MB'; SET LOCAL plan_cache_mode = auto";

/// Applies all rules.
pub(super) fn check(
    session: &mut Session<Unprepared>,
    report: &mut dyn FnMut(Finding),
) -> Result<Counts, StoreError> {
    let counts = session.ask_patiently(async |client, _| {
        client.batch_execute(SETTINGS).await?;
        for rule in rules::all() {
            let sql = format!("{rule} LIMIT {MAX_FINDINGS_PER_KIND}");
            for row in client.query(&sql, &[]).await? {
                report(Finding(row.try_get(0)?));
            }
        }
        let counts = counts::count_all(client).await?;
        client.batch_execute("COMMIT").await?;
        Ok(counts)
    });
    counts.map_err(Failure::before_commit)
}
