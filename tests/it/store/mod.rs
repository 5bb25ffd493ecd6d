//! What every kind of store promises, tested through the interface that `service` uses, and the
//! promises of the service that depend on a store's timing. Each test has a database of its own.
//!
//! `sqlite_*` look into the file. `model`, `ages`, `damage` and `races*` drive a whole `Service`.
//! All but `sqlite_*` run on every kind of store.

mod ages;
mod bulk;
mod catalogue;
mod changes;
mod damage;
mod gates;
mod harness;
mod identified;
mod lists;
mod model;
mod moderation;
mod origins;
mod people;
mod races;
mod races_everything;
mod races_limits;
mod races_votes;
mod reading;
mod reviews;
mod sqlite_check;
mod sqlite_check_sets;
mod sqlite_damage;
mod sqlite_opening;
mod stage;
mod stock;
mod submissions;
mod writing;
