//! The program as its operator knows it: killed without warning under writes, under one that comes many times, and in the middle of an import,
//! told of an import by another process, backed up and exported under writes, stopped with SIGTERM, and under a service manager. Every test runs the real binary, on
//! every store, in a place of its own.

#[path = "../support/certificate.rs"]
mod certificate;
#[path = "../support/client.rs"]
#[expect(dead_code, reason = "the contract's tests use the rest")]
mod client;
#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/control.rs"]
#[expect(dead_code, reason = "tests of outages use the rest")]
mod control;
#[path = "../support/every_store.rs"]
mod every_store;
#[path = "../support/exchange.rs"]
mod exchange;
mod exports;
mod harness;
mod imports;
mod killed_server;
#[path = "../support/ledger.rs"]
mod ledger;
mod managed;
#[path = "../support/place.rs"]
mod place;
mod postgres_backups;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "other suites use the rest")]
mod program;
mod signals;
mod sqlite_backups;
mod stores;
mod submissions;
