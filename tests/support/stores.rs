//! The stores that the contract's tests run on. To add one: a kind, how it is opened, and a line in
//! `every_store`. A store that is missing fails its tests; nothing is skipped.

use std::path::Path;
use std::sync::Arc;

use atelier::store::{Store, StoreAddress};

use super::cluster::Cluster;

/// A kind of store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

impl StoreKind {
    /// Opens the store that belongs to a test's folder, with whatever rows it has.
    pub(crate) fn open(self, folder: &Path) -> Arc<dyn Store> {
        match self {
            Self::Sqlite => StoreAddress::Sqlite(folder.join("shop.db")),
            Self::Postgres => database_of(folder),
        }
        .open_or_create()
        .expect("the store opens")
    }
}

/// The PostgreSQL database of a folder, which remembers it for the next time.
fn database_of(folder: &Path) -> StoreAddress {
    let note = folder.join("database");
    let address = std::fs::read_to_string(&note).unwrap_or_else(|_| {
        let address = Cluster::shared().fresh_database();
        std::fs::write(&note, &address).expect("the folder takes a note");
        address
    });
    address.parse().expect("an address")
}

/// Makes each function a test on every store, in a module named after the store.
macro_rules! on_every_store {
    ($(fn $name:ident($shop:ident: $type:ty) $body:block)+) => {
        $(fn $name($shop: $type) $body)+
        $crate::every_store::for_each_store!([$crate::support::tests_on_store] $($name)+);
    };
}

/// One store's tests.
macro_rules! tests_on_store {
    ($module:ident, $kind:ident, $($name:ident)+) => {
        mod $module {
            $(#[test]
            fn $name() {
                // One snapshot holds for every store.
                insta::allow_duplicates! {
                    super::$name(&mut $crate::support::Shop::on($crate::support::StoreKind::$kind));
                }
            })+
        }
    };
}

pub(crate) use {on_every_store, tests_on_store};
