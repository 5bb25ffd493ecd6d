//! `atelier migrate`: creates the tables of a store or upgrades them, and prints what it did. The
//! steps are in the stores.

use anyhow::Context as _;
use clap::Args;

use crate::config::StoreOption;
use crate::store::Migrated;

/// The options of `migrate`.
#[derive(Debug, Clone, Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    store: StoreOption,
}

/// Migrates.
pub(super) fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let address = &args.store.store;
    let Migrated { from, to } = address.migrate().with_context(|| format!("cannot migrate {address}"))?;
    match from {
        0 => println!("{address}: created the tables (schema {to})"),
        _ if from == to => println!("{address}: the tables are up to date (schema {to})"),
        _ => println!("{address}: upgraded the tables from schema {from} to {to}"),
    }
    Ok(())
}
