//! How a store fails. Which of these becomes which status is decided in `http::error` alone.

/// A store's failure.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot answer now; later it may. Nothing was written.
    #[error("the store is not available: {0}")]
    Unavailable(String),
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
        /// The table.
        table: &'static str,
        /// Its key.
        row: i64,
        /// The column.
        column: &'static str,
        /// What is wrong with the value.
        problem: String,
    },
    /// A number has run out: ids, or positions within one product.
    #[error("{0}")]
    Full(String),
}
