//! The program as its operator knows it: killed under writes and during an import, backed up and
//! exported under writes, stopped with SIGTERM, and under a service manager. Every test runs the
//! real program, on every store, with files and databases of its own.

mod exports;
mod harness;
mod imports;
mod killed_server;
mod managed;
mod postgres_backups;
mod signals;
mod sqlite_backups;
mod stores;
mod submissions;
