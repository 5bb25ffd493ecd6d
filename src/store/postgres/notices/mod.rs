//! How processes on one database notify each other of changes: the text of a notice, the thread
//! that listens, and reading the votes that a notice names. `service` applies changes to cached
//! lists.

pub(crate) mod listen;
pub(crate) mod notice;
mod votes;
