//! What each operation does, next to the words that describe it. Deliberately absent: paths
//! (`routes`), rules (`service`).

pub(crate) mod answers;
pub(crate) mod description;
mod examples;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod problems;
pub(crate) mod questions;
mod submissions;

/// What the descriptions say of both votes.
const VOTE_DESCRIPTION: &str =
    "Not conditional: two requests are two votes. A body is ignored. Works on reported rows as well.";
