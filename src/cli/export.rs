//! `atelier export`: writes a whole store to the CSV files that `import` reads, showing how
//! far it is. Deliberately absent: what is in the files, which `export` decides.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;

use super::counted::counted;
use super::progress::Progress;
use crate::config::StoreOption;
use crate::export::{ExportError, export};
use crate::files::{ExistingFiles, FileError};

/// The options of `export`.
#[derive(Debug, Clone, Args)]
pub(super) struct ExportArgs {
    /// Folder for the files; created when missing
    #[arg(value_name = "DIR", env = "ATELIER_EXPORT_DIR")]
    directory: PathBuf,

    #[command(flatten)]
    store: StoreOption,

    /// Replace files that are there; without this they are a reason to refuse
    #[arg(long)]
    replace: bool,
}

/// Exports.
pub(super) fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let address = &args.store.store;
    let store = address.open_existing().with_context(|| format!("cannot open {address}"))?;
    let existing = if args.replace { ExistingFiles::Replace } else { ExistingFiles::Refuse };
    let started = Instant::now();
    let mut progress = Progress::new("Exporting", store.counts()?.rows(), "rows");
    let counts =
        match export(store.as_ref(), &args.directory, existing, &mut |rows| progress.advance_to(rows)) {
            Err(ExportError::File(error @ FileError::Exists(_))) => {
                bail!("{error}; --replace replaces the files of an earlier export")
            }
            counts => counts.with_context(|| format!("cannot export {address}"))?,
        };
    progress.finish();
    println!(
        "{} exported in {:.1} s, in {}",
        counted(counts),
        started.elapsed().as_secs_f64(),
        args.directory.display(),
    );
    Ok(())
}
