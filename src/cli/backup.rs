//! `atelier backup` and `atelier restore`: an SQLite store into a file of its own, while it is
//! served, and back. How pages are copied is not known here.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::DecimalBytes;

use super::counted::counted;
use super::progress::Progress;
use crate::config::StoreOption;
use crate::files::{self, ExistingFiles, NewFile};
use crate::store::{LoadMode, PagesCopied, StoreError};

/// The options of `backup`.
#[derive(Debug, Clone, Args)]
pub(super) struct BackupArgs {
    /// The file to write; one that is there is never replaced
    #[arg(value_name = "FILE", env = "ATELIER_BACKUP")]
    file: PathBuf,

    #[command(flatten)]
    store: StoreOption,
}

/// The options of `restore`.
#[derive(Debug, Clone, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE", env = "ATELIER_BACKUP")]
    file: PathBuf,

    #[command(flatten)]
    store: StoreOption,

    /// Drop all rows of the store first, in the same transaction; without this a store with rows is
    /// refused
    #[arg(long)]
    replace: bool,
}

/// Backs up; the file has its name only when it is complete and on the disk.
pub(super) fn back_up(args: &BackupArgs) -> anyhow::Result<()> {
    let (address, path) = (&args.store.store, &args.file);
    // A backup replaces no file.
    files::check_existing(&[path], ExistingFiles::Refuse)?;
    let started = Instant::now();
    let file = NewFile::create(path)?;
    let mut bar = Bar::new("Backing up");
    address
        .back_up(file.temporary(), &mut |pages| bar.show(pages))
        .with_context(|| format!("cannot back up {address}"))?;
    bar.finish();
    files::place(vec![file], ExistingFiles::Refuse)?;
    let shown = path.display();
    let bytes = std::fs::metadata(path).with_context(|| format!("cannot look at {shown}"))?.len();
    println!("{} backed up in {:.1} s, in {shown}", DecimalBytes(bytes), started.elapsed().as_secs_f64());
    Ok(())
}

/// Restores; the store has what the backup has or is as it was.
pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let address = &args.store.store;
    let mode = if args.replace { LoadMode::Replace } else { LoadMode::IntoEmpty };
    let started = Instant::now();
    let mut bar = Bar::new("Restoring");
    let counts = match address.restore(&args.file, mode, &mut |pages| bar.show(pages)) {
        Err(StoreError::NotEmpty) => {
            bail!("{address} has rows already; --replace drops them, in the same transaction")
        }
        counts => counts.with_context(|| format!("cannot restore {} into {address}", args.file.display()))?,
    };
    bar.finish();
    println!("{} restored in {:.1} s", counted(counts), started.elapsed().as_secs_f64());
    Ok(())
}

/// Progress in pages. Their number is known when the first ones are copied.
struct Bar {
    label: &'static str,
    progress: Option<Progress>,
}

impl Bar {
    fn new(label: &'static str) -> Self {
        Self { label, progress: None }
    }

    fn show(&mut self, PagesCopied { copied, total }: PagesCopied) {
        self.progress.get_or_insert_with(|| Progress::new(self.label, total, "pages")).advance_to(copied);
    }

    fn finish(self) {
        if let Some(progress) = self.progress {
            progress.finish();
        }
    }
}
