//! The program as its operator knows it: killed without warning under writes and in the middle of an import,
//! told of an import by another process, and stopped with SIGTERM. Every test runs the real binary on files of
//! its own.

#[path = "../support/cluster.rs"]
mod cluster;
mod harness;
mod imports;
mod killed_server;
mod ledger;
mod signals;
