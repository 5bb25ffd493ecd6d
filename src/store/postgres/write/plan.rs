//! Turns a batch of commands into the sets that statements take. It has no SQL and sends nothing;
//! the answers are turned into outcomes in `carried`.

use std::collections::HashSet;

use super::identified::{PlannedCasts, plan_casts};
use super::rows::Votes;
use super::submissions::RecentDigests;
use crate::domain::{Digest, Target};
use crate::store::postgres::decode::bigint;
use crate::store::{Command, Submission};

/// The sets of a batch, ids ascending: two processes that touch the same rows do so in the same
/// order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) question_votes: Votes,
    pub(crate) answer_votes: Votes,
    pub(crate) review_votes: Votes,
    /// Votes of identified shoppers. For kinds of rows that have any, the other votes are here as
    /// well.
    pub(crate) casts: Option<Box<PlannedCasts>>,
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
        let Self { question_votes, answer_votes, review_votes, .. } = &mut plan;
        plan.casts = plan_casts(commands, (question_votes, answer_votes, review_votes));
        plan
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
