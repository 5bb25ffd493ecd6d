//! The program in the hands of an operator: killed during writes and imports, backed up and
//! exported during writes, stopped with SIGTERM, and run by a service manager. Every test runs the
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
