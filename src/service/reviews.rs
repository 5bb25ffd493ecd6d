//! The operations on reviews. Lists and sums come from memory, writes go to the queue; no HTTP is
//! known here.

use super::policy::{Post, PostKind};
use super::questions::unexpected;
use super::waiting::Held;
use super::{Added, Listed, Service, ServiceError};
use crate::domain::{
    IdempotencyKey, NewReview, Page, ProductId, ReviewId, ReviewOrder, ReviewsPart, Sender, Target,
};
use crate::store::{Command, Outcome};
use crate::view::ListTag;

impl Service {
    /// Appends a page of a product's reviews to `output` as JSON, unless `is_known` returns true
    /// for its tag. A product that nobody knows has no reviews.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`], never an empty list
    /// instead.
    pub async fn list_reviews(
        &self,
        product_id: ProductId,
        page: Page,
        order: ReviewOrder,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        self.read_view(&self.memory.reviews, product_id, ReviewsPart::List, |reviews| {
            let tag = reviews.list_tag(page, order);
            let write = || reviews.write_list(page, order, &self.memory.pool, output);
            Listed::write(tag, &mut is_known, write)
        })
        .await
    }

    /// Appends such a page at once if the product's reviews are in memory.
    pub fn list_reviews_from_memory(
        &self,
        product_id: ProductId,
        page: Page,
        order: ReviewOrder,
        output: &mut Vec<u8>,
    ) -> Option<ListTag> {
        self.memory.reviews.read(product_id, |reviews| {
            reviews.write_list(page, order, &self.memory.pool, output);
            reviews.list_tag(page, order)
        })
    }

    /// Appends the sums of a product's reviews, unless `is_known` returns true for their tag.
    ///
    /// # Errors
    /// As [`list_reviews`](Self::list_reviews).
    pub async fn show_review_sums(
        &self,
        product_id: ProductId,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        self.read_view(&self.memory.reviews, product_id, ReviewsPart::Sums, |reviews| {
            Listed::write(reviews.sums_tag(), &mut is_known, || reviews.write_sums(output))
        })
        .await
    }

    /// Appends the sums at once if the product's reviews are in memory.
    pub fn show_review_sums_from_memory(
        &self,
        product_id: ProductId,
        output: &mut Vec<u8>,
    ) -> Option<ListTag> {
        self.memory.reviews.read(product_id, |reviews| {
            reviews.write_sums(output);
            reviews.sums_tag()
        })
    }

    /// Adds a review and returns its id. A repeated submission returns the first id.
    ///
    /// # Errors
    /// [`ServiceError::KeyTaken`] when another submission came under `key` before.
    pub async fn add_review(
        &self,
        review: NewReview,
        key: Option<&IdempotencyKey>,
    ) -> Result<Added<ReviewId>, ServiceError> {
        self.add_review_from(review, key, &Sender::default()).await
    }

    /// Adds what this sender wrote, as the policy says: it may wait for a moderator, or be refused.
    ///
    /// # Errors
    /// As [`add_review`](Self::add_review).
    pub async fn add_review_from(
        &self,
        review: NewReview,
        key: Option<&IdempotencyKey>,
        sender: &Sender,
    ) -> Result<Added<ReviewId>, ServiceError> {
        let written_at = self.clock.now();
        let submission = self.submission(key, written_at, || review.digest());
        let post = Post::of_review(&review);
        let judged = self.judge(post, sender, submission.as_ref()).await?;
        let (state, hook, origin) = (judged.state(), judged.hook, judged.origin);
        let held = Held::of(origin.as_deref());
        match self.write(Command::AddReview { review, written_at, submission, origin }).await? {
            Outcome::ReviewAdded { review_id: id, .. } => {
                self.waiting.held(held);
                self.hook.ask(hook, Target::Review(id));
                Ok(Added::now(id, state))
            }
            Outcome::Repeated(row @ Target::Review(id)) => {
                Ok(Added::before(id, self.state_of_repeated(PostKind::Review, row).await?))
            }
            outcome => unexpected(outcome),
        }
    }

    /// Counts one vote for the review.
    pub async fn vote_review(&self, review_id: ReviewId) -> Result<(), ServiceError> {
        self.vote(Target::Review(review_id)).await
    }

    /// Hides the review from the public list, and takes it out of the sums.
    pub async fn report_review(&self, review_id: ReviewId) -> Result<(), ServiceError> {
        self.report(Target::Review(review_id)).await
    }
}
