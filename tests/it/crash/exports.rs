//! Runs `atelier export` during writes. The files show one moment, and an import of them has every
//! write that was acknowledged before. `tests/it/import` tests the contents of the files.

use super::harness::{write, write_meanwhile};
use crate::support::ledger::Ledger;
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::{Process, Server, atelier, check, run};

on_every_store!(without pooler: an_export_under_writes_has_every_write_that_was_acknowledged_before);

/// Writes of each client before the export.
const WRITES_BEFORE: u64 = 100;

fn an_export_under_writes_has_every_write_that_was_acknowledged_before(place: &Place) {
    let (store, again) = (place.fresh(), place.fresh());
    let server =
        Server::start_with(&["--listen", "127.0.0.1:0", "--migrate"], &store, std::process::Stdio::inherit());
    let mut ledger = write(&server, &Ledger::default(), "before", |written| written < WRITES_BEFORE, || ());
    let folder = place.folder().join("export").display().to_string();
    let (during, written_meanwhile) = write_meanwhile(&server, &ledger, || {
        let mut command = atelier(&["export", &folder], Some(&store));
        assert!(Process::start(&mut command).wait().success(), "the export succeeds");
    });
    assert!(written_meanwhile > 0, "nobody wrote during the export");
    ledger.add(during.perhaps_later());

    run(&["import", &folder], Some(&again));
    check(&again);
    let again = Server::start(&again);
    ledger.settle(&mut again.client());
}
