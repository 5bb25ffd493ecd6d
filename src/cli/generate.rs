//! `atelier generate`: the three CSV files of an invented shop, for trying things out at any size.
//! What is in them is up to `generate`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use clap::Args;
use indicatif::DecimalBytes;

use super::counted::counted;
use super::progress::Progress;
use crate::config::whole_number;
use crate::domain::Kind;
use crate::files::{ExistingFiles, FileError};
use crate::generate::{Shape, generate};
use crate::store::Counts;

/// The options of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// How many products, 1 to 1,000,000,000; a million take 2.4 GB
    #[arg(long, value_name = "N", env = "ATELIER_PRODUCTS", value_parser = whole_number(1..=1_000_000_000_u64))]
    products: u64,

    /// Same seed and number of products, same files
    #[arg(long, value_name = "S", env = "ATELIER_SEED", default_value_t = 1, value_parser = whole_number(0..=u64::MAX))]
    seed: u64,

    /// Where the files go; created when missing
    #[arg(long, value_name = "DIR", env = "ATELIER_OUT")]
    out: PathBuf,

    /// Replace files that are there; without this they are a reason to refuse
    #[arg(long)]
    replace: bool,
}

/// Generates the files and prints how many rows they have.
pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let shape = Shape::new(args.products, args.seed)?;
    let started = Instant::now();
    let existing = if args.replace { ExistingFiles::Replace } else { ExistingFiles::Refuse };
    let mut progress = Progress::new("Generating", shape.products(), "products");
    let generated = match generate(&shape, &args.out, existing, &mut |products| progress.advance_to(products))
    {
        Err(error @ FileError::Exists(_)) => bail!("{error}; --replace replaces the three files"),
        generated => generated?,
    };
    progress.finish();
    println!(
        "{}: {} in {:.1} s, in {}",
        counted(Counts::from([
            (Kind::Question, generated.questions),
            (Kind::Answer, generated.answers),
            (Kind::Photo, generated.photos),
        ])),
        DecimalBytes(generated.bytes),
        started.elapsed().as_secs_f64(),
        args.out.display(),
    );
    Ok(())
}
