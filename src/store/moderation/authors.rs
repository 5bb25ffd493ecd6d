//! What is known of authors: how their rows fared, and what came from the same client or with the
//! same text. What follows from it is not decided here.

use std::collections::HashMap;
use std::time::Duration;

use super::kept;
use super::sql::{NamedCells, Sql, Value};
use super::{AuthorCounts, AuthorHistory, AuthorQuery, ModerationAnswer};
use crate::domain::{Digest, State, Timestamp};
use crate::store::columns;

const DAY: Duration = Duration::from_hours(24);

/// How many of an author's latest rows are looked at. A program may have any number.
pub(super) const MAX_AUTHOR_ROWS: usize = 200;

/// How many rows of a client, or with the same text, are looked at.
const MAX_SAME_ROWS: usize = 1_000;

/// How long before a time.
fn before(now: Timestamp, duration: Duration) -> i64 {
    let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    now.milliseconds().saturating_sub(milliseconds)
}

/// What is known of an author's, a client's and a text's earlier rows.
pub(super) fn history<S: Sql>(sql: &mut S, query: &AuthorQuery) -> Result<ModerationAnswer, S::Error> {
    let mut history = AuthorHistory::default();
    if let Some(author) = &query.author {
        of_author(sql, author, query.now, &mut history)?;
    }
    if let Some(text) = &query.text {
        let statement = format!(
            "SELECT count(DISTINCT product_id) FROM
                 (SELECT product_id FROM moderation_items WHERE text_digest = $1 AND posted_at >= $2
                  ORDER BY posted_at DESC LIMIT {MAX_SAME_ROWS}) AS same
             WHERE product_id <> $3"
        );
        let since = before(query.now, DAY);
        let values = [text.into(), since.into(), Value::id(query.product_id)];
        history.same_text_products = count(sql, &statement, &values)?;
    }
    if let Some(client) = &query.client {
        let statement = format!(
            "SELECT count(*) FROM
                 (SELECT posted_at FROM moderation_items WHERE client = $1 AND posted_at >= $2
                  ORDER BY posted_at DESC LIMIT {MAX_SAME_ROWS}) AS same"
        );
        let since = before(query.now, Duration::from_mins(10));
        history.client_rows = count(sql, &statement, &[client.into(), since.into()])?;
    }
    Ok(ModerationAnswer::Author(history))
}

fn of_author<S: Sql>(
    sql: &mut S,
    author: &Digest,
    now: Timestamp,
    history: &mut AuthorHistory,
) -> Result<(), S::Error> {
    let statement = format!(
        "SELECT i.is_approved, i.state, d.at FROM
             (SELECT is_approved, state, decision_id FROM moderation_items WHERE author = $1
              ORDER BY posted_at DESC LIMIT {MAX_AUTHOR_ROWS}) AS i
         LEFT JOIN decisions d ON d.decision_id = i.decision_id"
    );
    for cells in sql.query(&statement, &[author.into()])? {
        let row = NamedCells::new(&cells, "moderation_items", 2);
        let is_approved = row.number(0, "is_approved", columns::flag)?;
        let is_rejected = row.number(1, "state", kept::state)? == State::Rejected;
        let decided_at = cells.optional_integer(2)?;
        let decided_within = |days| decided_at.is_some_and(|at| at >= before(now, days * DAY));
        history.approvals += u64::from(is_approved);
        history.rejections_90_days += u64::from(is_rejected && decided_within(90));
        history.decided_30_days += u64::from(decided_within(30));
        history.rejected_30_days += u64::from(is_rejected && decided_within(30));
    }
    Ok(())
}

/// How the latest rows of authors fared.
pub(super) fn counts<S: Sql>(
    sql: &mut S,
    authors: &[Digest],
) -> Result<HashMap<Digest, AuthorCounts>, S::Error> {
    let mut counts: HashMap<Digest, AuthorCounts> = HashMap::new();
    if authors.is_empty() {
        return Ok(counts);
    }
    let parts: Vec<String> = (1..=authors.len())
        .map(|number| {
            format!(
                "SELECT author, state, count(*) FROM
                     (SELECT author, state FROM moderation_items WHERE author = ${number}
                      ORDER BY posted_at DESC LIMIT {MAX_AUTHOR_ROWS}) AS a{number}
                 GROUP BY author, state"
            )
        })
        .collect();
    let values: Vec<Value<'_>> = authors.iter().map(Value::from).collect();
    for cells in sql.query(&parts.join(" UNION ALL "), &values)? {
        let row = NamedCells::new(&cells, "moderation_items", 2);
        let Some(author) = row.optional_digest(0, "author")? else { continue };
        let rows = row.number(2, "state", columns::number)?;
        let of_author = counts.entry(author).or_default();
        match row.number(1, "state", kept::state)? {
            State::Published => of_author.published = rows,
            State::Pending => of_author.pending = rows,
            State::Rejected => of_author.rejected = rows,
            State::Hidden => of_author.hidden = rows,
        }
    }
    Ok(counts)
}

fn count<S: Sql>(sql: &mut S, statement: &str, values: &[Value<'_>]) -> Result<u64, S::Error> {
    let rows = sql.query(statement, values)?;
    let counted = rows.first().map(|row| row.integer(0)).transpose()?;
    Ok(counted.map_or(0, i64::cast_unsigned))
}
