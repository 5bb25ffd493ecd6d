//! What a store adds to moderation: how its questions, answers and reviews are found, shown, hidden
//! and read. The statements differ between the stores.

use super::ItemTexts;
use super::sql::Sql;
use crate::domain::{ProductId, State, Target};

/// Stands in the place of a text that is kept no longer.
pub(crate) const EMPTIED_BODY: &str = "This text was rejected and is kept no longer.";

/// A row that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundRow {
    /// Its product.
    pub(crate) product_id: ProductId,
    /// Whether the row itself says that it is public. It wins over what moderation has kept: a
    /// process of an earlier version may have hidden it.
    pub(crate) is_public: bool,
}

/// A row with its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadRow {
    /// The row.
    pub(crate) found: FoundRow,
    /// Its texts.
    pub(crate) texts: ItemTexts,
}

/// A session whose open transaction reaches the rows themselves.
pub(crate) trait Rows: Sql {
    /// Keeps others from changing rows until the transaction ends. Called for all rows of a
    /// transaction at once, so that two transactions do not wait for each other.
    fn lock(&mut self, targets: &[Target]) -> Result<(), Self::Error>;

    /// Finds a row, and keeps others from changing it until the transaction ends.
    fn find(&mut self, target: Target) -> Result<Option<FoundRow>, Self::Error>;

    /// Gives a row that [`find`](Self::find) found another state. The sums of a review's
    /// characteristics change with it.
    fn set_state(&mut self, target: Target, found: FoundRow, state: State) -> Result<(), Self::Error>;

    /// Reads rows with their texts, in order; `None` where there is no such row.
    fn read(&mut self, targets: &[Target]) -> Result<Vec<Option<ReadRow>>, Self::Error>;

    /// Empties the texts, the name and the address of a row, and removes its photos.
    fn empty(&mut self, target: Target, product_id: ProductId) -> Result<(), Self::Error>;
}
