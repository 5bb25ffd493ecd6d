//! Turns the answers of the first trip into outcomes, and into the rows of the second one. It has
//! no SQL and sends nothing.

use std::collections::{HashMap, HashSet};
use std::vec::IntoIter;

use super::identified::{CastOutcomes, FoundCasts};
use super::origins::NewOrigins;
use super::plan::PlanMode;
use super::rows::{NewAnswers, NewPhotos, NewQuestions, NewRatings, NewReviewPhotos, NewReviews};
use super::submissions::NewSubmissions;
use crate::domain::{
    AnswerId, CharacteristicId, Digest, NewAnswer, NewQuestion, NewReview, Origin, PhotoId, ProductId,
    QuestionId, Rated, ReviewId, State, Target, Timestamp,
};
use crate::store::postgres::decode::Milliseconds;
use crate::store::submission::Earlier;
use crate::store::{Command, Outcome, ProductChange, Submission};

/// The answers of the server to a plan.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) voted: HashMap<Target, (ProductId, u32)>,
    pub(crate) casts: Option<FoundCasts>,
    pub(crate) answered: HashMap<QuestionId, ProductId>,
    /// Characteristics of the products that new reviews are about.
    pub(crate) characteristics: HashSet<(ProductId, CharacteristicId)>,
    pub(crate) earlier: HashMap<Digest, Earlier>,
    pub(crate) ids: NewIds,
}

/// Reserved new ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewIds {
    pub(crate) questions: Vec<QuestionId>,
    pub(crate) answers: Vec<AnswerId>,
    pub(crate) photos: Vec<PhotoId>,
    pub(crate) reviews: Vec<ReviewId>,
    pub(crate) review_photos: Vec<PhotoId>,
    pub(crate) ratings: Vec<i64>,
}

/// Reserved new ids that were not used yet.
struct IdsInOrder {
    questions: IntoIter<QuestionId>,
    answers: IntoIter<AnswerId>,
    photos: IntoIter<PhotoId>,
    reviews: IntoIter<ReviewId>,
    review_photos: IntoIter<PhotoId>,
    ratings: IntoIter<i64>,
}

impl NewIds {
    fn in_order(self) -> IdsInOrder {
        IdsInOrder {
            questions: self.questions.into_iter(),
            answers: self.answers.into_iter(),
            photos: self.photos.into_iter(),
            reviews: self.reviews.into_iter(),
            review_photos: self.review_photos.into_iter(),
            ratings: self.ratings.into_iter(),
        }
    }
}

/// Outcomes, and the rows to insert and to notify of.
#[derive(Debug, Default)]
pub(crate) struct Carried<'c> {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) changes: Vec<ProductChange>,
    pub(crate) questions: NewQuestions<'c>,
    pub(crate) answers: NewAnswers<'c>,
    pub(crate) photos: NewPhotos<'c>,
    pub(crate) reviews: NewReviews<'c>,
    pub(crate) review_photos: NewReviewPhotos<'c>,
    pub(crate) ratings: NewRatings,
    /// What is kept of new rows beyond their texts, if anything is of any of them.
    pub(crate) origins: Option<Box<NewOrigins<'c>>>,
    pub(crate) submissions: NewSubmissions,
    /// Whether rows of earlier transactions are acknowledged.
    pub(crate) confirms_earlier: bool,
}

