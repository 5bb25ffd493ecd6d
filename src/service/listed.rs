//! What came of asking for a list. The lists themselves are `view`'s.

use crate::view::ListTag;

/// What came of asking for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Its page is written.
    Page(ListTag),
    /// Whoever asked has this page already; nothing is written.
    Unchanged(ListTag),
}

impl Listed {
    /// Writes a page unless it is known already.
    pub(super) fn write(tag: ListTag, is_known: impl FnOnce(ListTag) -> bool, write: impl FnOnce()) -> Self {
        if is_known(tag) {
            return Self::Unchanged(tag);
        }
        write();
        Self::Page(tag)
    }
}
