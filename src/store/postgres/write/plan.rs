//! Turns a batch of commands into the sets that statements take, and the answers into outcomes. It
//! has no SQL and sends nothing.

use std::collections::{HashMap, HashSet};

use super::rows::{NewAnswers, NewPhotos, NewQuestions, NewRatings, NewReviewPhotos, NewReviews};
use super::submissions::{NewSubmissions, RecentDigests};
use crate::domain::{
    AnswerId, CharacteristicId, Digest, PhotoId, ProductId, QuestionId, Rated, ReviewId, Target, Timestamp,
};
use crate::store::postgres::decode::{Milliseconds, bigint};
use crate::store::submission::Earlier;
use crate::store::{Command, Outcome, ProductChange, Submission};

/// The sets of a batch, ids ascending: two processes that touch the same rows do so in the same
/// order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) question_votes: Votes,
    pub(crate) answer_votes: Votes,
    pub(crate) review_votes: Votes,
    /// Questions that get answers and whose products must be looked up.
    pub(crate) answered: Vec<i64>,
    /// Products whose characteristics must be looked up: new reviews rate some.
    pub(crate) rated: Vec<i64>,
    /// How many new ids are needed, at most.
    pub(crate) new_questions: i64,
    pub(crate) new_answers: i64,
    pub(crate) new_photos: i64,
    pub(crate) new_reviews: i64,
    pub(crate) new_review_photos: i64,
    pub(crate) new_ratings: i64,
    /// Digests of new rows that must be looked up.
    pub(crate) digests: Vec<Digest>,
}

/// Ids, and the votes for each, in two parallel lists.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    pub(crate) ids: Vec<i64>,
    pub(crate) votes: Vec<i64>,
}

impl Votes {
    fn new(mut pairs: Vec<(i64, i64)>) -> Self {
        pairs.sort_unstable();
        let (ids, votes) = pairs.into_iter().unzip();
        Self { ids, votes }
    }
}

/// How much a plan looks up before it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanMode {
    /// As little as it can. It assumes that submissions are new unless this session remembers them,
    /// and that each question belongs to the product that its command names. Where that is wrong,
    /// the tables refuse the insert, and the transaction runs again.
    Optimistic,
    /// Everything.
    Checked,
}

impl Plan {
    /// Only an optimistic plan uses `recent`.
    pub(crate) fn new(commands: &[Command], mode: PlanMode, recent: &RecentDigests) -> Self {
        let is_checked = mode == PlanMode::Checked;
        let mut plan = Self::default();
        let (mut question_votes, mut answer_votes, mut review_votes) = (Vec::new(), Vec::new(), Vec::new());
        let mut submitted = HashSet::new();
        // The second of two equal submissions is not added, also when the first one is not.
        let mut is_new = |submission: &Option<Submission>| {
            submission.is_none_or(|submission| submitted.insert((submission.digest, submission.content)))
        };
        for command in commands {
            match command {
                Command::Vote { target: Target::Question(id), votes } => {
                    question_votes.push((bigint(*id), i64::from(*votes)));
                }
                Command::Vote { target: Target::Answer(id), votes } => {
                    answer_votes.push((bigint(*id), i64::from(*votes)));
                }
                Command::Vote { target: Target::Review(id), votes } => {
                    review_votes.push((bigint(*id), i64::from(*votes)));
                }
                Command::AddQuestion { submission, .. } if is_new(submission) => plan.new_questions += 1,
                Command::AddAnswer { question_id, product_id, answer, submission, .. }
                    if is_new(submission) =>
                {
                    if is_checked || product_id.is_none() {
                        plan.answered.push(bigint(*question_id));
                        // Perhaps there is no such question; then it matters whether the key is
                        // taken.
                        plan.digests.extend(submission.map(|submission| submission.digest));
                    }
                    plan.new_answers += 1;
                    plan.new_photos += count(answer.photos.len());
                }
                Command::AddReview { review, submission, .. } if is_new(submission) => {
                    plan.new_reviews += 1;
                    plan.new_review_photos += count(review.photos.len());
                    plan.new_ratings += count(review.rated.len());
                    if !review.rated.is_empty() {
                        plan.rated.push(bigint(review.product_id));
                    }
                }
                Command::Recall { submission, .. } => plan.digests.push(submission.digest),
                Command::AddQuestion { .. }
                | Command::AddAnswer { .. }
                | Command::AddReview { .. }
                | Command::VoteAs { .. } => {}
            }
        }
        let digests = submitted.into_iter().map(|(digest, _)| digest);
        plan.digests.extend(digests.filter(|digest| is_checked || recent.holds(*digest)));
        plan.digests.sort_unstable();
        plan.digests.dedup();
        plan.question_votes = Votes::new(question_votes);
        plan.answer_votes = Votes::new(answer_votes);
        let Self { answered, rated, .. } = &mut plan;
        for ids in [answered, rated] {
            ids.sort_unstable();
            ids.dedup();
        }
        plan.review_votes = Votes::new(review_votes);
        plan
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The answers of the server to a plan.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) voted: HashMap<Target, (ProductId, u32)>,
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
    pub(crate) submissions: NewSubmissions,
    /// Whether rows of earlier transactions are acknowledged.
    pub(crate) confirms_earlier: bool,
}

