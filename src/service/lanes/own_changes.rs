//! What a commit of this process changes in memory, from its commands and their outcomes. New rows
//! are made here as the store would hand them over, so that nothing is read. How memory is changed
//! is in `memory`.

use std::collections::HashMap;

use crate::domain::{
    AnswerRow, NewReview, ProductId, ProductRows, QuestionRow, ReviewId, ReviewRow, ReviewRows, Timestamp,
};
use crate::service::memory::OwnChanges;
use crate::service::memory::views::OwnChange;
use crate::store::{Command, Outcome, ProductChange};
use crate::view::AddedReviews;

/// The changes of a commit: the new rows of each product, then votes. A row may be voted for by the
/// commit that adds it, since ids can be guessed.
pub(super) fn own_changes(commands: &[Command], outcomes: &[Outcome]) -> OwnChanges {
    let mut others = OwnChanges::default();
    let mut came: HashMap<ProductId, ProductRows> = HashMap::new();
    let mut reviews: HashMap<ProductId, AddedReviews> = HashMap::new();
    for (command, &outcome) in commands.iter().zip(outcomes) {
        // A row that waits is in no list.
        if command.adds_pending() {
            continue;
        }
        match (command, outcome) {
            (
                Command::AddQuestion { question, written_at, .. },
                Outcome::QuestionAdded { product_id, question_id },
            ) => {
                let rows = came.entry(product_id).or_insert_with(|| ProductRows::new(product_id));
                let (body, name) =
                    (rows.texts.keep(question.body.as_str()), rows.texts.keep(question.name.as_str()));
                let written_at = *written_at;
                rows.questions.push(QuestionRow { question_id, written_at, helpful: 0, body, name });
            }
            // Only the store knows the ids of its photos.
            (
                Command::AddAnswer { question_id, answer, written_at, .. },
                Outcome::AnswerAdded { product_id, answer_id },
            ) if answer.photos.is_empty() => {
                let rows = came.entry(product_id).or_insert_with(|| ProductRows::new(product_id));
                let (body, name) =
                    (rows.texts.keep(answer.body.as_str()), rows.texts.keep(answer.name.as_str()));
                let (question_id, written_at) = (*question_id, *written_at);
                rows.answers.push(AnswerRow { answer_id, question_id, written_at, helpful: 0, body, name });
            }
            (
                Command::AddReview { review, written_at, .. },
                Outcome::ReviewAdded { product_id, review_id },
            ) if review.photos.is_empty() => {
                let added = reviews
                    .entry(product_id)
                    .or_insert_with(|| AddedReviews { rows: ReviewRows::new(product_id), rated: Vec::new() });
                add_review(added, review_id, review, *written_at);
            }
            _ => others.extend(ProductChange::of(command, outcome)),
        }
    }
    OwnChanges {
        questions: came.into_values().map(OwnChange::Came).chain(others.questions).collect(),
        reviews: reviews.into_values().map(OwnChange::Came).chain(others.reviews).collect(),
    }
}

fn add_review(added: &mut AddedReviews, review_id: ReviewId, review: &NewReview, written_at: Timestamp) {
    let AddedReviews { rows, rated } = added;
    rows.reviews.push(ReviewRow {
        review_id,
        written_at,
        rating: review.rating,
        recommend: review.recommend,
        helpful: 0,
        summary: rows.texts.keep(review.summary.as_str()),
        body: rows.texts.keep(review.body.as_str()),
        name: rows.texts.keep(review.name.as_str()),
        response: None,
    });
    rated.extend(review.rated.iter().map(|rated| (review_id, *rated)));
}
