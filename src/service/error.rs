//! Why the service does not answer. What a client hears of it is `http`'s.

/// Why the service does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// There is no such question or answer.
    #[error("not found")]
    NotFound,
    /// Another question or answer came under the same key before.
    #[error("the key belongs to another submission")]
    KeyTaken,
    /// Too much waits for the store already.
    #[error("too many requests wait for the store")]
    Overloaded,
    /// The store did not answer in time, or failed. A write's fate is unknown.
    #[error("the store does not answer")]
    StoreUnavailable,
}
