//! `serve --demo`: fills an empty store with an invented shop, in the same way as real data, and
//! prints addresses to try. The data is made by `generate` and loaded by `import`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
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

/// Fills the store unless it has rows. Pictures of the products are below `base`, the address of
/// this service. Several processes may do so at once: one fills the store, the others wait for
/// that.
pub(super) fn fill_if_empty(store: &dyn Store, base: &str) -> anyhow::Result<()> {
    if !store.is_empty().context("cannot read the store")? {
        eprintln!("The store has rows already; --demo adds none.");
        return Ok(());
    }
    let directory = tempfile::tempdir().context("no temporary folder")?;
    let shape = Shape::new(DEMO_PRODUCTS, DEMO_SEED)?.with_pictures(&format!("{base}/demo/pictures"));
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
                eprintln!("Sample data: {}.", counted(summary?.counts));
                return Ok(());
            }
        }
    }
}

/// Where this service is, for programs and people on the same machine.
pub(super) fn base(scheme: &str, address: SocketAddr, path_prefix: &str) -> String {
    let mut address = address;
    // A service that listens everywhere is also here.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("{scheme}://{address}{path_prefix}")
}

/// Prints addresses to try.
pub(super) fn print_addresses(base: &str, has_shop: bool, has_first_page: bool) {
    if has_shop {
        println!("Open {base}/demo in a browser: a shop of invented products.");
    }
    if has_first_page {
        println!("Open {base}/ for figures and the API.");
    }
    println!("Or try:");
    println!("  curl '{base}/qa/questions?product_id=1'");
    println!("  curl '{base}/reviews/meta?product_id=1'");
    println!("  curl {base}/products/1/styles");
    println!("  curl -i -X PUT {base}/qa/questions/1/helpful");
    println!("Stop with Ctrl-C.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_here() {
        for (address, expected) in [
            ("0.0.0.0:3000", "http://127.0.0.1:3000/api"),
            ("[::]:3000", "http://[::1]:3000/api"),
            ("192.0.2.1:80", "http://192.0.2.1:80/api"),
        ] {
            assert_eq!(base("http", address.parse().unwrap(), "/api"), expected);
        }
    }
}
