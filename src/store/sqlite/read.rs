//! Reading products: four short range scans each, many products in one read transaction, so that a
//! batch sees one state of the store and takes its locks once. Damaged rows fail the batch; the
//! error names their product.

use rusqlite::{CachedStatement, Connection};

use super::decode::Columns;
use super::failure::Failure;
use super::file::StoreFile;
use super::place::{PLACES_PER_PRODUCT, ProductNumber, place_of_question};
use super::schema;
use crate::domain::{
    AnswerRow, CatalogueRows, PhotoRow, ProductId, ProductRows, QuestionId, QuestionRow, ReviewRows,
};
use crate::store::{Reader, StoreError};

/// The page cache of a reading session: in KiB, negative by SQLite's convention. With a larger one
/// a product takes longer, since it leaves the processor's own cache
/// (docs/decisions/sqlite-without-a-map.md).
const CACHE_KIBIBYTES: i64 = -4 * 1_024;

const QUESTIONS: &str = "SELECT place, question_id, written_at, reported, helpful, body, name
     FROM questions WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const ANSWERS: &str = "SELECT place, answer_id, question_id, written_at, reported, helpful, body, name
     FROM answers WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const PHOTOS: &str = "SELECT place, photo_id, answer_id, url
     FROM photos WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const MARKS: &str = "SELECT place, helpful, reported
     FROM marks WHERE place BETWEEN ?1 AND ?2 ORDER BY place";

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
        self.snapshot(|connection| {
            let mut scans = Scans::prepare(connection)?;
            let mut products = Vec::with_capacity(product_ids.len());
            for &product_id in product_ids {
                let rows = scans.read_product(product_id);
                products.push(rows.map_err(|error| error.of_product(Some(product_id)))?);
            }
            Ok(products)
        })
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        Ok(product_ids.iter().copied().map(CatalogueRows::new).collect())
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        Ok(product_ids.iter().copied().map(ReviewRows::new).collect())
    }

    fn scan_catalogue(
        &mut self,
        _after: Option<ProductId>,
        _limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        Ok(Vec::new())
    }

    fn scan_reviews(
        &mut self,
        _after: Option<ProductId>,
        _limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        Ok(Vec::new())
    }

    fn product_ids(
        &mut self,
        _after: Option<ProductId>,
        _limit: usize,
    ) -> Result<Vec<ProductId>, StoreError> {
        Ok(Vec::new())
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

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        self.snapshot(|connection| {
            let start = match after {
                None => 0,
                Some(product_id) => match ProductNumber::find(connection, product_id)? {
                    Some(number) => number.places().1 + 1,
                    None => return Ok(Vec::new()),
                },
            };
            scan(connection, start, limit)
        })
    }

    fn rest(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("PRAGMA shrink_memory").reading()
    }
}

/// Reads the next `limit` products whose places are `start` and later, in one scan a table.
fn scan(connection: &Connection, start: i64, limit: usize) -> Result<Vec<ProductRows>, StoreError> {
    let last_place = match last_place_of(connection, start, limit) {
        Ok(Some(last_place)) => last_place,
        Ok(None) => return Ok(Vec::new()),
        Err(error) if limit == 1 && error.is_damage() => {
            return Err(error.of_product(last_unreadable(connection, start)));
        }
        Err(error) => return Err(error),
    };
    // Of one product it is known whose rows are damaged.
    let product_id =
        || (limit == 1).then(|| ProductNumber::of(last_place).product_id(connection).ok()).flatten();
    scan_range(connection, start, last_place, limit).map_err(|error| error.of_product(product_id()))
}

/// Where the next product cannot even be found: one after which the search succeeds. It goes twice
/// as far with each try, so it may pass over a few that can be read.
fn last_unreadable(connection: &Connection, start: i64) -> Option<ProductId> {
    let tries = (0..32).map(|doublings| start + (PLACES_PER_PRODUCT << doublings));
    let next = tries.into_iter().find(|&next| last_place_of(connection, next, 1).is_ok())?;
    ProductNumber::of(next - 1).product_id(connection).ok()
}

fn scan_range(
    connection: &Connection,
    start: i64,
    last_place: i64,
    limit: usize,
) -> Result<Vec<ProductRows>, StoreError> {
    let mut scans = Scans::prepare(connection)?;
    let mut numbers: Vec<ProductNumber> = Vec::with_capacity(limit);
    let mut products: Vec<ProductRows> = Vec::with_capacity(limit);
    scans.read_questions(
        start,
        last_place,
        |place| {
            let number = ProductNumber::of(place);
            if numbers.last() == Some(&number) {
                return Some(numbers.len() - 1);
            }
            numbers.push(number);
            None
        },
        &mut products,
    )?;
    scans.read_answers_and_photos(
        start,
        last_place,
        |place| numbers.binary_search(&ProductNumber::of(place)).ok(),
        &mut products,
    )?;
    Ok(products)
}

/// The last place of the `limit`th product from `start` on, or of the last product; `None` when
/// there is none. It hops from product to product, so it costs a seek each, not a row each.
fn last_place_of(connection: &Connection, start: i64, limit: usize) -> Result<Option<i64>, StoreError> {
    let mut next = connection
        .prepare_cached("SELECT place FROM questions WHERE place >= ?1 ORDER BY place LIMIT 1")
        .reading()?;
    let mut last_place = None;
    let mut from = start;
    for _ in 0..limit {
        let mut rows = next.query([from]).reading()?;
        let Some(row) = rows.next().reading()? else { break };
        let last = ProductNumber::of(row.get(0).reading()?).places().1;
        last_place = Some(last);
        from = last + 1;
    }
    Ok(last_place)
}

