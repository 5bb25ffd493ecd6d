//! `serve --demo`: fills an empty store with an invented shop, in the same way as real data, and prints
//! addresses to try. The data is made by `generate` and loaded by `import`.

use std::net::SocketAddr;

use anyhow::Context as _;

use super::counted::counted;
use super::import::import_with_progress;
use crate::files::ExistingFiles;
use crate::generate::{Shape, generate};
use crate::import::{ImportError, ImportOptions, Sources};
use crate::store::{Store, StoreError};

/// Enough for lists of every length, few enough to be loaded in a second.
const DEMO_PRODUCTS: u64 = 5_000;
const DEMO_SEED: u64 = 1;

/// Fills the store unless it has rows.
pub(super) fn fill_if_empty(store: &dyn Store) -> anyhow::Result<()> {
    if !store.is_empty().context("cannot read the store")? {
        eprintln!("The store has rows already; --demo adds none.");
        return Ok(());
    }
    let directory = tempfile::tempdir().context("no temporary folder")?;
    let shape = Shape::new(DEMO_PRODUCTS, DEMO_SEED)?;
    generate(&shape, directory.path(), ExistingFiles::Refuse, &mut |_| {})
        .context("cannot generate the sample data")?;
    let sources = Sources::in_directory(directory.path());
    match import_with_progress(store, &sources, &ImportOptions::default()) {
        // An import waits for another one. Several processes may be started on one store at once.
        Err(ImportError::Store(StoreError::NotEmpty)) => {
            eprintln!("Another process has filled the store meanwhile; --demo adds no rows.");
        }
        summary => eprintln!("Sample data: {DEMO_PRODUCTS} products, {}.", counted(summary?.counts)),
    }
    Ok(())
}

/// Prints addresses to try.
pub(super) fn print_addresses(address: SocketAddr, path_prefix: &str, has_first_page: bool) {
    let base = format!("http://{address}{path_prefix}/qa");
    if has_first_page {
        println!("Open http://{address}{path_prefix}/ in a browser, or try:");
    } else {
        println!("Try:");
    }
    println!("  curl '{base}/questions?product_id=1'");
    println!("  curl '{base}/questions/1/answers'");
    println!("  curl -i -X PUT {base}/questions/1/helpful");
    println!("Stop with Ctrl-C.");
}
