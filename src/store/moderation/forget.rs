//! What is forgotten of a person when their rows are erased: what others wrote about these rows,
//! who wrote them, the person's own votes and reports. Decisions stay, so that a thread's history
//! can be followed, and so do the votes that lists show.

use super::kind_number;
use super::sql::{Sql, Value};
use crate::domain::{Digest, Target};

/// What is run for each row: `$1` is its kind and `$2` its id.
const OF_ROW: [&str; 4] = [
    "UPDATE decisions SET note = NULL WHERE row_id = $2 AND kind = $1",
    "UPDATE reports SET note = NULL WHERE row_id = $2 AND kind = $1",
    "UPDATE appeals SET note = '' WHERE row_id = $2 AND kind = $1",
    "UPDATE moderation_items
     SET author = NULL, is_identified = 0, client = NULL, text_digest = NULL, findings = '[]'
     WHERE row_id = $2 AND kind = $1",
];

/// What is run for a subject: `$1` is the digest.
const OF_SUBJECT: [&str; 2] = [
    "DELETE FROM identified_votes WHERE voter = $1",
    "UPDATE reports SET reporter = NULL, note = NULL WHERE reporter = $1",
];

/// Forgets it in the session's open transaction.
pub(crate) fn forget_person<S: Sql>(
    sql: &mut S,
    rows: impl Iterator<Item = Target>,
    subject: Option<Digest>,
) -> Result<(), S::Error> {
    for target in rows {
        let values = [Value::from(i64::from(kind_number(target))), Value::count(target.row_id())];
        for statement in OF_ROW {
            sql.query(statement, &values)?;
        }
    }
    if let Some(subject) = &subject {
        for statement in OF_SUBJECT {
            sql.query(statement, &[subject.into()])?;
        }
    }
    Ok(())
}
