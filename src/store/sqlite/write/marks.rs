//! Votes. They go to the narrow tables `marks` and `review_marks`, in the order of their places, so
//! that a batch touches each of their pages once.

use rusqlite::Connection;

use crate::domain::{Id as _, ReviewId, Target};
use crate::store::columns::shown_votes;
use crate::store::sqlite::decode::Columns;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::place::{ProductNumber, place_by_id, place_of_question};
use crate::store::sqlite::statement::execute;
use crate::store::{Command, Outcome, StoreError};

/// A vote whose row is there.
struct Mark {
    place: i64,
    /// The command's place in the batch.
    index: usize,
    /// The review, if it is one. Its place is in another table.
    review_id: Option<ReviewId>,
    votes: u32,
}

/// Carries out votes.
pub(super) fn mark_rows(
    connection: &Connection,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut marks = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let (target, votes) = match command {
            Command::Vote { target, votes } => (*target, *votes),
            Command::AddQuestion { .. }
            | Command::AddAnswer { .. }
            | Command::AddReview { .. }
            | Command::VoteAs { .. }
            | Command::Recall { .. } => continue,
        };
        let review_id = if let Target::Review(review_id) = target { Some(review_id) } else { None };
        if let Some(place) = place_of(connection, target)? {
            marks.push(Mark { place, index, review_id, votes });
        }
    }
    marks.sort_unstable_by_key(|mark| (mark.review_id.is_some(), mark.place, mark.index));
    for Mark { place, index, review_id, votes } in marks {
        let helpful = match review_id {
            Some(_) => mark_review(connection, place, votes)?,
            None => mark_entry(connection, place, votes)?,
        };
        let product_id = ProductNumber::of(place).product_id(connection)?;
        outcomes[index] = Outcome::Voted { product_id, helpful };
    }
    Ok(())
}

fn place_of(connection: &Connection, target: Target) -> Result<Option<i64>, StoreError> {
    match target {
        Target::Question(question_id) => place_of_question(connection, question_id),
        Target::Answer(answer_id) => {
            place_by_id(connection, "SELECT place FROM answers WHERE answer_id = ?1", answer_id.get())
        }
        Target::Review(review_id) => {
            place_by_id(connection, "SELECT place FROM reviews WHERE review_id = ?1", review_id.get())
        }
    }
}

/// Adds votes to a question or an answer; returns its present votes. The first time, the row's own
/// counters are copied.
fn mark_entry(connection: &Connection, place: i64, votes: u32) -> Result<u32, StoreError> {
    let present =
        counters(connection, "marks", "SELECT place, helpful, reported FROM marks WHERE place = ?1", place)?;
    let (helpful, reported) = match present {
        Some(counters) => counters,
        None => own_counters(connection, place)?,
    };
    let helpful = helpful.saturating_add(votes);
    let sql = if present.is_some() {
        "UPDATE marks SET helpful = ?2, reported = ?3 WHERE place = ?1"
    } else {
        "INSERT INTO marks (place, helpful, reported) VALUES (?1, ?2, ?3)"
    };
    execute(connection, sql, (place, helpful, reported))?;
    Ok(helpful)
}

/// The counters that a question or an answer was added with.
fn own_counters(connection: &Connection, place: i64) -> Result<(u32, bool), StoreError> {
    // Even places are questions (`place::first_place`).
    let (table, sql) = if place % 2 == 0 {
        ("questions", "SELECT place, helpful, reported FROM questions WHERE place = ?1")
    } else {
        ("answers", "SELECT place, helpful, reported FROM answers WHERE place = ?1")
    };
    counters(connection, table, sql, place)?.ok_or_else(|| is_missing(table, place))
}

fn counters(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    place: i64,
) -> Result<Option<(u32, bool)>, StoreError> {
    read_at(connection, table, sql, place, |columns| {
        Ok((columns.count(1, "helpful")?, columns.flag(2, "reported")?))
    })
}

/// What `review_marks` has of a review.
struct ReviewMark {
    helpful: u32,
    withdrawn: u32,
    state: u64,
    revision: u32,
}

/// Adds votes to a review; returns its present votes. The first time, what the row was added with is
/// copied.
fn mark_review(connection: &Connection, place: i64, votes: u32) -> Result<u32, StoreError> {
    let present = present_mark(connection, place)?;
    let is_new = present.is_none();
    let mut mark = match present {
        Some(mark) => mark,
        None => own_mark(connection, place)?,
    };
    mark.helpful = mark.helpful.saturating_add(votes);
    let sql = if is_new {
        "INSERT INTO review_marks (place, helpful, withdrawn, state, revision) VALUES (?1, ?2, ?3, ?4, ?5)"
    } else {
        "UPDATE review_marks SET helpful = ?2, withdrawn = ?3, state = ?4, revision = ?5 WHERE place = ?1"
    };
    execute(connection, sql, (place, mark.helpful, mark.withdrawn, mark.state.cast_signed(), mark.revision))?;
    shown_votes(mark.helpful, mark.withdrawn).map_err(|problem| StoreError::Damaged {
        product_id: None,
        table: "review_marks",
        row: place,
        column: "withdrawn",
        problem,
    })
}

fn present_mark(connection: &Connection, place: i64) -> Result<Option<ReviewMark>, StoreError> {
    let sql = "SELECT place, helpful, withdrawn, state, revision FROM review_marks WHERE place = ?1";
    read_at(connection, "review_marks", sql, place, |columns| {
        Ok(ReviewMark {
            helpful: columns.count(1, "helpful")?,
            withdrawn: columns.count(2, "withdrawn")?,
            state: columns.state(3, "state")?,
            revision: columns.count(4, "revision")?,
        })
    })
}

/// What a review was added with.
fn own_mark(connection: &Connection, place: i64) -> Result<ReviewMark, StoreError> {
    let sql = "SELECT place, helpful, state FROM reviews WHERE place = ?1";
    let own = read_at(connection, "reviews", sql, place, |columns| {
        let (helpful, state) = (columns.count(1, "helpful")?, columns.state(2, "state")?);
        Ok(ReviewMark { helpful, withdrawn: 0, state, revision: 0 })
    });
    own?.ok_or_else(|| is_missing("reviews", place))
}

/// Reads the row of a place, if it is there.
fn read_at<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    place: i64,
    read: impl FnOnce(Columns<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).reading()?;
    let mut rows = statement.query([place]).reading()?;
    let row = rows.next().reading()?;
    row.map(|row| read(Columns::new(row, table)?)).transpose()
}

fn is_missing(table: &'static str, place: i64) -> StoreError {
    StoreError::Damaged {
        table,
        row: place,
        column: "place",
        problem: "an index names the row, but it is not there".to_owned(),
        product_id: None,
    }
}
