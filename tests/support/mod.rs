//! What tests of the whole service stand on: a shop with a private store behind a real port, the rows it is
//! stocked with, a client that controls every byte, and a store that fails when told to. What a test asks and
//! expects is its own business.

mod certificate;
mod client;
mod cluster;
mod faults;
mod pooler;
mod rows;
mod shop;
mod stores;

pub(crate) use certificate::Certificate;
pub(crate) use client::{Answer, Connection, PATIENCE};
pub(crate) use faults::{Faults, INNER_SECRET};
pub(crate) use rows::{EMAIL, answer, question};
pub(crate) use shop::{OPENED_AT, Shop};
pub(crate) use stores::{StoreKind, on_every_store, tests_on_store};
