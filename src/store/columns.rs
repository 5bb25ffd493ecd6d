//! What a number or some bytes in a column must be to become a value, the same in every store. How
//! a column is read and how a damaged one is reported is each store's own.

use crate::domain::{Digest, Id, MAX_ID, Price, Stars, Timestamp};
use crate::store::{HIDDEN_STATE, PUBLISHED_STATE};

/// An id in its range.
pub(super) fn id<I: Id>(value: i64) -> Result<I, String> {
    let id = u64::try_from(value).ok().and_then(|number| I::new(number).ok());
    id.ok_or_else(|| format!("{value} is not an id"))
}

/// A count of votes.
pub(super) fn count(value: i64) -> Result<u32, String> {
    u32::try_from(value).map_err(|_| format!("{value} is not a count"))
}

/// The state of a review.
pub(super) fn state(value: i64) -> Result<u64, String> {
    let state = u64::try_from(value).ok().filter(|state| (PUBLISHED_STATE..=HIDDEN_STATE).contains(state));
    state.ok_or_else(|| format!("{value} is not a state"))
}

/// Whether a review's state hides it.
pub(super) fn is_hidden_state(value: i64) -> Result<bool, String> {
    state(value).map(|state| state != PUBLISHED_STATE)
}

/// The votes that are shown: those that were given without those that were taken back.
pub(super) fn shown_votes(helpful: u32, withdrawn: u32) -> Result<u32, String> {
    let shown = helpful.checked_sub(withdrawn);
    shown.ok_or_else(|| format!("{withdrawn} votes were taken back, but only {helpful} given"))
}

/// A flag, as SQLite stores it.
pub(super) fn flag(value: i64) -> Result<bool, String> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(format!("{value} is neither 0 nor 1")),
    }
}

/// A sum, or the number of a row that may not be there.
pub(super) fn number(value: i64) -> Result<u64, String> {
    let number = u64::try_from(value).ok().filter(|number| *number <= MAX_ID);
    number.ok_or_else(|| format!("{value} is not a number between 0 and {MAX_ID}"))
}

/// A number of stars.
pub(super) fn stars(value: i64) -> Result<Stars, String> {
    let stars = u64::try_from(value).ok().and_then(|number| Stars::new(number).ok());
    stars.ok_or_else(|| format!("{value} is not a number of stars"))
}

/// A price, from hundredths.
pub(super) fn price(value: i64) -> Result<Price, String> {
    let price = u64::try_from(value).ok().and_then(|number| Price::from_hundredths(number).ok());
    price.ok_or_else(|| format!("{value} is not a price"))
}

/// A time, from milliseconds since 1970 in UTC.
pub(super) fn time(milliseconds: i64) -> Result<Timestamp, String> {
    Timestamp::from_milliseconds(milliseconds).map_err(|error| format!("{milliseconds} {error}"))
}

/// A digest, from its 16 bytes.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, String> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| format!("{} bytes are no digest", bytes.len()))
}
