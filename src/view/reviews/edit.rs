//! Edits a record after a write: votes are raised in place, and new reviews without photos are
//! inserted, with the stars that they give. Nothing is read from the store. `service::memory`
//! decides when a record may be edited, and drops it for every other change.

use super::pack::Parts;
use super::rows::{
    FINGERPRINT, HEAD_BYTES, PackedIndex, PackedReview, counts, helpful, id, newness, rank, relevance,
    set_helpful, votes_hash,
};
use super::{AddedReviews, Reviews};
use crate::domain::{Id as _, ReviewId, ReviewRow};
use crate::view::pack::narrow;

impl Reviews {
    /// Sets a review's votes, moves it to its place in each order and returns whether it is there.
    /// Counters only grow, so a change that comes late or twice does nothing.
    pub(crate) fn raise(&mut self, review_id: ReviewId, helpful_now: u32) -> bool {
        let (reviews, relevant, newest) = self.rows_mut();
        let Some(position) = reviews.iter().position(|row| id(row) == review_id.get()) else {
            return false;
        };
        let former = helpful(&reviews[position]);
        if former >= helpful_now {
            return true;
        }
        set_helpful(&mut reviews[position], helpful_now);
        let raised = rank(&reviews[position]);
        let place = reviews[..position].partition_point(|row| rank(row) < raised);
        reviews[place..=position].rotate_right(1);
        for index in relevant.iter_mut().chain(newest) {
            let at = position_of(*index);
            if at == position {
                *index = narrow(place).to_le_bytes();
            } else if (place..position).contains(&at) {
                *index = narrow(at + 1).to_le_bytes();
            }
        }
        let Some(at) = relevant.iter().position(|index| position_of(*index) == place) else { return true };
        let raised = relevance(&reviews[place]);
        let better =
            relevant[..at].partition_point(|index| relevance(&reviews[position_of(*index)]) < raised);
        relevant[better..=at].rotate_right(1);
        let votes = |helpful| votes_hash(review_id.get(), helpful);
        let fingerprint =
            self.fingerprint().wrapping_sub(votes(former)).wrapping_add(votes(helpful_now)).to_le_bytes();
        self.record[FINGERPRINT..FINGERPRINT + fingerprint.len()].copy_from_slice(&fingerprint);
        true
    }

    /// The record with new reviews. Those that are there already stay as they are.
    pub(crate) fn with(&self, added: &AddedReviews) -> Self {
        let mut parts = Parts::of_record(&self.record);
        for row in &added.rows.reviews {
            parts.add(row, added);
        }
        Self { product_id: self.product_id, record: parts.put_together() }
    }

    /// Reviews and the two lists of their positions.
    fn rows_mut(&mut self) -> (&mut [PackedReview], &mut [PackedIndex], &mut [PackedIndex]) {
        let [reviews, ..] = counts(&self.record);
        let rows = &mut self.record[HEAD_BYTES..];
        let (rows, indexes) = rows.split_at_mut(reviews * size_of::<PackedReview>());
        let (indexes, _) = indexes.as_chunks_mut();
        let (relevant, newest) = indexes[..2 * reviews].split_at_mut(reviews);
        (rows.as_chunks_mut().0, relevant, newest)
    }
}

impl Parts {
    fn add(&mut self, row: &ReviewRow, added: &AddedReviews) {
        if self.reviews.iter().any(|review| review.id == row.review_id.get()) {
            return;
        }
        let review = self.keep_texts(row, &added.rows);
        self.count(&review, 0);
        let packed = review.packed();
        let place = self.reviews.partition_point(|other| rank(&other.packed()) < rank(&packed));
        self.reviews.insert(place, review);
        for index in self.relevant.iter_mut().chain(&mut self.newest) {
            *index += u32::from(*index as usize >= place);
        }
        let reviews = &self.reviews;
        let other = |index: &u32| reviews[*index as usize].packed();
        let at = self.relevant.partition_point(|index| relevance(&other(index)) < relevance(&packed));
        self.relevant.insert(at, narrow(place));
        let at = self.newest.partition_point(|index| newness(&other(index)) < newness(&packed));
        self.newest.insert(at, narrow(place));
        for (_, rated) in added.rated.iter().filter(|(of, _)| *of == row.review_id) {
            let rated_id = rated.characteristic_id.get();
            let Some(characteristic) = self.characteristics.iter_mut().find(|one| one.id == rated_id) else {
                continue;
            };
            self.fingerprint = self.fingerprint.wrapping_sub(characteristic.hash(&self.text));
            characteristic.stars += u64::from(rated.stars.get());
            characteristic.ratings += 1;
            self.fingerprint = self.fingerprint.wrapping_add(characteristic.hash(&self.text));
        }
    }
}

fn position_of(index: PackedIndex) -> usize {
    u32::from_le_bytes(index) as usize
}
