//! Believable data of any size: seed and size in, the three CSV files out that the importer reads.
//!
//! The same seed and size give the same bytes on every machine: all chance is one integer generator
//! (`random`), and neither the clock nor a hash map has a say. Reading CSV files is `import`'s work.

mod counts;
mod csv;
mod people;
mod phrases;
mod random;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walk::Walk;

/// The file of questions.
pub const QUESTIONS_FILE: &str = "questions.csv";

/// The file of answers.
pub const ANSWERS_FILE: &str = "answers.csv";

/// The file of the answers' photos.
pub const PHOTOS_FILE: &str = "answers_photos.csv";

/// Most products of one set: some 2.4 TB of files.
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
    /// Takes the number of products, 1 to [`MAX_PRODUCTS`], and any seed. On average a product has 3.52
    /// questions, a question 1.955 answers and an answer 0.3 photos.
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

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Products done.
    pub products: u64,
    /// Products in all.
    pub total_products: u64,
    /// Bytes of all files so far.
    pub bytes: u64,
}

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    /// Rows of [`QUESTIONS_FILE`], without the column names.
    pub questions: u64,
    /// Rows of [`ANSWERS_FILE`].
    pub answers: u64,
    /// Rows of [`PHOTOS_FILE`].
    pub photos: u64,
    /// Size of the three files together.
    pub bytes: u64,
}

/// A directory or file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct GenerateError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl GenerateError {
    fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source }
    }
}

/// Writes [`QUESTIONS_FILE`], [`ANSWERS_FILE`] and [`PHOTOS_FILE`] in `directory`, which is created when
/// missing; files of these names are replaced. `report` hears about the progress every thousand products
/// and at the end.
///
/// # Errors
/// When the directory or a file cannot be written. The files get their names only when all three are whole
/// and on disk, so after an error those of before are still there; should the error strike between two
/// renames, whole files of two sets stand side by side.
pub fn generate(
    shape: &Shape,
    directory: &Path,
    report: &mut dyn FnMut(Progress),
) -> Result<Generated, GenerateError> {
    fs::create_dir_all(directory).map_err(|error| GenerateError::new("create", directory, error))?;
    let mut walk = Walk::start(directory, shape.seed)?;
    for product_id in 1..=shape.products {
        walk.product(product_id)?;
        if product_id % PRODUCTS_PER_REPORT == 0 || product_id == shape.products {
            report(Progress { products: product_id, total_products: shape.products, bytes: walk.bytes() });
        }
    }
    walk.finish()
}
