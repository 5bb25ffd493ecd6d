//! The failures of the service. Which status a client gets is decided in `http`.

/// A failure of the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// There is no such question, answer or review.
    #[error("not found")]
    NotFound,
    /// Another submission came under the same key before.
    #[error("the key belongs to another submission")]
    KeyTaken,
    /// The text has a word that the shop does not allow. Nothing was kept.
    #[error("the text has a word that is refused")]
    Refused(Box<Refusal>),
    /// Nobody does this without an identity.
    #[error("an identity is needed")]
    IdentityNeeded,
    /// Nobody votes for a row of their own.
    #[error("the row is the voter's own")]
    OwnRow,
    /// The row is somebody else's.
    #[error("the row is somebody else's")]
    NotTheAuthor,
    /// There is no decision to appeal against.
    #[error("there is nothing to appeal against")]
    NothingToAppeal,
    /// The decision was appealed against before.
    #[error("the decision was appealed against already")]
    AppealedBefore,
    /// Too many requests wait for the store already.
    #[error("too many requests wait for the store")]
    Overloaded,
    /// The store did not answer in time, or failed. Whether a write happened is unknown.
    #[error("the store does not answer")]
    StoreUnavailable,
    /// A thread of the service panicked; only a restart of the process helps.
    #[error("a thread of the service panicked")]
    ThreadPanicked,
}

/// The word because of which a text is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The field that has it: `body`, `summary` or `name`.
    pub field: &'static str,
    /// The words as they stand there.
    pub matched: String,
    /// Where they begin, in Unicode scalar values from 0.
    pub from: u32,
    /// Where they end, the first one behind them.
    pub to: u32,
}
