//! A cache of encoded lists, bounded in bytes. A key holds the request and the tag of the list, so
//! a list that changed is not found, and its old entries are evicted. Deliberately absent: encoding
//! (`encoding`).

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::encoding::Encoding;
use crate::domain::{Page, ReviewOrder};
use crate::view::ListTag;
use crate::view::ProductPart;

/// What an entry takes besides its bytes: its key, its share of the table and what the allocator
/// rounds up.
const BYTES_PER_ENTRY: usize = 192;

/// Most encoded lists have about so many bytes. Only the first size of the table depends on it.
const TYPICAL_BYTES: u64 = 1_024;

/// The key of an encoded list. The tag alone would do, were it not for attackers who search for two
/// lists with the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    pub(crate) of: ListOf,
    pub(crate) page: (u64, u32),
    pub(crate) tag: ListTag,
    pub(crate) encoding: Encoding,
}

/// Whose list it is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ListOf {
    /// The questions of a product.
    Product(u64),
    /// The answers to a question.
    Question(u64),
    /// The catalogue.
    Catalogue,
    /// A part of a product.
    Part(u64, ProductPart),
    /// The reviews of a product.
    Reviews(u64, ReviewOrder),
    /// The sums of its reviews.
    Sums(u64),
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<PageKey, Bytes> for Weight {
    fn weight(&self, _: &PageKey, encoded: &Bytes) -> u64 {
        (encoded.len() + BYTES_PER_ENTRY) as u64
    }
}

/// Encoded lists, at most so many bytes of them.
pub(crate) struct EncodedPages(Option<Cache<PageKey, Bytes, Weight>>);

impl EncodedPages {
    /// Without any byte it keeps nothing.
    pub(crate) fn new(max_bytes: u64) -> Self {
        let estimated = usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX);
        Self((max_bytes > 0).then(|| Cache::with_weighter(estimated, max_bytes, Weight)))
    }

    pub(crate) fn find(&self, key: &PageKey) -> Option<Bytes> {
        self.0.as_ref()?.get(key)
    }

    pub(crate) fn keep(&self, key: PageKey, encoded: Bytes) {
        if let Some(cache) = &self.0 {
            cache.insert(key, encoded);
        }
    }
}

impl PageKey {
    pub(crate) fn new(of: ListOf, page: Page, tag: ListTag, encoding: Encoding) -> Self {
        Self { of, page: (page.number(), page.size()), tag, encoding }
    }
}
