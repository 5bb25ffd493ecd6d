//! Where a test of the program keeps its stores: SQLite files in a folder, or databases on the
//! shared throw-away server. It does not know what the program does with them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::cluster::Cluster;
use super::pooler::Pooler;
use super::{OnStore, StoreKind};

/// A folder, and stores of one kind. Dropping it removes the folder and its files; databases go
/// with the server.
pub(crate) struct Place {
    pub(crate) kind: StoreKind,
    folder: TempDir,
    made: AtomicU32,
}

impl OnStore for Place {
    fn on(kind: StoreKind) -> Self {
        Self { kind, folder: tempfile::tempdir().expect("a temporary folder"), made: AtomicU32::new(0) }
    }
}

impl Place {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a store that is not there yet: no file, or a database without a table.
    pub(crate) fn fresh(&self) -> String {
        match self.kind {
            StoreKind::Sqlite => format!("sqlite:{}", self.fresh_file().display()),
            StoreKind::Postgres => Cluster::shared().fresh_database(),
            StoreKind::PostgresPooled => Pooler::shared().address(&Cluster::shared().fresh_database()),
        }
    }

    /// A file that is not there yet.
    pub(crate) fn fresh_file(&self) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("store-{number}.db"))
    }
}
