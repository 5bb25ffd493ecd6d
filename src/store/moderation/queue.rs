//! The queue: a page of rows in one of its orders, found by an index. What no index knows is looked
//! for row by row, and that ends somewhere: then a page has fewer rows and says where to go on.

use super::kept::{self, COLUMNS, Kept};
use super::rows::{ReadRow, Rows};
use super::sql::{NamedCells, Sql, Value};
use super::{ModerationAnswer, QueueClass, QueuePlace, QueueQuery, QueueSort, items, kind_number};
use crate::domain::{Reason, Target, Timestamp};
use crate::store::StoreError;

/// Most rows of a page.
const MAX_PAGE_ROWS: usize = 100;

/// Most rows that are looked at for one page.
const MAX_LOOKED_ROWS: usize = 2_000;

/// How many rows are looked at together when not all of them will do.
const ROWS_PER_LOOK: usize = 250;

/// Answers with a page.
pub(super) fn page<R: Rows>(rows: &mut R, query: &QueueQuery) -> Result<ModerationAnswer, R::Error> {
    let limit = query.limit.clamp(1, MAX_PAGE_ROWS);
    let mut source = Source::new(rows, query)?;
    let mut page: Vec<(Kept, ReadRow)> = Vec::new();
    let (mut looked, mut last, mut is_partial) = (0, query.after, false);
    while page.len() <= limit {
        if looked >= MAX_LOOKED_ROWS {
            is_partial = true;
            break;
        }
        let wanted = if is_selective(query) { ROWS_PER_LOOK } else { limit + 1 - page.len() };
        let batch = source.next(rows, query, last, wanted)?;
        looked += batch.len();
        let is_end = batch.len() < wanted;
        last = batch.last().map(|kept| place(query, kept)).or(last);
        let chosen = choose(rows, query, batch)?;
        page.extend(read_some(rows, query, chosen, limit + 1 - page.len())?);
        if is_end {
            break;
        }
    }
    let next = if page.len() > limit {
        page.truncate(limit);
        is_partial = false;
        page.last().map(|(kept, _)| place(query, kept))
    } else {
        last.filter(|_| is_partial)
    };
    let items = items::items(rows, page)?;
    Ok(ModerationAnswer::Queue { items, next, is_partial })
}

/// Whether some rows that an index gives may not belong to the page.
fn is_selective(query: &QueueQuery) -> bool {
    let QueueQuery { kind, reason, product_id, author, claimed, text, .. } = query;
    kind.is_some()
        || reason.is_some()
        || product_id.is_some()
        || author.is_some()
        || claimed.is_some()
        || text.is_some()
        || (has_classes(query) && (query.since.is_some() || query.until.is_some()))
}

/// Whether the classes of rows count in their order. Rows of one state are in the order of their
/// age, since most of them wait for nothing.
fn has_classes(query: &QueueQuery) -> bool {
    query.sort == QueueSort::Priority && query.state.is_none()
}

fn place(query: &QueueQuery, kept: &Kept) -> QueuePlace {
    let class = kept.class.filter(|_| has_classes(query)).map_or(0, |class| class as u8);
    QueuePlace { class, since: kept.since, target: kept.target }
}

/// A place as something to compare. It is the order of the indexes.
fn key(place: QueuePlace) -> (u8, i64, u8, i64) {
    let QueuePlace { class, since, target } = place;
    (class, since.milliseconds(), kind_number(target), kept::row_id(target))
}

/// Where rows come from.
enum Source {
    /// An index in the order of the queue.
    Index,
    /// The few rows of a product or an author, the next one last.
    Few(Vec<Kept>),
}

