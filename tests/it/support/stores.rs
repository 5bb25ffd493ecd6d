//! The kinds of stores that tests run on. To add one: a kind, how it is opened, and a line in `every_store.rs`. A
//! server that is not installed fails the tests that need it; none is skipped.

use std::path::Path;
use std::sync::Arc;

use atelier::store::{Store, StoreAddress};

use super::cluster::Cluster;
use super::pooler::Pooler;

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
    /// PostgreSQL behind a pooler in transaction mode.
    PostgresPooled,
}

impl StoreKind {
    /// Opens the store that belongs to a test's folder, with the rows that it has.
    pub(crate) fn open(self, folder: &Path) -> Arc<dyn Store> {
        match self {
            Self::Sqlite => StoreAddress::Sqlite(folder.join("shop.db")),
            Self::Postgres => database_of(folder).parse().expect("an address"),
            Self::PostgresPooled => {
                Pooler::shared().address(&database_of(folder)).parse().expect("an address")
            }
        }
        .open_or_create()
        .expect("the store opens")
    }
}

/// The address of the PostgreSQL database of a folder. A note in the folder keeps it for the next call.
fn database_of(folder: &Path) -> String {
    let note = folder.join("database");
    std::fs::read_to_string(&note).unwrap_or_else(|_| {
        let address = Cluster::shared().fresh_database();
        std::fs::write(&note, &address).expect("the folder takes a note");
        address
    })
}
