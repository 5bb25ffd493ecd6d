//! What the suites share: stores, servers, clients, and the macro that makes a function a test on
//! every store. It does not know what a test asks or expects.

pub(crate) mod batches;
mod catalogue;
pub(crate) mod certificate;
pub(crate) mod client;
pub(crate) mod cluster;
mod control;
mod every_store;
mod exchange;
mod faults;
pub(crate) mod ledger;
mod lines;
pub(crate) mod place;
pub(crate) mod pooler;
pub(crate) mod program;
mod reports;
mod rows;
mod shop;
pub(crate) mod stores;
pub(crate) mod tokens;

pub(crate) use catalogue::{CHARACTERISTICS, review};
pub(crate) use certificate::Certificate;
pub(crate) use client::{Connection, PATIENCE, Response};
pub(crate) use every_store::{OnStore, on_every_store, tests_on_store};
pub(crate) use faults::{Faults, INNER_SECRET};
pub(crate) use lines::{catalogue_lines, review_lines, sort_catalogue_lines};
pub(crate) use reports::{report, report_all};
pub(crate) use rows::{EMAIL, answer, question};
pub(crate) use shop::{OPENED_AT, Shop};
pub(crate) use stores::StoreKind;
