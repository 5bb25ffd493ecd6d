//! A PostgreSQL store, backed up with the server's own programs while it is written to, as
//! `docs/operations/backup.md` says, and restored into another database. SQLite's backup is tested
//! in `sqlite_backups`.

use std::path::Path;
use std::process::Command;

use super::harness::{CLIENTS, write, write_meanwhile};
use crate::support::cluster::{Cluster, run};
use crate::support::ledger::Ledger;
use crate::support::place::Place;
use crate::support::program::{Server, check};
use crate::support::{OnStore as _, StoreKind};

/// Writes of each client before the backup.
const WRITES_BEFORE: u64 = 100;

/// Runs one of the server's programs.
fn program(name: &str, arguments: &[&str], file: &Path) {
    run(Command::new(Cluster::shared().programs.join(name)).args(arguments).arg(file));
}

#[test]
fn a_dump_under_writes_has_every_write_that_was_acknowledged_before() {
    let place = Place::on(StoreKind::Postgres);
    let (store, restored) = (place.fresh(), place.fresh());
    let server =
        Server::start_with(&["--listen", "127.0.0.1:0", "--migrate"], &store, std::process::Stdio::inherit());
    let mut ledger = write(&server, &Ledger::default(), "before", |written| written < WRITES_BEFORE, || ());
    assert_eq!(ledger.acknowledged, CLIENTS * WRITES_BEFORE);

    let file = place.folder().join("backup");
    let (during, written_meanwhile) = write_meanwhile(&server, &ledger, || {
        program("pg_dump", &["--format=custom", "--dbname", &store, "--file"], &file);
    });
    assert!(written_meanwhile > 0, "nobody wrote during the dump");
    ledger.add(during.perhaps_later());

    program("pg_restore", &["--exit-on-error", "--single-transaction", "--dbname", &restored], &file);
    check(&restored);
    let restored = Server::start(&restored);
    ledger.settle(&mut restored.client());
}
