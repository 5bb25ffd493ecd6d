//! How processes on one database tell each other what they changed: the text of a notice, and the thread that
//! listens. What is done about a change is `service`'s.

pub(crate) mod listen;
pub(crate) mod notice;
