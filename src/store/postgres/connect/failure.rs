//! Decides what a PostgreSQL error means for the session, for another attempt and for the caller.
//! Deliberately absent: trying again, which the callers do.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::store::StoreError;

/// The hint for statements that are missing where they were prepared.
const POOLER_HINT: &str =
    "; behind a pooler in transaction mode, add to the address: statements=unnamed&direct=HOST:PORT";

/// Whether the server knows other prepared statements than this session prepared.
fn is_of_another_session(code: &SqlState) -> bool {
    matches!(*code, SqlState::DUPLICATE_PSTATEMENT | SqlState::INVALID_SQL_STATEMENT_NAME)
}

/// Why a request to the server failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server refused, or the connection broke.
    Server(tokio_postgres::Error),
    /// The server did not answer in time; its connection cannot be used any more.
    TooLate,
    /// The answer was not as expected.
    Answer(StoreError),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Answer(error)
    }
}

impl Failure {
    fn refusal(&self) -> Option<&DbError> {
        match self {
            Self::Server(error) => error.as_db_error(),
            Self::TooLate | Self::Answer(_) => None,
        }
    }

    /// Whether the server refused the statement and goes on: the transaction is undone.
    pub(crate) fn is_refusal(&self) -> bool {
        self.refusal().is_some_and(|error| error.parsed_severity() == Some(Severity::Error))
    }

    /// Whether the server did not answer because there is no connection to it any more.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Server(_)) && !self.is_refusal()
    }

    /// Whether the same transaction may succeed when it is carried out again.
    pub(crate) fn may_pass_again(&self) -> bool {
        self.refusal().is_some_and(|error| {
            matches!(*error.code(), SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED)
        })
    }

    /// Whether a key refused what another process has just added.
    pub(crate) fn is_refused_by(&self, key: &str) -> bool {
        self.refusal().is_some_and(|error| {
            *error.code() == SqlState::UNIQUE_VIOLATION && error.constraint() == Some(key)
        })
    }

    /// Whether an answer found no question.
    pub(crate) fn misses_question(&self) -> bool {
        self.refusal().is_some_and(|error| {
            *error.code() == SqlState::NOT_NULL_VIOLATION && error.column() == Some("product_id")
        })
    }

    /// Whether the server itself gave the reason.
    pub(crate) fn says_why(&self) -> bool {
        self.refusal().is_some()
    }

    /// Whether the server takes no writes: it is a standby, or was made read-only.
    pub(crate) fn is_read_only(&self) -> bool {
        self.refusal().is_some_and(|error| *error.code() == SqlState::READ_ONLY_SQL_TRANSACTION)
    }

    /// Whether other sessions held a lock for longer than the timeout.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        self.refusal().is_some_and(|error| *error.code() == SqlState::LOCK_NOT_AVAILABLE)
    }

    /// Whether the session cannot be used any more: its connection is lost, an answer is late, its
    /// statements are prepared for tables that have changed, or its server no longer takes writes.
    pub(crate) fn spoils_session(&self) -> bool {
        match self.refusal() {
            Some(error) if self.is_refusal() => matches!(
                *error.code(),
                SqlState::FEATURE_NOT_SUPPORTED
                    | SqlState::INVALID_SQL_STATEMENT_NAME
                    | SqlState::UNDEFINED_TABLE
                    | SqlState::READ_ONLY_SQL_TRANSACTION
            ),
            _ => !matches!(self, Self::Answer(_)),
        }
    }

    /// Whether a request that changes nothing is worth asking again on a new session.
    pub(crate) fn may_pass_on_a_new_session(&self) -> bool {
        self.spoils_session() && !matches!(self, Self::TooLate)
    }

    /// A failure before anything was changed, or in a transaction that is rolled back.
    pub(crate) fn before_commit(self) -> StoreError {
        if let Self::Answer(error) = self {
            return error;
        }
        let words = self.to_string();
        match self.refusal().map(DbError::code) {
            Some(&SqlState::SEQUENCE_GENERATOR_LIMIT_EXCEEDED) => StoreError::Full(words),
            Some(&SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN) => StoreError::WrongSchema(words),
            _ => StoreError::Unavailable(words),
        }
    }

    /// A failure after `COMMIT` was sent. It is certain that nothing was committed only if the
    /// server refused and still runs.
    pub(crate) fn after_commit(self) -> StoreError {
        if self.is_refusal() || matches!(self, Self::Answer(_)) {
            return self.before_commit();
        }
        StoreError::Unknown(self.to_string())
    }

    /// A failure to connect. A failure that only the operator can fix counts as a bad address.
    pub(crate) fn connecting(self) -> StoreError {
        let words = self.to_string();
        match self.refusal().map(DbError::code) {
            Some(
                &SqlState::INVALID_PASSWORD
                | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION
                | &SqlState::INVALID_CATALOG_NAME,
            ) => StoreError::BadAddress(words),
            _ => self.before_commit(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Server(error) => match (error.as_db_error(), error.source()) {
                (Some(refusal), _) => {
                    write!(formatter, "PostgreSQL says: {}", refusal.message())?;
                    refusal.detail().map_or(Ok(()), |detail| write!(formatter, " ({detail})"))?;
                    if is_of_another_session(refusal.code()) {
                        formatter.write_str(POOLER_HINT)?;
                    }
                    Ok(())
                }
                (None, Some(source)) => write!(formatter, "{error}: {source}"),
                (None, None) => write!(formatter, "{error}"),
            },
            Self::TooLate => formatter.write_str("PostgreSQL did not answer in time"),
            Self::Answer(error) => write!(formatter, "{error}"),
        }
    }
}

/// Ends what takes longer than `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    request: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::time::timeout(limit, request).await.unwrap_or(Err(Failure::TooLate))
}