/// The four range scans, prepared once a batch.
struct Scans<'c> {
    connection: &'c Connection,
    questions: CachedStatement<'c>,
    answers: CachedStatement<'c>,
    photos: CachedStatement<'c>,
    marks: CachedStatement<'c>,
    /// The present counters of the rows being read, by place.
    marked: Vec<(i64, u32, bool)>,
}

impl<'c> Scans<'c> {
    fn prepare(connection: &'c Connection) -> Result<Self, StoreError> {
        Ok(Self {
            connection,
            questions: connection.prepare_cached(QUESTIONS).reading()?,
            answers: connection.prepare_cached(ANSWERS).reading()?,
            photos: connection.prepare_cached(PHOTOS).reading()?,
            marks: connection.prepare_cached(MARKS).reading()?,
            marked: Vec::new(),
        })
    }

    fn read_product(&mut self, product_id: ProductId) -> Result<ProductRows, StoreError> {
        let mut rows = vec![ProductRows::new(product_id)];
        if let Some(number) = ProductNumber::find(self.connection, product_id)? {
            let (first, last) = number.places();
            self.read_questions(first, last, |_| Some(0), &mut rows)?;
            self.read_answers_and_photos(first, last, |_| Some(0), &mut rows)?;
        }
        Ok(rows.swap_remove(0))
    }

    /// Reads the visible questions of a range, and the range's marks for this and the next scan.
    /// `product_of` tells which of `products` a place belongs to, or `None` for a new one.
    fn read_questions(
        &mut self,
        first: i64,
        last: i64,
        mut product_of: impl FnMut(i64) -> Option<usize>,
        products: &mut Vec<ProductRows>,
    ) -> Result<(), StoreError> {
        self.read_marks(first, last)?;
        let mut rows = self.questions.query([first, last]).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "questions")?;
            let index = if let Some(index) = product_of(columns.place()) {
                index
            } else {
                let product_id = ProductNumber::of(columns.place()).product_id(self.connection)?;
                products.push(ProductRows::new(product_id));
                products.len() - 1
            };
            let (helpful, reported) = marks_or(&self.marked, columns, 4, 3)?;
            if reported {
                continue;
            }
            let product = &mut products[index];
            let body = product.texts.keep(columns.text(5, "body")?);
            let name = product.texts.keep(columns.text(6, "name")?);
            product.questions.push(QuestionRow {
                question_id: columns.id(1, "question_id")?,
                written_at: columns.time(2, "written_at")?,
                helpful,
                body,
                name,
            });
        }
        Ok(())
    }

    /// Reads the visible answers of a range, then the photos if there are answers.
    fn read_answers_and_photos(
        &mut self,
        first: i64,
        last: i64,
        product_of: impl Fn(i64) -> Option<usize>,
        products: &mut [ProductRows],
    ) -> Result<(), StoreError> {
        if products.iter().all(|product| product.questions.is_empty()) {
            return Ok(());
        }
        let mut rows = self.answers.query([first, last]).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "answers")?;
            let (helpful, reported) = marks_or(&self.marked, columns, 5, 4)?;
            let Some(index) = product_of(columns.place()) else { continue };
            if reported {
                continue;
            }
            let product = &mut products[index];
            let body = product.texts.keep(columns.text(6, "body")?);
            let name = product.texts.keep(columns.text(7, "name")?);
            product.answers.push(AnswerRow {
                answer_id: columns.id(1, "answer_id")?,
                question_id: columns.id(2, "question_id")?,
                written_at: columns.time(3, "written_at")?,
                helpful,
                body,
                name,
            });
        }
        drop(rows);
        if products.iter().all(|product| product.answers.is_empty()) {
            return Ok(());
        }
        let mut rows = self.photos.query([first, last]).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "photos")?;
            let Some(index) = product_of(columns.place()) else { continue };
            let product = &mut products[index];
            let url = product.texts.keep(columns.text(3, "url")?);
            product.photos.push(PhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                answer_id: columns.id(2, "answer_id")?,
                url,
            });
        }
        Ok(())
    }

    fn read_marks(&mut self, first: i64, last: i64) -> Result<(), StoreError> {
        self.marked.clear();
        let mut rows = self.marks.query([first, last]).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "marks")?;
            self.marked.push((columns.place(), columns.count(1, "helpful")?, columns.flag(2, "reported")?));
        }
        Ok(())
    }
}

/// The present counters of a row: those in `marks` before those in the row.
fn marks_or(
    marked: &[(i64, u32, bool)],
    columns: Columns<'_>,
    helpful: usize,
    reported: usize,
) -> Result<(u32, bool), StoreError> {
    if let Ok(found) = marked.binary_search_by_key(&columns.place(), |&(place, ..)| place) {
        let (_, helpful, reported) = marked[found];
        return Ok((helpful, reported));
    }
    Ok((columns.count(helpful, "helpful")?, columns.flag(reported, "reported")?))
}
