//! Reading the whole file in one read transaction, table by table in the order of places.

use rusqlite::Connection;

use super::decode::Columns;
use super::failure::Failure;
use super::place::ProductNumber;
use crate::domain::ProductId;
use crate::store::{
    AnswerBatch, DUMP_ROWS_PER_BATCH, Dump, ImportedAnswer, ImportedPhoto, ImportedQuestion, LastIds,
    PhotoBatch, QuestionBatch, StoreError,
};

const QUESTIONS: &str = "SELECT q.place, q.question_id, q.written_at, coalesce(m.reported, q.reported),
         coalesce(m.helpful, q.helpful), q.body, q.name, q.email
     FROM questions q LEFT JOIN marks m ON m.place = q.place WHERE q.place > ?1 ORDER BY q.place LIMIT ?2";
const ANSWERS: &str = "SELECT a.place, a.answer_id, a.written_at, coalesce(m.reported, a.reported),
         coalesce(m.helpful, a.helpful), a.body, a.name, a.email, a.question_id
     FROM answers a LEFT JOIN marks m ON m.place = a.place WHERE a.place > ?1 ORDER BY a.place LIMIT ?2";
const PHOTOS: &str = "SELECT place, photo_id, answer_id, url
     FROM photos WHERE place > ?1 ORDER BY place LIMIT ?2";

/// A dump under way. Its connection holds an open read transaction.
pub(super) struct SqliteDump {
    connection: Connection,
    questions_after: i64,
    answers_after: i64,
    photos_after: i64,
}

impl SqliteDump {
    pub(super) fn begin(connection: Connection) -> Result<Self, StoreError> {
        connection.execute_batch("BEGIN").reading()?;
        let none = i64::MIN;
        Ok(Self { connection, questions_after: none, answers_after: none, photos_after: none })
    }

    /// Runs `take` on each row behind `after`, up to a batch, and returns the last place.
    fn read(
        &self,
        sql: &str,
        table: &'static str,
        after: i64,
        mut take: impl FnMut(Columns<'_>, ProductId) -> Result<(), StoreError>,
    ) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).reading()?;
        let limit = i64::try_from(DUMP_ROWS_PER_BATCH).unwrap_or(i64::MAX);
        let mut rows = statement.query([after, limit]).reading()?;
        let mut last = after;
        while let Some(row) = rows.next().reading()? {
            let columns = Columns::new(row, table)?;
            last = columns.place();
            take(columns, ProductNumber::of(last).product_id(&self.connection)?)?;
        }
        Ok(last)
    }
}

impl Dump for SqliteDump {
    fn questions(&mut self) -> Result<QuestionBatch, StoreError> {
        let mut batch = QuestionBatch::default();
        self.questions_after =
            self.read(QUESTIONS, "questions", self.questions_after, |columns, product_id| {
                batch.rows.push(ImportedQuestion {
                    question_id: columns.id(1, "question_id")?,
                    product_id,
                    written_at: columns.time(2, "written_at")?,
                    reported: columns.flag(3, "reported")?,
                    helpful: columns.count(4, "helpful")?,
                    body: batch.texts.keep(columns.text(5, "body")?),
                    name: batch.texts.keep(columns.text(6, "name")?),
                    email: batch.texts.keep(columns.text(7, "email")?),
                });
                Ok(())
            })?;
        Ok(batch)
    }

    fn answers(&mut self) -> Result<AnswerBatch, StoreError> {
        let mut batch = AnswerBatch::default();
        self.answers_after = self.read(ANSWERS, "answers", self.answers_after, |columns, product_id| {
            batch.rows.push(ImportedAnswer {
                answer_id: columns.id(1, "answer_id")?,
                question_id: columns.id(8, "question_id")?,
                product_id,
                written_at: columns.time(2, "written_at")?,
                reported: columns.flag(3, "reported")?,
                helpful: columns.count(4, "helpful")?,
                body: batch.texts.keep(columns.text(5, "body")?),
                name: batch.texts.keep(columns.text(6, "name")?),
                email: batch.texts.keep(columns.text(7, "email")?),
            });
            Ok(())
        })?;
        Ok(batch)
    }

    fn photos(&mut self) -> Result<PhotoBatch, StoreError> {
        let mut batch = PhotoBatch::default();
        self.photos_after = self.read(PHOTOS, "photos", self.photos_after, |columns, product_id| {
            batch.rows.push(ImportedPhoto {
                photo_id: columns.id(1, "photo_id")?,
                answer_id: columns.id(2, "answer_id")?,
                product_id,
                url: batch.texts.keep(columns.text(3, "url")?),
            });
            Ok(())
        })?;
        Ok(batch)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        let last = |kind: &str| {
            self.connection
                .query_row("SELECT id FROM last_ids WHERE kind = ?1", [kind], |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
                .reading()
        };
        Ok(LastIds { question: last("question")?, answer: last("answer")?, photo: last("photo")? })
    }
}
