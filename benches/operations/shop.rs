//! The invented shop that everything is measured on: its CSV files, and its rows in a store of
//! either kind.

use std::path::Path;
use std::sync::Arc;

use atelier::domain::{Id as _, ProductId, ProductRows};
use atelier::files::ExistingFiles;
use atelier::generate::{Shape, generate};
use atelier::import::{ImportOptions, Sources, import};
use atelier::store::{Store, StoreAddress};
use tempfile::TempDir;

use super::cluster::Cluster;

/// Its products have the ids 1 to this: some 12,700 rows.
pub(crate) const PRODUCTS: u32 = 1_024;

/// A folder with its three CSV files.
pub(crate) fn files() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shape = Shape::new(PRODUCTS.into(), 1).expect("a shape");
    generate(&shape, folder.path(), ExistingFiles::Refuse, &mut |_| ()).expect("the files are written");
    folder
}

/// A store with its rows, and its folder or server, which must outlive it.
pub(crate) struct StockedStore {
    pub(crate) store: Arc<dyn Store>,
    _folder: TempDir,
    _cluster: Option<Cluster>,
}

impl StockedStore {
    /// A file of SQLite.
    pub(crate) fn sqlite() -> Self {
        let folder = files();
        let store = stocked(&StoreAddress::Sqlite(folder.path().join("shop.db")), folder.path());
        Self { store, _folder: folder, _cluster: None }
    }

    /// A database of PostgreSQL on a server of its own, which keeps what it acknowledges.
    pub(crate) fn postgres() -> Self {
        let cluster = Cluster::start_with("fsync=on");
        let folder = files();
        let store = stocked(&cluster.fresh_database().parse().expect("an address"), folder.path());
        Self { store, _folder: folder, _cluster: Some(cluster) }
    }

    /// The public rows of all products.
    pub(crate) fn all_rows(&self) -> Vec<ProductRows> {
        let mut reader = self.store.reader().expect("a session");
        reader.load_products(&product_ids().collect::<Vec<_>>()).expect("all products")
    }
}

/// The ids of all products.
pub(crate) fn product_ids() -> impl Iterator<Item = ProductId> {
    (1..=PRODUCTS).map(|number| ProductId::new(number.into()).expect("an id"))
}

fn stocked(address: &StoreAddress, files: &Path) -> Arc<dyn Store> {
    let store = address.open_or_create().expect("the store opens");
    import(store.as_ref(), &Sources::in_directory(files), &ImportOptions::default(), &mut |_| ())
        .expect("the files are good");
    store
}
