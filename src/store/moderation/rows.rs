//! What a store adds to moderation: how its questions, answers and reviews are found, shown, hidden
//! and read. The statements differ between the stores.

use super::ItemTexts;
use super::sql::Sql;
use crate::domain::{ProductId, State, Target};

/// A row that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct FoundRow {
    /// Its product.
    pub(in crate::store) product_id: ProductId,
    /// Whether the row itself says that it is public. It wins over what moderation has kept: a
    /// process of an earlier version may have hidden it.
    pub(in crate::store) is_public: bool,
}

/// A session whose open transaction reaches the rows themselves.
pub(in crate::store) trait Rows: Sql {
    /// Finds a row, and keeps others from changing it until the transaction ends.
    fn find(&mut self, target: Target) -> Result<Option<FoundRow>, Self::Error>;

    /// Makes the row public, or no longer. The sums of a review's characteristics change with it.
    fn set_state(&mut self, target: Target, product_id: ProductId, state: State) -> Result<(), Self::Error>;

    /// Reads the texts of a row that is there.
    fn texts(&mut self, target: Target, product_id: ProductId) -> Result<ItemTexts, Self::Error>;

    /// Empties the texts, the name and the address of a row, and removes its photos.
    fn empty(&mut self, target: Target, product_id: ProductId) -> Result<(), Self::Error>;
}
