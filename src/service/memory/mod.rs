//! What is kept in memory: the views of products, how long they are good, and which product a question belongs to.
//! It is the only cache. The threads that fill it and write are `lanes`'.

pub(super) mod directory;
pub(super) mod freshness;
mod table;
pub(super) mod views;
