//! The kinds of stores that tests run on, and a store of a kind for one test. To add a kind: a
//! variant, its address, and a line in `every_store.rs`. A server that is not installed fails the
//! tests that need it; none is skipped.

use std::path::PathBuf;
use std::sync::OnceLock;

use atelier::store::StoreAddress;
use tempfile::TempDir;

use super::OnStore;
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

/// Where one test keeps its store: an SQLite file that is not there yet, or a PostgreSQL database
/// with tables and no rows. Dropping it removes the file or the database.
pub(crate) struct PrivateStore {
    pub(crate) address: StoreAddress,
    folder: TempDir,
    database: Option<String>,
}

impl OnStore for PrivateStore {
    fn on(kind: StoreKind) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the store");
        let address_of = |text: &str| text.parse::<StoreAddress>().expect("an address");
        let (address, database) = match kind {
            StoreKind::Sqlite => (StoreAddress::Sqlite(file_in(&folder)), None),
            StoreKind::Postgres => {
                let database = database_with_tables();
                (address_of(&database), Some(database))
            }
            StoreKind::PostgresPooled => {
                let database = database_with_tables();
                (address_of(&Pooler::shared().address(&database)), Some(database))
            }
        };
        Self { address, folder, database }
    }
}

impl PrivateStore {
    /// The file of an SQLite store.
    pub(crate) fn file(&self) -> PathBuf {
        file_in(&self.folder)
    }
}

impl Drop for PrivateStore {
    fn drop(&mut self) {
        // A few thousand files would be written to the disk otherwise, and removed at the end.
        if let Some(database) = &self.database
            && !std::thread::panicking()
        {
            Cluster::shared().remove(database);
        }
    }
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("atelier.db")
}

/// Makes a PostgreSQL database with tables and no rows, and returns its address. The tables are
/// made once, because a copy takes less time than a migration.
fn database_with_tables() -> String {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let address = Cluster::shared().fresh_database();
        let store: StoreAddress = address.parse().expect("an address");
        // In a thread without a runtime, because the store brings its own.
        std::thread::scope(|scope| {
            scope.spawn(|| store.migrate().expect("tables")).join().expect("no panic");
        });
        address
    });
    Cluster::shared().copy_of(template)
}
