//! `atelier check`: reads a whole store and prints what is wrong with it. The exit status says
//! whether anything is. Deliberately absent: the rules, which each store has itself.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;

use super::counted::counted;
use super::progress::waiting;
use crate::config::StoreOption;

/// The options of `check`.
#[derive(Debug, Clone, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    store: StoreOption,
}

/// Checks; exit status 0 means that nothing is wrong, 1 that something is.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let address = &args.store.store;
    let store = address.open_existing().with_context(|| format!("cannot open {address}"))?;
    let started = Instant::now();
    let mut findings = 0_u64;
    let counts = waiting("Checking", |print| {
        store.check(&mut |finding| {
            findings += 1;
            print(&|| println!("{}", finding.0));
        })
    });
    let counts = counts.with_context(|| format!("cannot check {address}"))?;
    println!(
        "{} read in {:.1} s: {}",
        counted(counts),
        started.elapsed().as_secs_f64(),
        match findings {
            0 => "nothing is wrong".to_owned(),
            1 => "1 thing is wrong".to_owned(),
            _ => format!("{findings} things are wrong"),
        }
    );
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
