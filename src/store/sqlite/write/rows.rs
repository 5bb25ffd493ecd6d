//! New questions, answers and reviews, each behind the last row of its product. Which of them were
//! added before is `submissions`'.

use std::ops::RangeInclusive;

use rusqlite::Connection;

use super::items::add_item;
use crate::domain::{
    AnswerId, Id, Kind, MAX_ID, NewAnswer, NewQuestion, NewReview, PhotoId, QuestionId, Rated, ReviewId,
    Timestamp,
};
use crate::store::sqlite::place::{ProductNumber, free_place, next_place, place_of_question};
use crate::store::sqlite::statement::{ask_one, execute};
use crate::store::sqlite::submissions::Submissions;
use crate::store::sqlite::sums::sums_of;
use crate::store::{Command, Outcome, PENDING_STATE, PUBLISHED_STATE, StoreError};

/// Carries out new rows, in order, but for those that were added before.
pub(super) fn add_rows(
    connection: &Connection,
    submissions: &mut Submissions,
    commands: &[Command],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut latest = None;
    for (command, outcome) in commands.iter().zip(outcomes) {
        let (now, submission) = match command {
            Command::AddQuestion { written_at, submission, .. }
            | Command::AddAnswer { written_at, submission, .. }
            | Command::AddReview { written_at, submission, .. } => (*written_at, submission.as_ref()),
            Command::Recall { submission, now } => (*now, Some(submission)),
            Command::Vote { .. } | Command::VoteAs { .. } => continue,
        };
        if let Some(submission) = submission {
            if latest.is_none() {
                submissions.catch_up(connection)?;
            }
            latest = latest.max(Some(now));
            if let Some(earlier) = submissions.find(connection, submission, now)? {
                *outcome = earlier.outcome(submission);
                continue;
            }
        }
        *outcome = add_row(connection, command)?;
        if let Some(origin) = command.origin() {
            add_item(connection, *outcome, now, origin)?;
        }
        if let (Some(submission), Some(row)) = (submission, outcome.added()) {
            submissions.add(connection, submission, row)?;
        }
    }
    latest.map_or(Ok(()), |now| submissions.keep_house(connection, now))
}

fn add_row(connection: &Connection, command: &Command) -> Result<Outcome, StoreError> {
    match command {
        Command::AddQuestion { question, written_at, .. } => {
            add_question(connection, question, *written_at, command.adds_pending())
        }
        Command::AddAnswer { question_id, answer, written_at, .. } => {
            match place_of_question(connection, *question_id)? {
                Some(place) => {
                    let number = ProductNumber::of(place);
                    let waits = command.adds_pending();
                    add_answer(connection, number, *question_id, answer, *written_at, waits)
                }
                None => Ok(Outcome::NotFound),
            }
        }
        Command::AddReview { review, written_at, .. } => {
            add_review(connection, review, *written_at, command.adds_pending())
        }
        Command::Vote { .. } | Command::VoteAs { .. } | Command::Recall { .. } => Ok(Outcome::NotFound),
    }
}

fn add_question(
    connection: &Connection,
    question: &NewQuestion,
    written_at: Timestamp,
    waits: bool,
) -> Result<Outcome, StoreError> {
    let number = ProductNumber::find_or_make(connection, question.product_id)?;
    let place = free_place(connection, Kind::Question, number)?;
    let question_id: QuestionId = new_id(connection, "question")?;
    execute(
        connection,
        "INSERT INTO questions (place, question_id, written_at, reported, helpful, body, name, email)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)",
        (
            place,
            question_id.get().cast_signed(),
            written_at.milliseconds(),
            waits,
            question.body.as_str(),
            question.name.as_str(),
            question.email.as_str(),
        ),
    )?;
    Ok(Outcome::QuestionAdded { question_id, product_id: question.product_id })
}

fn add_answer(
    connection: &Connection,
    number: ProductNumber,
    question_id: QuestionId,
    answer: &NewAnswer,
    written_at: Timestamp,
    waits: bool,
) -> Result<Outcome, StoreError> {
    let place = free_place(connection, Kind::Answer, number)?;
    let answer_id: AnswerId = new_id(connection, "answer")?;
    execute(
        connection,
        "INSERT INTO answers
             (place, answer_id, question_id, written_at, reported, helpful, body, name, email)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)",
        (
            place,
            answer_id.get().cast_signed(),
            question_id.get().cast_signed(),
            written_at.milliseconds(),
            waits,
            answer.body.as_str(),
            answer.name.as_str(),
            answer.email.as_str(),
        ),
    )?;
    for url in &answer.photos {
        let place = free_place(connection, Kind::Photo, number)?;
        let photo_id: PhotoId = new_id(connection, "photo")?;
        execute(
            connection,
            "INSERT INTO photos (place, photo_id, answer_id, url) VALUES (?1, ?2, ?3, ?4)",
            (place, photo_id.get().cast_signed(), answer_id.get().cast_signed(), url.as_str()),
        )?;
    }
    Ok(Outcome::AnswerAdded { answer_id, product_id: number.product_id(connection)? })
}

