//! The only cache: the views of products, how long they may be served, and the directory of
//! questions. The threads that fill it and write to the store are in `lanes`.

pub(super) mod directory;
pub(super) mod freshness;
mod table;
pub(super) mod views;
