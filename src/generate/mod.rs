//! Believable data of any size: from a seed and a size come the three CSV files that `import`
//! reads. Reading CSV files is not done here.
//!
//! The same seed and size give the same bytes on every machine: all random numbers come from one
//! integer generator (`random`), and nothing depends on the clock or on a hash map.

mod counts;
mod csv;
mod data;
mod people;
mod random;
mod text;
mod walk;

use std::fs;
use std::path::Path;

use walk::Walk;
pub use walk::{ANSWERS_FILE, Generated, PHOTOS_FILE, QUESTIONS_FILE};

use crate::files::{self, ExistingFiles, FileError};

/// The highest number of products: some 2.4 TB of files.
pub const MAX_PRODUCTS: u64 = 1_000_000_000;

/// Products between two reports of progress.
const PRODUCTS_PER_REPORT: u64 = 1_000;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    products: u64,
    seed: u64,
}

/// Why there is no such [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("products must be between 1 and {MAX_PRODUCTS}; it is {0}")]
pub struct InvalidShape(u64);

impl Shape {
    /// Takes the number of products, 1 to [`MAX_PRODUCTS`], and any seed. On average a product has
    /// 3.52 questions, a question 1.955 answers and an answer 0.3 photos.
    pub fn new(products: u64, seed: u64) -> Result<Self, InvalidShape> {
        if (1..=MAX_PRODUCTS).contains(&products) {
            Ok(Self { products, seed })
        } else {
            Err(InvalidShape(products))
        }
    }

    /// The number of products; their ids are 1 to this.
    pub fn products(self) -> u64 {
        self.products
    }
}

/// Writes [`QUESTIONS_FILE`], [`ANSWERS_FILE`] and [`PHOTOS_FILE`] into `directory`, which is
/// created when missing. Calls `report` with the number of products that are done, every thousand
/// products and at the end.
///
/// # Errors
/// [`FileError::Exists`] when one of the files is there and `existing` does not say that it may be
/// replaced, or when a file cannot be written. The files get their names as [`files::place`] says,
/// so after an error former files are as they were.
pub fn generate(
    shape: &Shape,
    directory: &Path,
    existing: ExistingFiles,
    report: &mut dyn FnMut(u64),
) -> Result<Generated, FileError> {
    fs::create_dir_all(directory).map_err(FileError::failed("create", directory))?;
    let paths = [QUESTIONS_FILE, ANSWERS_FILE, PHOTOS_FILE].map(|name| directory.join(name));
    files::check_existing(&paths, existing)?;
    let mut walk = Walk::start(directory, shape.seed)?;
    for product_id in 1..=shape.products {
        walk.product(product_id)?;
        if product_id % PRODUCTS_PER_REPORT == 0 || product_id == shape.products {
            report(product_id);
        }
    }
    walk.finish(existing)
}
