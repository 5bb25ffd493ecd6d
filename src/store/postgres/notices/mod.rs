//! How processes on one database tell each other what they changed: the text of a notice, the
//! thread that listens, and reading the votes that a notice names. What a change does to lists in
//! memory is `service`'s.

pub(crate) mod listen;
pub(crate) mod notice;
mod votes;