impl Source {
    fn new<S: Sql>(sql: &mut S, query: &QueueQuery) -> Result<Self, S::Error> {
        let (column, value, order) = match (&query.author, query.product_id) {
            (Some(author), _) => ("author", Value::from(author), "ORDER BY posted_at DESC"),
            (None, Some(product_id)) => ("product_id", Value::id(product_id), ""),
            (None, None) => return Ok(Self::Index),
        };
        let statement = format!(
            "SELECT {COLUMNS} FROM moderation_items WHERE {column} = $1 {order} LIMIT {}",
            MAX_LOOKED_ROWS + 1
        );
        let rows = sql.query(&statement, &[value])?;
        if rows.len() > MAX_LOOKED_ROWS {
            return Ok(Self::Index);
        }
        let mut few = rows.iter().map(Kept::read).collect::<Result<Vec<_>, _>>()?;
        few.retain(|kept| match query.state {
            Some(state) => kept.state == state,
            None => kept.class.is_some(),
        });
        let is_newest = query.sort == QueueSort::Newest;
        few.sort_unstable_by_key(|kept| key(place(query, kept)));
        if !is_newest {
            few.reverse();
        }
        if let Some(after) = query.after.map(key) {
            let is_behind = |kept: &Kept| {
                let key = key(place(query, kept));
                if is_newest { key < after } else { key > after }
            };
            few.retain(is_behind);
        }
        Ok(Self::Few(few))
    }

    /// The next rows, at most so many; fewer only at the end.
    fn next<S: Sql>(
        &mut self,
        sql: &mut S,
        query: &QueueQuery,
        after: Option<QueuePlace>,
        limit: usize,
    ) -> Result<Vec<Kept>, S::Error> {
        match self {
            Self::Few(few) => {
                let mut next = few.split_off(few.len().saturating_sub(limit));
                next.reverse();
                Ok(next)
            }
            Self::Index => scan(sql, query, after, limit),
        }
    }
}

/// Reads the next rows of an index. The limit is in the text: a plan that does not know it may read
/// the whole table.
fn scan<S: Sql>(
    sql: &mut S,
    query: &QueueQuery,
    after: Option<QueuePlace>,
    limit: usize,
) -> Result<Vec<Kept>, S::Error> {
    let is_newest = query.sort == QueueSort::Newest;
    let (class, since, kind, row_id) = match after {
        Some(after) => {
            let (class, since, kind, row_id) = key(after);
            (class.into(), since, kind.into(), row_id)
        }
        None if is_newest => (i64::MAX, i64::MAX, i64::MAX, i64::MAX),
        None => (-1, i64::MIN, -1, -1),
    };
    let waits = match query.state {
        Some(state) => format!("state = {}", state.number()),
        None => "class IS NOT NULL".to_owned(),
    };
    let (compare, direction) = if is_newest { ("<", "DESC") } else { (">", "ASC") };
    let rows = if has_classes(query) {
        let statement = format!(
            "SELECT {COLUMNS} FROM moderation_items
             WHERE {waits} AND (class, since, kind, row_id) > ($1, $2, $3, $4)
             ORDER BY class, since, kind, row_id LIMIT {limit}"
        );
        sql.query(&statement, &[class.into(), since.into(), kind.into(), row_id.into()])?
    } else {
        let statement = format!(
            "SELECT {COLUMNS} FROM moderation_items
             WHERE {waits} AND (since, kind, row_id) {compare} ($1, $2, $3) AND since >= $4 AND since < $5
             ORDER BY since {direction}, kind {direction}, row_id {direction} LIMIT {limit}"
        );
        let from = query.since.map_or(i64::MIN, Timestamp::milliseconds);
        let to = query.until.map_or(i64::MAX, Timestamp::milliseconds);
        sql.query(&statement, &[since.into(), kind.into(), row_id.into(), from.into(), to.into()])?
    };
    Ok(rows.iter().map(Kept::read).collect::<Result<_, StoreError>>()?)
}

