//! What new questions, answers and reviews have in common: the reply that names the new row.
//! Deliberately absent: reading them (`request::body`).

use crate::domain::Id;
use crate::http::response::reply::Reply;
use crate::service::Added;

/// The reply to a new row: its id under this key, how many of its photos were left out if there
/// were any, and the list that shows it as its place.
pub(crate) fn created<I: Id>(
    key: &str,
    Added { id, is_new, .. }: Added<I>,
    photos_left_out: usize,
    location: String,
) -> Reply {
    let left_out = match photos_left_out {
        0 => String::new(),
        number => format!(",\"photos_left_out\":{number}"),
    };
    Reply::Created { json: format!("{{\"{key}\":{id}{left_out}}}"), location, is_new }
}
