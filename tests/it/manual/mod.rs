//! The commands in the documents are tried as they are written. Links and tables are checked by
//! `tests/tree/documents.rs`.
//!
//! `commands` reads every block, `options` what is named in sentences, and `requests` sends the
//! requests of curl. `migration`, `moderation` and `drills` carry out whole documents in a
//! `session`. `front` tests what a document does to the files of nginx.

mod blocks;
mod commands;
mod drills;
mod front;
mod migration;
mod moderation;
mod options;
mod requests;
mod session;
mod shell;
