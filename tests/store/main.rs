//! What every kind of store promises, tested through the interface that `service` uses, and the service's
//! promises that hang on a store's timing. Each test has a database of its own.
//!
//! `reading`, `writing`, `bulk`, `changes` run on every kind (`harness::on_every_store`); `sqlite_*` look into
//! the file; `model` and `races` drive a whole `Service`.

#[macro_use]
mod harness;

mod bulk;
mod changes;
mod gates;
mod lists;
mod model;
mod races;
mod races_everything;
mod races_limits;
mod reading;
mod sqlite_check;
mod sqlite_damage;
mod sqlite_opening;
mod writing;
