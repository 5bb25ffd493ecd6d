//! Reading products: a few short range scans each, many products in one read transaction, so that a
//! batch sees one state of the store and takes its locks once. What is read is in `questions`,
//! `catalogue` and `reviews`.

mod catalogue;
mod questions;
mod reviews;
mod scan;

use rusqlite::Connection;

use self::catalogue::Catalogue;
use self::questions::Questions;
use self::reviews::Reviews;
use super::failure::Failure;
use super::file::StoreFile;
use super::moderation::SqliteRows;
use super::place::{ProductNumber, place_of_question};
use super::schema;
use crate::domain::{
    CatalogueRows, ProductId, ProductPart, ProductRows, QuestionId, ReviewRows, ReviewsPart,
};
use crate::store::moderation::carry_out::answer;
use crate::store::moderation::{ModerationAnswer, ModerationQuery};
use crate::store::{Reader, StoreError};

/// The page cache of a reading session: in KiB, negative by SQLite's convention. With a larger one
/// a product takes longer, since it leaves the processor's own cache
/// (docs/decisions/sqlite-without-a-map.md).
const CACHE_KIBIBYTES: i64 = -4 * 1_024;

/// A reading session.
pub(super) struct SqliteReader {
    file: StoreFile,
    connection: Connection,
    /// Whether the file is read as one that nobody changes, since its disk is full.
    is_unchanging: bool,
}

impl SqliteReader {
    pub(super) fn new(file: StoreFile) -> Result<Self, StoreError> {
        let (connection, is_unchanging) = file.connect_to_read()?;
        connection.pragma_update(None, "cache_size", CACHE_KIBIBYTES).reading()?;
        Ok(Self { file, connection, is_unchanging })
    }

    /// Runs `read` in a read transaction.
    fn snapshot<T>(
        &mut self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_unchanging && !self.file.is_full() {
            *self = Self::new(self.file.clone())?;
        }
        schema::require_in_place(&self.connection)?;
        let transaction = self.connection.transaction().reading()?;
        let result = read(&transaction)?;
        // Nothing was written; rolling back and committing are the same.
        transaction.finish().reading()?;
        Ok(result)
    }
}

impl Reader for SqliteReader {
    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        self.snapshot(|connection| scan::load::<Questions<'_>>(connection, product_ids, None))
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        self.snapshot(|connection| scan::load::<Catalogue<'_>>(connection, product_ids, None))
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        self.snapshot(|connection| scan::load::<Reviews<'_>>(connection, product_ids, None))
    }

    fn load_catalogue_part(
        &mut self,
        product_ids: &[ProductId],
        part: ProductPart,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        self.snapshot(|connection| scan::load::<Catalogue<'_>>(connection, product_ids, Some(part)))
    }

    fn load_reviews_part(
        &mut self,
        product_ids: &[ProductId],
        part: ReviewsPart,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        self.snapshot(|connection| scan::load::<Reviews<'_>>(connection, product_ids, Some(part)))
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        self.snapshot(|connection| scan::scan::<Questions<'_>>(connection, after, limit))
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        self.snapshot(|connection| scan::scan::<Catalogue<'_>>(connection, after, limit))
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        self.snapshot(|connection| scan::scan::<Reviews<'_>>(connection, after, limit))
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        self.snapshot(|connection| catalogue::product_ids(connection, after, limit))
    }

    fn products_of(&mut self, question_ids: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError> {
        self.snapshot(|connection| {
            question_ids
                .iter()
                .map(|question_id| {
                    let place = place_of_question(connection, *question_id)?;
                    place.map(|place| ProductNumber::of(place).product_id(connection)).transpose()
                })
                .collect()
        })
    }

    fn moderation(&mut self, query: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        self.snapshot(|connection| answer(&mut SqliteRows(connection), query))
    }

    fn rest(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("PRAGMA shrink_memory").reading()
    }
}
