//! The kinds of stores that tests run on, and a store of a kind for one test. To add a kind: a
//! variant, its address, and a line in `every_store.rs`. A server that is not installed fails the
//! tests that need it; none is skipped.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use atelier::store::StoreAddress;
use rusqlite::types::ValueRef;
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

    /// Runs a statement apart from the program and returns the rows as text: a line each, values
    /// separated by `|`, missing ones empty.
    pub(crate) fn query(&self, sql: &str) -> String {
        match &self.database {
            Some(database) => Cluster::shared().query(database, sql).trim_end().to_owned(),
            None => query_file(&self.file(), sql),
        }
    }
}

/// Runs a statement in an SQLite file, as [`PrivateStore::query`] does.
pub(crate) fn query_file(file: &Path, sql: &str) -> String {
    let connection = rusqlite::Connection::open(file).expect("the file opens");
    let mut statement = connection.prepare(sql).expect("the statement is good");
    let columns = statement.column_count();
    let mut rows = statement.query([]).expect("the statement runs");
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        let value = |column| match row.get_ref(column).expect("a column") {
            ValueRef::Null => String::new(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Blob(bytes) => {
                bytes.iter().fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
            }
        };
        lines.push((0..columns).map(value).collect::<Vec<_>>().join("|"));
    }
    lines.join("\n")
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
