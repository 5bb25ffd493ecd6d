//! Reading questions with their answers and photos: four range scans.

use rusqlite::{CachedStatement, Connection};

use super::scan::{Range, Tables};
use crate::domain::{AnswerRow, PhotoRow, ProductId, ProductRows, QuestionRow};
use crate::store::StoreError;
use crate::store::columns::shown_votes;
use crate::store::sqlite::decode::Columns;
use crate::store::sqlite::failure::Failure;

const QUESTIONS: &str = "SELECT place, question_id, written_at, reported, helpful, body, name
     FROM questions WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const ANSWERS: &str = "SELECT place, answer_id, question_id, written_at, reported, helpful, body, name
     FROM answers WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const PHOTOS: &str = "SELECT place, photo_id, answer_id, url
     FROM photos WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const MARKS: &str = "SELECT place, helpful, withdrawn, reported
     FROM marks WHERE place BETWEEN ?1 AND ?2 ORDER BY place";

pub(super) struct Questions<'c> {
    questions: CachedStatement<'c>,
    answers: CachedStatement<'c>,
    photos: CachedStatement<'c>,
    marks: CachedStatement<'c>,
    /// The shown votes of the rows being read and whether they are hidden, by place.
    marked: Vec<(i64, u32, bool)>,
}

impl<'c> Tables<'c> for Questions<'c> {
    type Product = ProductRows;
    type Part = ();

    const NEXT: &'static str = "SELECT place FROM questions WHERE place >= ?1 ORDER BY place LIMIT 1";

    fn prepare(connection: &'c Connection) -> Result<Self, StoreError> {
        Ok(Self {
            questions: connection.prepare_cached(QUESTIONS).reading()?,
            answers: connection.prepare_cached(ANSWERS).reading()?,
            photos: connection.prepare_cached(PHOTOS).reading()?,
            marks: connection.prepare_cached(MARKS).reading()?,
            marked: Vec::new(),
        })
    }

    fn empty(&self, product_id: ProductId) -> ProductRows {
        ProductRows::new(product_id)
    }

    fn read(
        &mut self,
        _: Option<()>,
        range: Range<'_>,
        products: &mut [ProductRows],
    ) -> Result<(), StoreError> {
        self.read_marks(range)?;
        self.read_questions(range, products)?;
        if products.iter().all(|product| product.questions.is_empty()) {
            return Ok(());
        }
        self.read_answers(range, products)?;
        if products.iter().all(|product| product.answers.is_empty()) {
            return Ok(());
        }
        self.read_photos(range, products)
    }
}

impl Questions<'_> {
    fn read_marks(&mut self, range: Range<'_>) -> Result<(), StoreError> {
        self.marked.clear();
        let mut rows = self.marks.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "marks")?;
            let (helpful, withdrawn) = (columns.count(1, "helpful")?, columns.count(2, "withdrawn")?);
            let helpful =
                shown_votes(helpful, withdrawn).map_err(|problem| columns.damaged("withdrawn", problem))?;
            self.marked.push((columns.place(), helpful, columns.flag(3, "reported")?));
        }
        Ok(())
    }

    /// Reads the visible questions.
    fn read_questions(&mut self, range: Range<'_>, products: &mut [ProductRows]) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let mut rows = self.questions.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "questions")?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
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

    /// Reads the visible answers.
    fn read_answers(&mut self, range: Range<'_>, products: &mut [ProductRows]) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let mut rows = self.answers.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "answers")?;
            let (helpful, reported) = marks_or(&self.marked, columns, 5, 4)?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
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
        Ok(())
    }

    fn read_photos(&mut self, range: Range<'_>, products: &mut [ProductRows]) -> Result<(), StoreError> {
        let mut walk = range.walk();
        let mut rows = self.photos.query(range.places()).reading()?;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, "photos")?;
            let Some(index) = walk.index_of(columns.place()) else { continue };
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
