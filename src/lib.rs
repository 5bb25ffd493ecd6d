//! Atelier: the questions and answers of a shop's product pages.
//!
//! Two ideas carry everything. The **product** is the unit: of locality on disk, of a cache entry,
//! of invalidation. The **batch** is the unit of work: whatever reaches a store is a set, and what
//! arrives while a batch is in flight travels together in the next one.
//!
//! ```text
//! GET    → http (parse) → service::views ─ hit ──────────────────────────────→ bytes
//!                             └ miss → loader (batch) → Reader::load_products → view → bytes
//! POST   → http (parse, check) → service::writer (batch) → Writer::commit, one transaction
//! PUT                                                    → views brought up to date → 201 / 204
//! another process wrote → ChangeSink → views brought up to date, or forgotten and filled again
//! CSV    → import (parse, check) → BulkLoad → rows          generate, export (Dump) → the same CSV files
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
pub mod service;
pub mod store;
pub mod tally;
pub mod view;
