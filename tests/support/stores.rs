//! The stores that the tests run on. To add one: a kind, how it is opened, and one line in `on_every_store!`.
//! A store that is missing fails its tests; nothing is skipped.

use std::path::Path;
use std::sync::Arc;

use atelier::store::Store;
use atelier::store::sqlite::SqliteStore;

/// A kind of store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StoreKind {
    Sqlite,
}

impl StoreKind {
    /// Opens the store that belongs to a test's folder, with whatever rows it has.
    pub(crate) fn open(self, folder: &Path) -> Arc<dyn Store> {
        match self {
            Self::Sqlite => Arc::new(SqliteStore::open(&folder.join("shop.db")).expect("the store opens")),
        }
    }
}

/// Makes each function a test on every store, in a module named after the store.
macro_rules! on_every_store {
    ($(fn $name:ident($shop:ident: $type:ty) $body:block)+) => {
        $(fn $name($shop: $type) $body)+
        $crate::support::tests_on_store!(sqlite, Sqlite, $($name)+);
    };
}

/// One store's tests.
macro_rules! tests_on_store {
    ($module:ident, $kind:ident, $($name:ident)+) => {
        mod $module {
            $(#[test]
            fn $name() {
                super::$name(&mut $crate::support::Shop::on($crate::support::StoreKind::$kind));
            })+
        }
    };
}

pub(crate) use {on_every_store, tests_on_store};
