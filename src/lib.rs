//! Atelier: the questions and answers of a shop's product pages.
//!
//! Two ideas shape the code. The **product** is the unit of storage, of caching and of
//! invalidation. The **batch** is the unit of work: a store always gets several requests at once,
//! and requests that arrive while one batch runs become the next batch.
//!
//! ```text
//! GET    → http (parse) → service::views ─ hit → bytes
//!            └ miss → loader (batch) → Reader::load_products → view → bytes
//! POST   → http (parse, check) → service::writer (batch) → Writer::commit, one transaction
//! PUT        → views updated → 201 or 204
//! another process wrote → ChangeSink → views updated, or dropped and filled again
//! CSV    → import (parse, check) → BulkLoad → rows
//! rows   → generate, export (Dump) → the same CSV files
//! ```
//!
//! Imports point down only: `cli → http → service → store → domain` and
//! `cli → export → import → store, domain`.

pub mod cli;
pub mod config;
pub mod domain;
pub mod export;
pub mod files;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod generate;
pub mod http;
pub mod import;
pub mod pictures;
pub mod service;
pub mod store;
pub mod tally;
pub mod view;
