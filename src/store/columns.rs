//! What a number or some bytes in a column must be to become a value, the same in every store. How
//! a column is read and how a damaged one is reported is each store's own.

use crate::domain::{Digest, Id, Timestamp};

/// An id in its range.
pub(super) fn id<I: Id>(value: i64) -> Result<I, String> {
    let id = u64::try_from(value).ok().and_then(|number| I::new(number).ok());
    id.ok_or_else(|| format!("{value} is not an id"))
}

/// A count of votes.
pub(super) fn count(value: i64) -> Result<u32, String> {
    u32::try_from(value).map_err(|_| format!("{value} is not a count"))
}

/// A flag, as SQLite stores it.
pub(super) fn flag(value: i64) -> Result<bool, String> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(format!("{value} is neither 0 nor 1")),
    }
}

/// A time, from milliseconds since 1970 in UTC.
pub(super) fn time(milliseconds: i64) -> Result<Timestamp, String> {
    Timestamp::from_milliseconds(milliseconds).map_err(|error| format!("{milliseconds} {error}"))
}

/// A digest, from its 16 bytes.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, String> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| format!("{} bytes are no digest", bytes.len()))
}
