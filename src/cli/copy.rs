//! `atelier copy`: copies a whole shop from one store to another: ids, dates, counters, hidden
//! rows, what moderation keeps, and the largest ids ever given out. Deliberately absent: reading
//! and writing rows, which the stores do.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;

use super::counted::{CountedDump, counted};
use crate::domain::{Kind, Set};
use crate::service::{Clock as _, SystemClock};
use crate::store::moderation::ModerationTable;
use crate::store::{
    Counts, Dump as _, LoadMode, Store, StoreAddress, StoreError, each_batch, each_of_moderation,
};

/// The options of `copy`.
#[derive(Debug, Clone, Args)]
pub(super) struct CopyArgs {
    /// The store to read; it may be in use
    #[arg(long, env = "ATELIER_FROM", hide_env_values = true, value_name = "ADDRESS")]
    from: StoreAddress,

    /// The store to fill
    #[arg(long, env = "ATELIER_TO", hide_env_values = true, value_name = "ADDRESS")]
    to: StoreAddress,

    /// Drop what the second store holds, in the same transaction; without this a store with rows is
    /// refused
    #[arg(long)]
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
    let mut dump = CountedDump::start(from, "Copying")?;
    let mut load = to.bulk_load(&Set::ALL, mode)?;
    for kind in Kind::all() {
        each_batch(&mut dump, kind, |batch| load.add(&batch))?;
    }
    for table in ModerationTable::ALL {
        // Digests are worth nothing without the secret that they are keyed with, so all goes along.
        load.drop_of_moderation(table)?;
        each_of_moderation(&mut dump, table, |rows| load.add_of_moderation(&rows))?;
    }
    load.raise_last_ids(dump.last_ids()?);
    for set in Set::ALL {
        load.imported_before(set, dump.imported_at(set)?);
    }
    dump.progress.finish();
    load.commit(SystemClock.now())
}
