//! What each operation does. Deliberately absent: paths (`routes`), rules (`service`), the words
//! that describe an operation (`openapi`).

pub(crate) mod answers;
pub(crate) mod description;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod problems;
pub(crate) mod questions;
mod submissions;
