//! `serve --demo`: fills an empty store with an invented shop, in the same way as real data, and
//! prints addresses to try. The data is made by `generate` and loaded by `import`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::counted::counted;
use super::import::import_with_progress;
use crate::files::ExistingFiles;
use crate::generate::{Shape, generate};
use crate::import::{ImportError, ImportOptions, Sources};
use crate::service::{Clock as _, SystemClock};
use crate::store::{Store, StoreError};

/// Enough for lists of every length, few enough to be loaded in a second.
const DEMO_PRODUCTS: u64 = 5_000;
const DEMO_SEED: u64 = 1;

/// How long to wait for another process that fills the same store.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long to rest between two tries.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Fills the store unless it has rows. Several processes may do so at once: one fills it, the
/// others wait for that.
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
    let options = ImportOptions { imported_at: SystemClock.now(), ..ImportOptions::default() };
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        match import_with_progress(store, &sources, &options) {
            Err(ImportError::Store(StoreError::NotEmpty)) => {
                eprintln!("Another process has filled the store meanwhile; --demo adds no rows.");
                return Ok(());
            }
            Err(ImportError::Store(StoreError::Unavailable(_))) if Instant::now() < deadline => {
                std::thread::sleep(RETRY_PAUSE);
            }
            summary => {
                eprintln!("Sample data: {DEMO_PRODUCTS} products, {}.", counted(summary?.counts));
                return Ok(());
            }
        }
    }
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
