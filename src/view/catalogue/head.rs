//! The head of a record: what is where in it.

/// The time of the import.
pub(super) const IMPORTED_AT: usize = 0;

/// The fingerprint of all that is shown.
pub(super) const FINGERPRINT: usize = 8;

/// The numbers of styles and SKUs.
pub(super) const STYLES: usize = 16;
pub(super) const SKUS: usize = 20;

/// Where the sections behind the product's begin.
pub(super) const STYLES_START: usize = 24;
pub(super) const RELATED_START: usize = 28;

/// The length of the head. The product's section follows it.
pub(super) const HEAD_BYTES: usize = 32;

/// The bytes of a part of the head.
pub(super) fn array_at<const LENGTH: usize>(record: &[u8], start: usize) -> [u8; LENGTH] {
    *record[start..].first_chunk().expect("a record has a whole head")
}
