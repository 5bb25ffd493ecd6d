//! Votes. They go to the narrow tables `marks` and `review_marks`, in the order of their places, so
//! that a batch touches each of their pages once. Who voted is `identified`'s.

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
    let helpful = mark(connection, place, target, counted)?;
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

/// Where the votes of a kind of row are: in its marks or, before the first vote, in the row itself.
/// All selections have place, votes, votes taken back, and what hides the row.
struct Counters {
    marks: &'static str,
    of_marks: &'static str,
    table: &'static str,
    of_row: &'static str,
    hides: &'static str,
    update: &'static str,
    /// The first time, what the row says of its state is copied.
    insert: &'static str,
}

const QUESTIONS: Counters = Counters {
    marks: "marks",
    of_marks: "SELECT place, helpful, withdrawn, reported FROM marks WHERE place = ?1",
    table: "questions",
    of_row: "SELECT place, helpful, 0, reported FROM questions WHERE place = ?1",
    hides: "reported",
    update: "UPDATE marks SET helpful = ?2, withdrawn = ?3 WHERE place = ?1",
    insert: "INSERT INTO marks (place, helpful, withdrawn, reported)
             SELECT place, ?2, ?3, reported FROM questions WHERE place = ?1",
};
const ANSWERS: Counters = Counters {
    table: "answers",
    of_row: "SELECT place, helpful, 0, reported FROM answers WHERE place = ?1",
    insert: "INSERT INTO marks (place, helpful, withdrawn, reported)
             SELECT place, ?2, ?3, reported FROM answers WHERE place = ?1",
    ..QUESTIONS
};
const REVIEWS: Counters = Counters {
    marks: "review_marks",
    of_marks: "SELECT place, helpful, withdrawn, state, revision FROM review_marks WHERE place = ?1",
    table: "reviews",
    of_row: "SELECT place, helpful, 0, state, 0 FROM reviews WHERE place = ?1",
    hides: "state",
    update: "UPDATE review_marks SET helpful = ?2, withdrawn = ?3 WHERE place = ?1",
    insert: "INSERT INTO review_marks (place, helpful, withdrawn, state, revision)
             SELECT place, ?2, ?3, state, 0 FROM reviews WHERE place = ?1",
};

impl Counters {
    fn of(target: Target) -> &'static Self {
        match target {
            Target::Question(_) => &QUESTIONS,
            Target::Answer(_) => &ANSWERS,
            Target::Review(_) => &REVIEWS,
        }
    }

    /// Votes, and those taken back. A damaged row takes no vote.
    fn read(&self, columns: Columns<'_>) -> Result<(u32, u32), StoreError> {
        let counted = (columns.count(1, "helpful")?, columns.count(2, "withdrawn")?);
        if self.hides == "state" {
            columns.state(3, self.hides)?;
            columns.count(4, "revision")?;
        } else {
            columns.flag(3, self.hides)?;
        }
        Ok(counted)
    }
}

/// Changes the votes of a row; returns those that are shown.
fn mark(connection: &Connection, place: i64, target: Target, counted: Counted) -> Result<u32, StoreError> {
    let counters = Counters::of(target);
    let read = |table, sql| read_at(connection, table, sql, place, |columns| counters.read(columns));
    let present = read(counters.marks, counters.of_marks)?;
    let (sql, own) = match present {
        Some(present) => (counters.update, Some(present)),
        None => (counters.insert, read(counters.table, counters.of_row)?),
    };
    let (mut helpful, mut withdrawn) = own.ok_or_else(|| is_missing(counters.table, place))?;
    count(&mut helpful, &mut withdrawn, counted);
    execute(connection, sql, (place, helpful, withdrawn))?;
    shown(counters.marks, place, helpful, withdrawn)
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
