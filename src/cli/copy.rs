//! `atelier copy`: moves a whole shop from one store to another: ids, dates, counters, hidden rows, and the memory
//! of ids given out.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;

use super::counted::counted;
use super::progress::Progress;
use crate::store::{BulkLoad, Counts, Dump, LoadMode, Store, StoreAddress, StoreError};

/// The options of `copy`.
#[derive(Debug, Clone, Args)]
pub(super) struct CopyArgs {
    /// The store to read; it may be in use
    #[arg(long, env = "ATELIER_FROM", hide_env_values = true, value_name = "ADDRESS")]
    from: StoreAddress,

    /// The store to fill
    #[arg(long, env = "ATELIER_TO", hide_env_values = true, value_name = "ADDRESS")]
    to: StoreAddress,

    /// Drop what the second store holds, in the same transaction; without this a store with rows is refused
    #[arg(long, env = "ATELIER_REPLACE")]
    replace: bool,
}

/// Copies; the second store has everything or is as it was.
pub(super) fn run(args: &CopyArgs) -> anyhow::Result<ExitCode> {
    if args.from == args.to {
        bail!("--from and --to are the same store");
    }
    let from = args.from.open_existing().with_context(|| format!("cannot open {}", args.from))?;
    let to = args.to.open_or_create().with_context(|| format!("cannot open {}", args.to))?;
    let mode = if args.replace { LoadMode::Replace } else { LoadMode::IntoEmpty };
    let started = Instant::now();
    let counts = match copy(from.as_ref(), to.as_ref(), mode) {
        Err(StoreError::NotEmpty) => {
            bail!("{} has rows already; --replace drops them, in the same transaction", args.to)
        }
        counts => counts?,
    };
    println!("{} copied in {:.1} s", counted(counts), started.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &dyn Store, to: &dyn Store, mode: LoadMode) -> Result<Counts, StoreError> {
    let total = from.counts()?;
    let mut dump = from.dump()?;
    let mut load = to.bulk_load(mode)?;
    let mut progress = Progress::new("Copying", total.rows(), "rows");
    copy_rows(dump.as_mut(), load.as_mut(), &mut progress)?;
    load.raise_last_ids(dump.last_ids()?);
    progress.finish();
    load.commit()
}

fn copy_rows(
    dump: &mut dyn Dump,
    load: &mut dyn BulkLoad,
    progress: &mut Progress,
) -> Result<(), StoreError> {
    let mut copied = 0;
    let mut advance = |rows: usize| {
        copied += rows as u64;
        progress.advance_to(copied);
        rows > 0
    };
    loop {
        let batch = dump.questions()?;
        load.add_questions(&batch)?;
        if !advance(batch.rows.len()) {
            break;
        }
    }
    loop {
        let batch = dump.answers()?;
        load.add_answers(&batch)?;
        if !advance(batch.rows.len()) {
            break;
        }
    }
    loop {
        let batch = dump.photos()?;
        load.add_photos(&batch)?;
        if !advance(batch.rows.len()) {
            break;
        }
    }
    Ok(())
}
