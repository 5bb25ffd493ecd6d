//! The result of asking for a list. The lists themselves are written by `view`.

use crate::view::ListTag;

/// The result of asking for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// The page was written.
    Page(ListTag),
    /// The caller has this page already; nothing was written.
    Unchanged(ListTag),
}

impl Listed {
    /// Writes a page unless its tag is known.
    pub(super) fn write(tag: ListTag, is_known: impl FnOnce(ListTag) -> bool, write: impl FnOnce()) -> Self {
        if is_known(tag) {
            return Self::Unchanged(tag);
        }
        write();
        Self::Page(tag)
    }
}
