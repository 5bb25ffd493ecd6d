//! Believable data of any size: from a seed and a size come the CSV files that `import` reads.
//! Reading CSV files is not done here.
//!
//! The same seed and size give the same bytes on every machine: all random numbers come from
//! integer generators (`random`), one for each set, and nothing depends on the clock or on a hash
//! map.

mod catalogue;
mod counts;
mod csv;
mod data;
mod group;
mod people;
mod pictures;
mod questions;
mod random;
mod reviews;
mod text;

use std::fs;
use std::path::Path;

use catalogue::Catalogue;
use csv::{CsvFile, Folder};
use group::{GROUP_PRODUCTS, Group};
use pictures::Pictures;
use questions::Questions;
use reviews::Reviews;

use crate::domain::{Kind, Set};
use crate::files::{self, ExistingFiles, FileError};

/// The highest number of products: some 5 TB of files.
pub const MAX_PRODUCTS: u64 = 1_000_000_000;

/// Where pictures are unless a shape says otherwise: a service of this machine draws them.
pub const DEFAULT_PICTURES: &str = "http://127.0.0.1:3000/demo/pictures";

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    products: u64,
    seed: u64,
    sets: Vec<Set>,
    pictures: Option<String>,
}

/// Why there is no such [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("products must be between 1 and {MAX_PRODUCTS}; it is {0}")]
pub struct InvalidShape(u64);

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Generated {
    rows: [u64; Kind::COUNT],
    /// Size of all files together.
    pub bytes: u64,
}

impl Shape {
    /// Takes the number of products, 1 to [`MAX_PRODUCTS`], and any seed. On average a product has
    /// 1.96 styles, 5.77 reviews and 3.52 questions.
    pub fn new(products: u64, seed: u64) -> Result<Self, InvalidShape> {
        if (1..=MAX_PRODUCTS).contains(&products) {
            Ok(Self { products, seed, sets: Set::ALL.to_vec(), pictures: None })
        } else {
            Err(InvalidShape(products))
        }
    }

    /// The same with the files of these sets alone. Their bytes are the same.
    #[must_use]
    pub fn only(self, sets: impl IntoIterator<Item = Set>) -> Self {
        Self { sets: sets.into_iter().collect(), ..self }
    }

    /// The same with all pictures below this address. Without one, those of products and reviews
    /// are at [`DEFAULT_PICTURES`], and those of answers are nowhere.
    #[must_use]
    pub fn with_pictures(self, address: &str) -> Self {
        Self { pictures: Some(address.to_owned()), ..self }
    }

    /// The number of products; their ids are 1 to this.
    pub fn products(&self) -> u64 {
        self.products
    }

    /// The names of the files.
    fn files(&self) -> impl Iterator<Item = &'static str> {
        let kinds = self.sets.iter().flat_map(|set| set.kinds());
        kinds.filter_map(|kind| kind.definition().files.first().copied())
    }
}

impl Generated {
    /// Rows of a kind, without the column names.
    pub fn of(&self, kind: Kind) -> u64 {
        self.rows[kind as usize]
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.rows.iter().sum()
    }
}

/// Writes the files of the shape's sets into `directory`, which is created when missing. Calls
/// `report` with the number of products that are done, every thousand products and at the end.
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
    let paths: Vec<_> = shape.files().map(|name| directory.join(name)).collect();
    files::check_existing(&paths, existing)?;
    let folder = Folder { path: directory, sets: &shape.sets };
    let pictures = Pictures::at(shape.pictures.as_deref().unwrap_or(DEFAULT_PICTURES));
    let for_answers = shape.pictures.is_some().then_some(&pictures);
    let mut questions = Questions::start(&folder, shape.seed, for_answers)?;
    let mut catalogue = Catalogue::start(&folder, shape.seed, &pictures)?;
    let mut reviews = Reviews::start(&folder, shape.seed, &pictures)?;
    let mut group = Group::default();
    for first_id in (1..=shape.products).step_by(GROUP_PRODUCTS) {
        let last_id = shape.products.min(first_id + GROUP_PRODUCTS as u64 - 1);
        group.begin(first_id);
        for product_id in first_id..=last_id {
            group.add(questions.product(product_id)?);
        }
        for (product_id, product) in group.products() {
            if shape.sets.contains(&Set::Catalogue) {
                catalogue.product(product_id, product, &group)?;
            }
            if shape.sets.contains(&Set::Reviews) {
                reviews.product(product_id, product)?;
            }
        }
        report(last_id);
    }
    let files = catalogue.finish().into_iter().chain(reviews.finish()).chain(questions.finish());
    complete(files, existing)
}

/// Gives the files their names, when all of them are whole.
fn complete(files: impl Iterator<Item = CsvFile>, existing: ExistingFiles) -> Result<Generated, FileError> {
    let (mut generated, mut whole) = (Generated::default(), Vec::new());
    for file in files {
        let (kind, rows, bytes) = (file.kind, file.rows(), file.bytes());
        if let Some(file) = file.complete()? {
            generated.rows[kind as usize] = rows;
            generated.bytes += bytes;
            whole.push(file);
        }
    }
    files::place(whole, existing)?;
    Ok(generated)
}
