//! How a store fails, and whose rows cannot be read. Which status an error becomes is not decided
//! here.

use crate::domain::ProductId;

/// A store's failure.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot answer now; later it may. Nothing was written.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The disk is full. Nothing was written; what is there may be readable.
    #[error("the disk is full: {0}")]
    NoRoom(String),
    /// The store broke off while committing: the write may or may not be there.
    #[error("the store broke off, the fate of the last write is unknown: {0}")]
    Unknown(String),
    /// A bulk load into a store that has rows, without leave to replace them.
    #[error("the store already has rows")]
    NotEmpty,
    /// The address of the store cannot be used.
    #[error("{0}")]
    BadAddress(String),
    /// The tables were made by another version of this program.
    #[error("{0}")]
    WrongSchema(String),
    /// A value in the store breaks a rule of the store.
    #[error("damaged row: table {table}, row {row}, column {column}: {problem}")]
    Damaged {
        /// The product that the row belongs to, where the reader knows it.
        product_id: Option<ProductId>,
        /// The table.
        table: &'static str,
        /// Its key.
        row: i64,
        /// The column.
        column: &'static str,
        /// What is wrong with the value.
        problem: String,
    },
    /// A part of the store's file cannot be read, or holds no rows. The rest may be readable.
    #[error("the database file is damaged: {problem}")]
    DamagedFile {
        /// The product whose rows were to be read, where the reader knows it.
        product_id: Option<ProductId>,
        /// What is wrong.
        problem: String,
    },
    /// A number has run out: ids, or positions within one product.
    #[error("{0}")]
    Full(String),
}

impl StoreError {
    /// Damage somewhere in the file.
    pub(super) fn damaged_file(problem: impl ToString) -> Self {
        Self::DamagedFile { product_id: None, problem: problem.to_string() }
    }

    /// The same error with the product whose rows were being read, if it is damage.
    #[must_use]
    pub(super) fn of_product(mut self, id: Option<ProductId>) -> Self {
        if let Self::Damaged { product_id, .. } | Self::DamagedFile { product_id, .. } = &mut self {
            *product_id = id.or(*product_id);
        }
        self
    }

    /// Whether rows are damaged. Reading the same rows again fails again, reading others may
    /// succeed.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::DamagedFile { .. })
    }

    /// The product whose rows are damaged, where it is known. Other products can be read. A scan
    /// can go on after this one.
    pub fn damaged_product(&self) -> Option<ProductId> {
        match self {
            Self::Damaged { product_id, .. } | Self::DamagedFile { product_id, .. } => *product_id,
            _ => None,
        }
    }
}
