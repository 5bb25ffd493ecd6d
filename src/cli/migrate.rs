//! `atelier migrate`: creates a store's tables or brings them up to date, and says what it did.

#![expect(clippy::print_stdout, reason = "what was done is the command's output")]

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
        0 => println!("{address}: the tables are made (schema {to})"),
        _ if from == to => println!("{address}: the tables are up to date (schema {to})"),
        _ => println!("{address}: the tables are brought from schema {from} to {to}"),
    }
    Ok(())
}