impl<'c> Carried<'c> {
    /// Matches commands and answers. A command without a row or an id in `found` is not found.
    pub(crate) fn new(commands: &'c [Command], mode: PlanMode, found: Found) -> Self {
        let Found { voted, casts, answered, characteristics, mut earlier, ids } = found;
        let mut result = Self { outcomes: Vec::with_capacity(commands.len()), ..Self::default() };
        let mut ids = ids.in_order();
        let mut casts = casts.map(|casts| CastOutcomes::new(commands, casts));
        for command in commands {
            let outcome = match command {
                Command::Vote { target, .. } => {
                    voted.get(target).map(|&(product_id, helpful)| Outcome::Voted { product_id, helpful })
                }
                Command::VoteAs { target, voter, takes_back } => {
                    casts.as_mut().and_then(|casts| casts.next(*target, *voter, *takes_back, &voted))
                }
                Command::Recall { submission, now } => {
                    let before = earlier.get(&submission.digest);
                    let before = before.filter(|before| before.counts_for(submission, *now));
                    before.map(|before| before.outcome(submission))
                }
                Command::AddQuestion { question, written_at, submission, origin } => {
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        result.add_question(&mut ids, question, *written_at, origin.as_deref())
                    })
                }
                Command::AddAnswer { question_id, product_id, answer, written_at, submission, origin } => {
                    let known = product_id.filter(|_| mode == PlanMode::Optimistic);
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        let product_id = known.or_else(|| answered.get(question_id).copied())?;
                        let parent = (product_id, *question_id);
                        result.add_answer(&mut ids, parent, answer, *written_at, origin.as_deref())
                    })
                }
                Command::AddReview { review, written_at, submission, origin } => {
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        let of_product = |rated: &&Rated| {
                            characteristics.contains(&(review.product_id, rated.characteristic_id))
                        };
                        let rated = review.rated.iter().filter(of_product);
                        result.add_review(&mut ids, review, rated, *written_at, origin.as_deref())
                    })
                }
            };
            let outcome = outcome.unwrap_or(Outcome::NotFound);
            result.confirms_earlier |= matches!(outcome, Outcome::Repeated(_));
            result.changes.extend(ProductChange::of(command, outcome));
            result.outcomes.push(outcome);
        }
        result.submissions.sort();
        result
    }

    fn add_question(
        &mut self,
        ids: &mut IdsInOrder,
        question: &'c NewQuestion,
        written_at: Timestamp,
        origin: Option<&'c Origin>,
    ) -> Option<Outcome> {
        let (product_id, question_id) = (question.product_id, ids.questions.next()?);
        let questions = match origin {
            None => &mut self.questions,
            Some(origin) => {
                let origins = self.origins.get_or_insert_default();
                origins.items.add(product_id, Target::Question(question_id), written_at, origin);
                match origin.state {
                    State::Published => &mut self.questions,
                    _ => &mut origins.questions,
                }
            }
        };
        questions.add(question_id, question, Milliseconds(written_at.milliseconds()));
        Some(Outcome::QuestionAdded { question_id, product_id })
    }

    fn add_answer(
        &mut self,
        ids: &mut IdsInOrder,
        (product_id, question_id): (ProductId, QuestionId),
        answer: &'c NewAnswer,
        written_at: Timestamp,
        origin: Option<&'c Origin>,
    ) -> Option<Outcome> {
        let answer_id = ids.answers.next()?;
        let answers = match origin {
            None => &mut self.answers,
            Some(origin) => {
                let origins = self.origins.get_or_insert_default();
                origins.items.add(product_id, Target::Answer(answer_id), written_at, origin);
                match origin.state {
                    State::Published => &mut self.answers,
                    _ => &mut origins.answers,
                }
            }
        };
        let written_at = Milliseconds(written_at.milliseconds());
        answers.add(product_id, answer_id, question_id, answer, written_at);
        for (url, photo_id) in answer.photos.iter().zip(&mut ids.photos) {
            self.photos.add(product_id, photo_id, answer_id, url.as_str());
        }
        Some(Outcome::AnswerAdded { answer_id, product_id })
    }

    /// Adds a review with what it gives to those characteristics that the product has.
    fn add_review(
        &mut self,
        ids: &mut IdsInOrder,
        review: &'c NewReview,
        rated: impl Iterator<Item = &'c Rated>,
        written_at: Timestamp,
        origin: Option<&'c Origin>,
    ) -> Option<Outcome> {
        let (product_id, review_id) = (review.product_id, ids.reviews.next()?);
        let (reviews, ratings) = match origin {
            None => (&mut self.reviews, &mut self.ratings),
            Some(origin) => {
                let origins = self.origins.get_or_insert_default();
                origins.items.add(product_id, Target::Review(review_id), written_at, origin);
                match origin.state {
                    State::Published => (&mut self.reviews, &mut self.ratings),
                    _ => (&mut origins.reviews, &mut origins.ratings),
                }
            }
        };
        reviews.add(review_id, review, Milliseconds(written_at.milliseconds()));
        for (rated, rating_id) in rated.zip(&mut ids.ratings) {
            let Rated { characteristic_id, stars } = *rated;
            ratings.add(product_id, review_id, rating_id, characteristic_id, stars);
        }
        for (url, photo_id) in review.photos.iter().zip(&mut ids.review_photos) {
            self.review_photos.add(product_id, photo_id, review_id, url.as_str());
        }
        Some(Outcome::ReviewAdded { review_id, product_id })
    }

    /// Adds a row, unless it was added before or is in this batch already.
    fn submit(
        &mut self,
        earlier: &mut HashMap<Digest, Earlier>,
        submission: Option<&Submission>,
        written_at: Timestamp,
        add: impl FnOnce(&mut Self) -> Option<Outcome>,
    ) -> Option<Outcome> {
        let Some(submission) = submission else { return add(self) };
        let before = earlier.get(&submission.digest).copied();
        if let Some(before) = before.filter(|before| before.counts_for(submission, written_at)) {
            return Some(before.outcome(submission));
        }
        let outcome = add(self)?;
        let row = outcome.added()?;
        self.submissions.add(submission, row, written_at, before.is_some());
        let Submission { digest, content, expires_at } = *submission;
        earlier.insert(digest, Earlier { content, expires_at, row });
        Some(outcome)
    }
}
