//! The list of measured operations, for both measuring programs: `times` and `instructions`. They
//! use the library's public parts, as the program does, on rows of an invented shop. Measuring is
//! not done here.

#[path = "../../tests/it/support/cluster.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod cluster;
mod imports;
mod nowhere;
mod product_page;
pub(crate) mod shop;
mod stores;
mod views;

/// Something to measure.
pub(crate) struct Operation {
    /// How many requests, views, rows, products or votes a call works on.
    pub(crate) items: u32,
    /// How many calls work on different data, before the data repeats.
    pub(crate) round: u32,
    /// What is measured.
    pub(crate) call: Box<dyn FnMut()>,
}

/// A name and how to prepare what it names.
pub(crate) type Named = (&'static str, fn() -> Operation);

/// From rows to a view, and from a view to a page: questions, the catalogue, reviews.
pub(crate) const VIEWS: [Named; 10] = [
    ("page of questions", views::page_of_questions),
    ("page of answers", views::page_of_answers),
    ("view packed", views::packed),
    ("product", product_page::product),
    ("styles", product_page::styles),
    ("related products", product_page::related),
    ("product packed", product_page::product_packed),
    ("page of reviews", product_page::page_of_reviews),
    ("sums of reviews", product_page::sums),
    ("reviews packed", product_page::reviews_packed),
];

/// What a busy service sends to a store at once.
pub(crate) const BATCHES: [Named; 4] = [
    ("32 products from SQLite", stores::sqlite_products),
    ("256 votes to SQLite", stores::sqlite_votes),
    ("32 products from PostgreSQL", stores::postgres_products),
    ("256 votes to PostgreSQL", stores::postgres_votes),
];

/// Whole files.
pub(crate) const FILES: [Named; 1] = [("CSV of 1,024 products", imports::files_checked)];
