//! Which part of a list a client wants. Deliberately absent: reading the numbers from a query
//! string (`http`).

use super::ids::MAX_ID;

/// Rows on a page when the client names no number.
pub const DEFAULT_PAGE_SIZE: u32 = 5;

/// Most rows on a page.
pub const MAX_PAGE_SIZE: u32 = 1_000;

/// A page of a list: its numbers in force, after defaults and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: u64,
    size: u32,
}

impl Page {
    /// Clamps `number` to 1..=2^53-1 and `size` to 1..=`max_size`.
    pub fn new(number: u64, size: u64, max_size: u32) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX).clamp(1, max_size.max(1));
        Self { number: number.clamp(1, MAX_ID), size }
    }

    /// The 1-based number of the page.
    pub fn number(self) -> u64 {
        self.number
    }

    /// The most rows on the page.
    pub fn size(self) -> u32 {
        self.size
    }

    /// The number of rows before the page in a list that is long enough.
    pub fn offset(self) -> u64 {
        (self.number - 1).saturating_mul(self.size.into())
    }

    /// The positions of the page's rows in a list of `length` rows; empty past the end.
    pub fn range(self, length: usize) -> std::ops::Range<usize> {
        let start = usize::try_from(self.offset()).unwrap_or(usize::MAX).min(length);
        let end = start.saturating_add(self.size as usize).min(length);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_range_of_the_list() {
        assert_eq!(Page::new(1, 5, 1_000).range(12), 0..5);
        assert_eq!(Page::new(3, 5, 1_000).range(12), 10..12);
        assert_eq!(Page::new(4, 5, 1_000).range(12), 12..12);
        assert_eq!(Page::new(u64::MAX, u64::MAX, 1_000).range(12), 12..12);
        assert_eq!([1, 3].map(|number| Page::new(number, 5, 1_000).offset()), [0, 10]);
    }

    #[test]
    fn numbers_are_clamped() {
        let page = Page::new(0, 9_999, 1_000);
        assert_eq!((page.number(), page.size()), (1, 1_000));
        assert_eq!(Page::new(u64::MAX, 1, 1_000).number(), MAX_ID);
    }
}