impl<'c> Carried<'c> {
    /// Matches commands and answers. A command without a row or an id in `found` is not found.
    pub(crate) fn new(commands: &'c [Command], mode: PlanMode, found: Found) -> Self {
        let Found { voted, answered, characteristics, mut earlier, ids } = found;
        let mut result = Self { outcomes: Vec::with_capacity(commands.len()), ..Self::default() };
        let mut question_ids = ids.questions.into_iter();
        let mut answer_ids = ids.answers.into_iter();
        let mut photo_ids = ids.photos.into_iter();
        let mut review_ids = ids.reviews.into_iter();
        let mut review_photo_ids = ids.review_photos.into_iter();
        let mut rating_ids = ids.ratings.into_iter();
        for command in commands {
            let outcome = match command {
                Command::Vote { target, .. } => {
                    voted.get(target).map(|&(product_id, helpful)| Outcome::Voted { product_id, helpful })
                }
                Command::VoteAs { .. } => None,
                Command::Recall { submission, now } => {
                    let before = earlier.get(&submission.digest);
                    let before = before.filter(|before| before.counts_for(submission, *now));
                    before.map(|before| before.outcome(submission))
                }
                Command::AddQuestion { question, written_at, submission, .. } => {
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        let question_id = question_ids.next()?;
                        let written_at = Milliseconds(written_at.milliseconds());
                        result.questions.add(question_id, question, written_at);
                        Some(Outcome::QuestionAdded { question_id, product_id: question.product_id })
                    })
                }
                Command::AddAnswer { question_id, product_id, answer, written_at, submission, .. } => {
                    let known = product_id.filter(|_| mode == PlanMode::Optimistic);
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        let product_id = known.or_else(|| answered.get(question_id).copied())?;
                        let answer_id = answer_ids.next()?;
                        let written_at = Milliseconds(written_at.milliseconds());
                        result.answers.add(product_id, answer_id, *question_id, answer, written_at);
                        for (url, photo_id) in answer.photos.iter().zip(&mut photo_ids) {
                            result.photos.add(product_id, photo_id, answer_id, url.as_str());
                        }
                        Some(Outcome::AnswerAdded { answer_id, product_id })
                    })
                }
                Command::AddReview { review, written_at, submission, .. } => {
                    result.submit(&mut earlier, submission.as_ref(), *written_at, |result| {
                        let (product_id, review_id) = (review.product_id, review_ids.next()?);
                        let written_at = Milliseconds(written_at.milliseconds());
                        result.reviews.add(review_id, review, written_at);
                        for (url, photo_id) in review.photos.iter().zip(&mut review_photo_ids) {
                            result.review_photos.add(product_id, photo_id, review_id, url.as_str());
                        }
                        let of_product =
                            |rated: &&Rated| characteristics.contains(&(product_id, rated.characteristic_id));
                        let rated = review.rated.iter().filter(of_product);
                        for (rated, rating_id) in rated.zip(&mut rating_ids) {
                            let Rated { characteristic_id, stars } = *rated;
                            result.ratings.add(product_id, review_id, rating_id, characteristic_id, stars);
                        }
                        Some(Outcome::ReviewAdded { review_id, product_id })
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
