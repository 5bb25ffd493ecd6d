//! What every kind of store promises, tested through the interface that `service` uses, and the service's
//! promises that hang on a store's timing. Each test has a database of its own.
//!
//! `reading`, `writing`, `bulk`, `changes`, `people`, `submissions` run on every kind (`harness::on_every_store`); `sqlite_*` look into
//! the file; `on_*` run the model and the races, which drive a whole `Service`, on each kind.

#![expect(clippy::duplicate_mod, reason = "the same tests run on every kind of store")]

#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/every_store.rs"]
mod every_store;
#[path = "../support/pooler.rs"]
mod pooler;

mod harness;

mod bulk;
mod changes;
mod gates;
mod lists;
mod on_postgres;
mod on_postgres_pooled;
mod on_sqlite;
mod people;
mod reading;
mod sqlite_check;
mod sqlite_damage;
mod sqlite_opening;
mod stock;
mod submissions;
mod writing;
