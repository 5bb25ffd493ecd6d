//! Where a test of the program keeps its stores: SQLite files in a folder, or databases on the shared throw-away
//! server. What the program does with them is not known here.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::cluster::Cluster;

/// Makes each named function a test on every store, in a place of its own.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        $crate::every_store::for_each_store!([$crate::place::tests_on_store] $($test),+);
    };
}

macro_rules! tests_on_store {
    ($module:ident, $kind:ident, $($test:ident),+) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    super::$test(&$crate::place::Place::of($crate::place::Kind::$kind));
                }
            )+
        }
    };
}

pub(crate) use {on_every_store, tests_on_store};

/// A kind of store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A folder, and stores of one kind. The folder and the files in it go away with it, databases with the server.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    folder: TempDir,
    made: AtomicU32,
}

impl Place {
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, folder: tempfile::tempdir().expect("a temporary folder"), made: AtomicU32::new(0) }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a store that is not there yet: no file, or a database without a table.
    pub(crate) fn fresh(&self) -> String {
        match self.kind {
            Kind::Sqlite => format!("sqlite:{}", self.fresh_file().display()),
            Kind::Postgres => Cluster::shared().fresh_database(),
        }
    }

    /// A file that is not there yet.
    pub(crate) fn fresh_file(&self) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("store-{number}.db"))
    }
}
