//! One product's reviews, packed so that any page in any order, and their sums, are written from
//! them at once. Which reviews are in memory is not known here.
//!
//! Like a [`View`](super::View) it is one run of bytes:
//!
//! | section | what |
//! |---|---|
//! | head | numbers of rows, fingerprint of all that is shown, counts of stars |
//! | reviews | rows of fixed width in the default order: most helpful first, then the oldest id |
//! | relevant | the positions of reviews in that order |
//! | newest | the positions of reviews in that order |
//! | photos | rows of fixed width, review by review, in the order of their ids |
//! | characteristics | rows of fixed width, in the order of their ids |
//! | text | JSON-escaped strings, review by review |
//!
//! A photo's address is in the text, or in the pool of texts that records share.

mod edit;
mod pack;
mod rows;
#[cfg(test)]
mod tests;
mod write;

use self::pack::Parts;
use self::rows::{Sections, counts, fingerprint, sections};
use super::fetch::fetch;
use super::fingerprint::ListTag;
use super::pool::TextPool;
use crate::domain::{Id as _, Page, ProductId, Rated, ReviewId, ReviewOrder, ReviewRows};

/// Seeds of tags. Questions use 1 and 2.
const LIST_SEED: u64 = 3;
const SUMS_SEED: u64 = 4;

/// One product's public reviews.
#[derive(Debug, Clone)]
pub struct Reviews {
    product_id: ProductId,
    record: Box<[u8]>,
}

/// New reviews of a product without photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedReviews {
    /// The reviews. There are no photos and no characteristics.
    pub(crate) rows: ReviewRows,
    /// What each gives to characteristics, of this product or not.
    pub(crate) rated: Vec<(ReviewId, Rated)>,
}

impl Reviews {
    /// Packs a product's rows. Photos without their review are left out. Of characteristics with
    /// the same name only the one with the smallest id is shown: names are keys of a JSON object.
    pub fn pack(rows: &ReviewRows, pool: &TextPool) -> Self {
        Self { product_id: rows.product_id, record: Parts::of_rows(rows, pool).put_together() }
    }

    /// The product.
    pub fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// Bytes of this record, without what the allocator rounds up.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.record.len()
    }

    /// The tag of a page of the list. It changes whenever a review or a sum does.
    pub fn list_tag(&self, page: Page, order: ReviewOrder) -> ListTag {
        let size_and_order = u64::from(page.size()) << 8 | order as u64;
        let numbers = [self.fingerprint(), self.product_id.get(), page.number(), size_and_order];
        ListTag::of(numbers, LIST_SEED)
    }

    /// The tag of the sums.
    pub fn sums_tag(&self) -> ListTag {
        ListTag::of([self.fingerprint(), self.product_id.get()], SUMS_SEED)
    }

    /// Appends a page of the list.
    pub fn write_list(&self, page: Page, order: ReviewOrder, pool: &TextPool, output: &mut Vec<u8>) {
        fetch(&self.record);
        self.sections().write_list(self.product_id, page, order, pool, output);
    }

    /// Appends the sums.
    pub fn write_sums(&self, output: &mut Vec<u8>) {
        fetch(&self.record);
        write::sums(self.product_id, &self.record, &self.sections(), output);
    }

    /// The numbers of reviews and photos.
    pub(crate) fn counts(&self) -> [usize; 2] {
        let [reviews, photos, _] = counts(&self.record);
        [reviews, photos]
    }

    fn fingerprint(&self) -> u64 {
        fingerprint(&self.record)
    }

    fn sections(&self) -> Sections<'_> {
        sections(&self.record)
    }
}