fn add_review(
    connection: &Connection,
    review: &NewReview,
    written_at: Timestamp,
    waits: bool,
) -> Result<Outcome, StoreError> {
    let number = ProductNumber::find_or_make(connection, review.product_id)?;
    let place = free_place(connection, Kind::Review, number)?;
    let review_id: ReviewId = new_id(connection, "review")?;
    execute(
        connection,
        "INSERT INTO reviews
             (place, review_id, written_at, rating, recommend, state, helpful, summary, body, name, email)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10)",
        (
            place,
            review_id.get().cast_signed(),
            written_at.milliseconds(),
            review.rating.get(),
            review.recommend,
            if waits { PENDING_STATE } else { PUBLISHED_STATE }.cast_signed(),
            review.summary.as_str(),
            review.body.as_str(),
            review.name.as_str(),
            review.email.as_str(),
        ),
    )?;
    for url in &review.photos {
        let place = free_place(connection, Kind::ReviewPhoto, number)?;
        let photo_id: PhotoId = new_id(connection, "review_photo")?;
        execute(
            connection,
            "INSERT INTO review_photos (place, photo_id, review_id, url) VALUES (?1, ?2, ?3, ?4)",
            (place, photo_id.get().cast_signed(), review_id.get().cast_signed(), url.as_str()),
        )?;
    }
    add_ratings(connection, number, review_id, &review.rated, waits)?;
    Ok(Outcome::ReviewAdded { review_id, product_id: review.product_id })
}

/// Adds what a review gives to the product's characteristics, and counts it in their sums unless
/// the review waits. Other characteristics are ignored.
fn add_ratings(
    connection: &Connection,
    number: ProductNumber,
    review_id: ReviewId,
    rated: &[Rated],
    waits: bool,
) -> Result<(), StoreError> {
    if rated.is_empty() {
        return Ok(());
    }
    let mut sums = sums_of(connection, number)?;
    let mut kept = Vec::with_capacity(rated.len());
    for Rated { characteristic_id, stars } in rated {
        if let Some(sum) = sums.iter_mut().find(|sum| sum.characteristic_id == *characteristic_id) {
            if !waits {
                sum.add(*stars);
                sum.store(connection)?;
            }
            kept.push((characteristic_id.get().cast_signed(), stars.get()));
        }
    }
    if kept.is_empty() {
        return Ok(());
    }
    let mut place = free_place(connection, Kind::Rating, number)?;
    let rating_ids = new_numbers(connection, "rating", kept.len())?;
    for (rating_id, (characteristic_id, stars)) in rating_ids.zip(kept) {
        execute(
            connection,
            "INSERT INTO characteristic_ratings (place, rating_id, characteristic_id, review_id, stars)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            (place, rating_id.cast_signed(), characteristic_id, review_id.get().cast_signed(), stars),
        )?;
        place = next_place(Kind::Rating, place)?;
    }
    Ok(())
}

/// The next id of a kind, counted on inside the transaction.
fn new_id<I: Id>(connection: &Connection, kind: &str) -> Result<I, StoreError> {
    let id = *new_numbers(connection, kind, 1)?.start();
    I::new(id).map_err(|_| no_id_is_left(kind))
}

/// The next ids of a kind, at least one, as numbers.
fn new_numbers(connection: &Connection, kind: &str, count: usize) -> Result<RangeInclusive<u64>, StoreError> {
    // Adding to a text would begin at one again.
    let sql = "UPDATE last_ids SET id = id + ?2 WHERE kind = ?1 AND typeof(id) = 'integer' RETURNING id";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 = ask_one(connection, sql, (kind, count))?;
    let (last, count) = (last.cast_unsigned(), count.cast_unsigned());
    match last.checked_sub(count) {
        Some(before) if last <= MAX_ID => Ok(before + 1..=last),
        _ => Err(no_id_is_left(kind)),
    }
}

fn no_id_is_left(kind: &str) -> StoreError {
    StoreError::Full(format!("no {} id is left below 2^53", kind.replace('_', " ")))
}
