//! `atelier generate`: the CSV files of an invented shop, for trying things out at any size.
//! What is in them is up to `generate`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use clap::Args;
use indicatif::DecimalBytes;

use super::import::set;
use super::progress::Progress;
use crate::config::whole_number;
use crate::domain::{Kind, Set, is_photo_address};
use crate::files::{ExistingFiles, FileError};
use crate::generate::{Generated, Shape, generate};

/// The longest address of pictures, in characters: with a name it is still a photo's address.
const MAX_PICTURES_CHARS: usize = 1_000;

/// The options of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// How many products, 1 to 1,000,000,000; a million take 5.3 GB
    #[arg(long, value_name = "N", env = "ATELIER_PRODUCTS", value_parser = whole_number(1..=1_000_000_000_u64))]
    products: u64,

    /// Same seed and number of products, same files
    #[arg(long, value_name = "S", env = "ATELIER_SEED", default_value_t = 1, value_parser = whole_number(0..=u64::MAX))]
    seed: u64,

    /// Where the files go; created when missing
    #[arg(long, value_name = "DIR", env = "ATELIER_OUT")]
    out: PathBuf,

    /// Only the files of this set: catalogue, reviews or questions; can be given several times
    #[arg(long, value_name = "SET", env = "ATELIER_ONLY", value_delimiter = ',', value_parser = set)]
    only: Vec<Set>,

    /// Address below which pictures are [default: the demo shop on port 3000, and nowhere for
    /// those of answers]
    #[arg(long, value_name = "URL", env = "ATELIER_PICTURES", value_parser = pictures)]
    pictures: Option<String>,

    /// Replace files that are there; without this they are a reason to refuse
    #[arg(long)]
    replace: bool,
}

/// Reads an address below which pictures are.
fn pictures(address: &str) -> Result<String, &'static str> {
    let is_short = address.chars().count() <= MAX_PICTURES_CHARS;
    if is_short && is_photo_address(address) && !address.contains([',', '"']) {
        Ok(address.trim().to_owned())
    } else {
        Err("write an http or https address of at most 1,000 characters, without commas and quotes")
    }
}

/// Generates the files and prints how many rows they have.
pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let mut shape = Shape::new(args.products, args.seed)?;
    if !args.only.is_empty() {
        shape = shape.only(args.only.iter().copied());
    }
    if let Some(pictures) = &args.pictures {
        shape = shape.with_pictures(pictures);
    }
    let started = Instant::now();
    let existing = if args.replace { ExistingFiles::Replace } else { ExistingFiles::Refuse };
    let mut progress = Progress::new("Generating", shape.products(), "products");
    let generated = match generate(&shape, &args.out, existing, &mut |products| progress.advance_to(products))
    {
        Err(error @ FileError::Exists(_)) => bail!("{error}; --replace replaces the files"),
        generated => generated?,
    };
    progress.finish();
    print_summary(&generated, args, started.elapsed().as_secs_f64());
    Ok(())
}

fn print_summary(generated: &Generated, args: &GenerateArgs, seconds: f64) {
    for kind in Kind::all().filter(|kind| generated.of(*kind) > 0) {
        println!("{:<27} {:>12}", kind.definition().files[0], generated.of(kind));
    }
    println!(
        "{:<27} {:>12} rows, {} in {seconds:.1} s, in {}",
        "all files",
        generated.rows(),
        DecimalBytes(generated.bytes),
        args.out.display(),
    );
}
