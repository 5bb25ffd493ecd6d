//! Lists of words as they are kept. How texts are compared with them is `service::policy`'s.

use super::sql::{Cells, Sql, Value};
use super::{Moderated, ModerationAnswer, WordList};
use crate::store::StoreError;

/// Replaces a list, if it still has the expected revision. The list that was never set has 0.
pub(super) fn set<S: Sql>(
    sql: &mut S,
    list: WordList,
    text: &str,
    expected: Option<u64>,
) -> Result<Moderated, S::Error> {
    // The row is there before it is compared, so that of two who set it first one waits.
    sql.query(
        "INSERT INTO word_lists (name, entries, revision) VALUES ($1, '', 0) ON CONFLICT (name) DO NOTHING",
        &[list.name().into()],
    )?;
    let expected = expected.map(|revision| i64::try_from(revision).unwrap_or(i64::MAX));
    let changed = sql.query(
        "UPDATE word_lists SET entries = $2, revision = revision + 1
         WHERE name = $1 AND ($3 = -1 OR revision = $3) RETURNING revision",
        &[list.name().into(), text.into(), expected.unwrap_or(-1).into()],
    )?;
    match changed.first() {
        Some(row) => Ok(Moderated::WordsSet(revision(row, 0)?)),
        None => Ok(Moderated::WordsChanged(read_list(sql, list)?.1)),
    }
}

/// Reads a list.
pub(super) fn read<S: Sql>(sql: &mut S, list: WordList) -> Result<ModerationAnswer, S::Error> {
    let (text, revision) = read_list(sql, list)?;
    Ok(ModerationAnswer::Words { text, revision })
}

/// Reads the revisions of all lists.
pub(super) fn revisions<S: Sql>(sql: &mut S) -> Result<ModerationAnswer, S::Error> {
    let mut revisions = [0; WordList::ALL.len()];
    for row in sql.query("SELECT name, revision FROM word_lists", &[])? {
        let name = row.text(0)?;
        // A later version may keep lists that this one does not know.
        if let Some(place) = WordList::ALL.iter().position(|list| list.name() == name) {
            revisions[place] = revision(&row, 1)?;
        }
    }
    Ok(ModerationAnswer::WordRevisions(revisions))
}

fn read_list<S: Sql>(sql: &mut S, list: WordList) -> Result<(String, u64), S::Error> {
    let wanted: Value<'_> = list.name().into();
    let rows = sql.query("SELECT entries, revision FROM word_lists WHERE name = $1", &[wanted])?;
    match rows.first() {
        Some(row) => Ok((row.text(0)?.to_owned(), revision(row, 1)?)),
        None => Ok((String::new(), 0)),
    }
}

fn revision(row: &Cells, column: usize) -> Result<u64, StoreError> {
    let number = row.integer(column)?;
    u64::try_from(number).map_err(|_| {
        StoreError::Unavailable(format!("word_lists has the revision {number}, which is below 0"))
    })
}
