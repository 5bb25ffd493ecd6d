//! Votes. They go to the narrow tables `marks` and `review_marks`, in the order of
//! their places, so that a batch touches each of their pages once. Who voted is `identified`'s.

use rusqlite::Connection;

use super::identified::{Cast, cast};
use crate::domain::{Digest, Id as _, Target};
use crate::store::columns::shown_votes;
use crate::store::sqlite::decode::Columns;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::place::{ProductNumber, place_by_id, place_of_question};
use crate::store::sqlite::statement::execute;
use crate::store::{Command, Outcome, StoreError};

/// A vote whose row is there.
struct Mark<'c> {
    place: i64,
    /// The command's place in the batch.
    index: usize,
    target: Target,
    what: What<'c>,
}

/// What is done to a row.
#[derive(Clone, Copy)]
enum What<'c> {
    Vote(u32),
    VoteAs { voter: &'c Digest, takes_back: bool },
}

/// How a row's counters change.
#[derive(Clone, Copy, Default)]
struct Counted {
    given: u32,
    taken_back: u32,
}

/// Carries out votes.
pub(super) fn mark_rows(
    connection: &Connection,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut marks = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let (target, what) = match command {
            Command::Vote { target, votes } => (*target, What::Vote(*votes)),
            Command::VoteAs { target, voter, takes_back } => {
                (*target, What::VoteAs { voter, takes_back: *takes_back })
            }
            Command::AddQuestion { .. }
            | Command::AddAnswer { .. }
            | Command::AddReview { .. }
            | Command::Recall { .. } => continue,
        };
        if let Some(place) = place_of(connection, target)? {
            marks.push(Mark { place, index, target, what });
        }
    }
    let is_review = |target| matches!(target, Target::Review(_));
    marks.sort_unstable_by_key(|mark| (is_review(mark.target), mark.place, mark.index));
    for Mark { place, index, target, what } in marks {
        outcomes[index] = carry_out(connection, place, target, what)?;
    }
    Ok(())
}

fn carry_out(
    connection: &Connection,
    place: i64,
    target: Target,
    what: What<'_>,
) -> Result<Outcome, StoreError> {
    let product_id = ProductNumber::of(place).product_id(connection)?;
    let counted = match what {
        What::Vote(given) => Counted { given, taken_back: 0 },
        What::VoteAs { voter, takes_back } => {
            match cast(connection, product_id, target, voter, takes_back)? {
                Cast::OwnRow => return Ok(Outcome::OwnRow),
                Cast::Before => return Ok(Outcome::VotedBefore { product_id }),
                Cast::Given => Counted { given: 1, taken_back: 0 },
                Cast::TakenBack => Counted { given: 0, taken_back: 1 },
            }
        }
    };
    let helpful = match target {
        Target::Review(_) => mark_review(connection, place, counted)?,
        Target::Question(_) | Target::Answer(_) => mark_entry(connection, place, counted)?,
    };
    Ok(if counted.taken_back > 0 {
        Outcome::TakenBack { product_id }
    } else {
        Outcome::Voted { product_id, helpful }
    })
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

/// What `marks` has of a question or an answer.
struct EntryMark {
    helpful: u32,
    withdrawn: u32,
    is_reported: bool,
}

/// Changes the votes of a question or an answer; returns those that are shown. The first time, the
/// row's own counters are copied.
fn mark_entry(connection: &Connection, place: i64, counted: Counted) -> Result<u32, StoreError> {
    let sql = "SELECT place, helpful, withdrawn, reported FROM marks WHERE place = ?1";
    let present = read_at(connection, "marks", sql, place, |columns| {
        let (helpful, withdrawn) = (columns.count(1, "helpful")?, columns.count(2, "withdrawn")?);
        Ok(EntryMark { helpful, withdrawn, is_reported: columns.flag(3, "reported")? })
    })?;
    let is_new = present.is_none();
    let mut mark = match present {
        Some(mark) => mark,
        None => own_counters(connection, place)?,
    };
    count(&mut mark.helpful, &mut mark.withdrawn, counted);
    let sql = if is_new {
        "INSERT INTO marks (place, helpful, withdrawn, reported) VALUES (?1, ?2, ?3, ?4)"
    } else {
        "UPDATE marks SET helpful = ?2, withdrawn = ?3, reported = ?4 WHERE place = ?1"
    };
    execute(connection, sql, (place, mark.helpful, mark.withdrawn, mark.is_reported))?;
    shown("marks", place, mark.helpful, mark.withdrawn)
}

/// Both counters grow up to the largest count, and no more votes are taken back than were given.
fn count(helpful: &mut u32, withdrawn: &mut u32, counted: Counted) {
    *helpful = helpful.saturating_add(counted.given);
    if counted.taken_back > 0 {
        *withdrawn = withdrawn.saturating_add(counted.taken_back).min(*helpful);
    }
}

fn shown(table: &'static str, place: i64, helpful: u32, withdrawn: u32) -> Result<u32, StoreError> {
    shown_votes(helpful, withdrawn).map_err(|problem| StoreError::Damaged {
        product_id: None,
        table,
        row: place,
        column: "withdrawn",
        problem,
    })
}

/// The counters that a question or an answer was added with.
fn own_counters(connection: &Connection, place: i64) -> Result<EntryMark, StoreError> {
    // Even places are questions (`place::first_place`).
    let (table, sql) = if place % 2 == 0 {
        ("questions", "SELECT place, helpful, reported FROM questions WHERE place = ?1")
    } else {
        ("answers", "SELECT place, helpful, reported FROM answers WHERE place = ?1")
    };
    let own = read_at(connection, table, sql, place, |columns| {
        let (helpful, is_reported) = (columns.count(1, "helpful")?, columns.flag(2, "reported")?);
        Ok(EntryMark { helpful, withdrawn: 0, is_reported })
    });
    own?.ok_or_else(|| is_missing(table, place))
}

/// What `review_marks` has of a review.
struct ReviewMark {
    helpful: u32,
    withdrawn: u32,
    state: u64,
    revision: u32,
}

/// Changes the votes of a review; returns those that are shown. The first time, what the row was
/// added with is copied.
fn mark_review(connection: &Connection, place: i64, counted: Counted) -> Result<u32, StoreError> {
    let present = present_mark(connection, place)?;
    let is_new = present.is_none();
    let mut mark = match present {
        Some(mark) => mark,
        None => own_mark(connection, place)?,
    };
    count(&mut mark.helpful, &mut mark.withdrawn, counted);
    let sql = if is_new {
        "INSERT INTO review_marks (place, helpful, withdrawn, state, revision) VALUES (?1, ?2, ?3, ?4, ?5)"
    } else {
        "UPDATE review_marks SET helpful = ?2, withdrawn = ?3, state = ?4, revision = ?5 WHERE place = ?1"
    };
    execute(connection, sql, (place, mark.helpful, mark.withdrawn, mark.state.cast_signed(), mark.revision))?;
    shown("review_marks", place, mark.helpful, mark.withdrawn)
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