/// Leaves out what does not belong to the page, as far as that can be told without texts.
fn choose<S: Sql>(sql: &mut S, query: &QueueQuery, mut batch: Vec<Kept>) -> Result<Vec<Kept>, S::Error> {
    batch.retain(|kept| {
        let is_claimed = kept.claimed.as_ref().is_some_and(|(_, until)| *until > query.now);
        query.kind.is_none_or(|kind| kind_number(kept.target) == kind)
            && query.product_id.is_none_or(|product_id| kept.product_id == product_id)
            && query.author.is_none_or(|author| kept.author == Some(author))
            && query.claimed.is_none_or(|claimed| claimed == is_claimed)
            && query.since.is_none_or(|since| kept.since >= since)
            && query.until.is_none_or(|until| kept.since < until)
    });
    let Some(reason) = query.reason else { return Ok(batch) };
    let reported = reported_for(sql, reason, &batch)?;
    let mut chosen = Vec::new();
    for kept in batch {
        let is_noticed = kept.findings()?.iter().any(|finding| finding.reason == reason);
        let is_of_class = match kept.class {
            Some(QueueClass::Reported | QueueClass::HiddenByReports) => reason == Reason::Reported,
            Some(QueueClass::Appealed) => reason == Reason::Appeal,
            Some(QueueClass::Pending) | None => false,
        };
        if is_noticed || is_of_class || reported.contains(&kept.target) {
            chosen.push(kept);
        }
    }
    Ok(chosen)
}

/// Which rows were reported for this reason.
fn reported_for<S: Sql>(sql: &mut S, reason: Reason, batch: &[Kept]) -> Result<Vec<Target>, S::Error> {
    let ids: Vec<Value<'_>> = batch
        .iter()
        .filter(|kept| kept.reports > 0)
        .map(|kept| Value::from(kept::row_id(kept.target)))
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<String> = (2..=ids.len() + 1).map(|number| format!("${number}")).collect();
    let statement = format!(
        "SELECT DISTINCT row_id, kind FROM reports WHERE reason = $1 AND row_id IN ({})",
        numbers.join(", ")
    );
    let values: Vec<Value<'_>> = std::iter::once(reason.name().into()).chain(ids).collect();
    let rows = sql.query(&statement, &values)?;
    let targets = rows.iter().map(|cells| {
        let row = NamedCells::new(cells, "reports", 0);
        let id = row.number(0, "row_id", |id| Ok(id.cast_unsigned()))?;
        row.number(1, "kind", |kind| kept::target(kind, id))
    });
    Ok(targets.collect::<Result<_, StoreError>>()?)
}

/// Reads the texts of rows until there are enough. Rows that are gone, or that say themselves that
/// they do not wait, are left out.
fn read_some<R: Rows>(
    rows: &mut R,
    query: &QueueQuery,
    chosen: Vec<Kept>,
    limit: usize,
) -> Result<Vec<(Kept, ReadRow)>, R::Error> {
    let text = query.text.as_deref().map(str::to_lowercase);
    let mut read = Vec::new();
    let mut chosen = chosen.into_iter();
    while read.len() < limit {
        let some: Vec<Kept> =
            chosen.by_ref().take(if text.is_some() { ROWS_PER_LOOK } else { limit - read.len() }).collect();
        if some.is_empty() {
            break;
        }
        let targets: Vec<Target> = some.iter().map(|kept| kept.target).collect();
        let texts = rows.read(&targets)?;
        for (kept, row) in some.into_iter().zip(texts) {
            let Some(row) = row else { continue };
            let kept = kept.agreeing(row.found);
            if belongs(query, &kept) && text.as_ref().is_none_or(|text| has_text(&row, text)) {
                read.push((kept, row));
            }
        }
    }
    read.truncate(limit);
    Ok(read)
}

/// Whether a row belongs to the queue with the state that it has itself.
fn belongs(query: &QueueQuery, kept: &Kept) -> bool {
    if let Some(state) = query.state {
        return kept.state == state;
    }
    kept.class.is_some_and(|class| class.fits(kept.state))
}

fn has_text(row: &ReadRow, text: &str) -> bool {
    let has = |field: &str| field.to_lowercase().contains(text);
    has(&row.texts.body) || row.texts.summary.as_deref().is_some_and(has) || has(&row.texts.name)
}
