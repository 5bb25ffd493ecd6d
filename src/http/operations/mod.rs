//! What each operation of the table does. Which path leads to it is in `routes`; the rules are `service`'s.

pub(crate) mod answers;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod questions;
