//! What a commit of this process changes in memory, from its commands and their outcomes. New rows
//! are made here as the store would hand them over, so that nothing is read. How memory is changed
//! is in `memory`.

use std::collections::HashMap;

use crate::domain::{
    AnswerRow, NewReview, ProductId, ProductRows, QuestionRow, ReviewId, ReviewRow, ReviewRows, Target,
    Timestamp,
};
use crate::service::memory::OwnChanges;
use crate::service::memory::views::OwnChange;
use crate::store::{Command, Outcome, ProductChange};
use crate::view::AddedReviews;

/// The changes of a commit: the new rows of each product, then votes and hidden rows. A row may be
/// voted for or hidden by the commit that adds it, since ids can be guessed.
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
                Command::Report(target @ (Target::Question(_) | Target::Answer(_))),
                Outcome::Reported { product_id },
            ) => {
                others.questions.push(OwnChange::Went(product_id, *target));
            }
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
            _ => match ProductChange::of(command, outcome) {
                Some(change @ (ProductChange::Reviews(_) | ProductChange::ReviewVotes(..))) => {
                    others.reviews.push(OwnChange::Known(change));
                }
                Some(change) => others.questions.push(OwnChange::Known(change)),
                None => {}
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Body, Email, Id as _, Name, NewQuestion, QuestionId};

    #[test]
    fn a_row_that_is_hidden_by_the_commit_that_adds_it_is_not_shown() {
        let product_id = ProductId::new(7).expect("in range");
        let question_id = QuestionId::new(1).expect("in range");
        let question = NewQuestion {
            product_id,
            body: Body::parse("New?", 1_000).expect("good"),
            name: Name::parse("Ada", 60).expect("good"),
            email: Email::parse("ada@mail.test", 254).expect("good"),
        };
        let commands = [
            Command::AddQuestion {
                question,
                written_at: Timestamp::nearest(0),
                submission: None,
                origin: None,
            },
            Command::Report(Target::Question(question_id)),
        ];
        let outcomes = [Outcome::QuestionAdded { question_id, product_id }, Outcome::Reported { product_id }];
        let changes = own_changes(&commands, &outcomes).questions;
        assert!(matches!(changes[..], [OwnChange::Came(_), OwnChange::Went(..)]), "in this order");
    }
}
