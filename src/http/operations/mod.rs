//! What each operation does. Deliberately absent: paths (`routes`), rules (`service`), the words
//! that describe an operation (`openapi`).

pub(crate) mod answers;
pub(crate) mod cart;
pub(crate) mod description;
pub(crate) mod health;
pub(crate) mod interactions;
pub(crate) mod lists;
pub(crate) mod marks;
pub(crate) mod moderation;
pub(crate) mod problems;
pub(crate) mod products;
pub(crate) mod questions;
pub(crate) mod reviews;
pub(crate) mod submissions;
