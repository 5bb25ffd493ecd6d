//! Loading many rows in one transaction. When nobody else has the file open it runs with a rollback
//! journal, where new pages are written once, straight to their place; under a running server it
//! goes through the write-ahead log, twice the writing. Either way SQLite's own recovery undoes a
//! load that died.

use std::time::Duration;

use rusqlite::Connection;

use super::counts::{counts, is_empty};
use super::failure::Failure;
use super::place::{Kind, ProductNumber};
use super::schema;
use crate::domain::{Id, ProductId};
use crate::store::{AnswerBatch, BulkLoad, Counts, LastIds, LoadMode, PhotoBatch, QuestionBatch, StoreError};

/// The page cache of a load: in KiB, negative by SQLite's convention.
const CACHE_KIBIBYTES: i64 = -64 * 1_024;

/// A load under way. Its connection holds an open transaction; closing it without a commit rolls
/// back.
pub(super) struct SqliteBulkLoad {
    connection: Connection,
    questions: Places,
    answers: Places,
    photos: Places,
    last_ids: LastIds,
}

/// Gives out places. Products mostly come in ascending order, and then no place has to be looked
/// up.
struct Places {
    kind: Kind,
    highest: Option<ProductNumber>,
    last_place: i64,
}

impl Places {
    fn new(kind: Kind) -> Self {
        Self { kind, highest: None, last_place: 0 }
    }

    fn next(&mut self, connection: &Connection, product_id: ProductId) -> Result<i64, StoreError> {
        let number = ProductNumber::find_or_make(connection, product_id)?;
        if self.highest.is_some_and(|highest| number < highest) {
            return self.kind.free_place(connection, number);
        }
        self.last_place = if self.highest == Some(number) {
            self.kind.next_place(self.last_place)?
        } else {
            self.kind.first_place(number)
        };
        self.highest = Some(number);
        Ok(self.last_place)
    }
}

impl SqliteBulkLoad {
    pub(super) fn begin(connection: Connection, mode: LoadMode) -> Result<Self, StoreError> {
        connection.pragma_update(None, "cache_size", CACHE_KIBIBYTES).writing()?;
        // Fails, without waiting, when another process has the file open; then the write-ahead log
        // stays.
        connection.busy_timeout(Duration::ZERO).writing()?;
        let mode_now =
            connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
        tracing::debug!(journal_mode = ?mode_now, "bulk load");
        connection.busy_timeout(schema::BUSY_TIMEOUT).writing()?;
        connection.execute_batch("BEGIN IMMEDIATE").writing()?;
        if mode == LoadMode::IntoEmpty && !is_empty(&connection)? {
            return Err(StoreError::NotEmpty);
        }
        // Of an empty store as well: counters and submissions that were left behind would stick to
        // new rows.
        connection
            .execute_batch(
                "DELETE FROM marks; DELETE FROM photos; DELETE FROM answers; DELETE FROM questions;
                 DELETE FROM far_products; DELETE FROM submissions;",
            )
            .writing()?;
        Ok(Self {
            connection,
            questions: Places::new(Kind::Question),
            answers: Places::new(Kind::Answer),
            photos: Places::new(Kind::Photo),
            last_ids: LastIds::default(),
        })
    }

    /// New ids continue after the largest that was loaded and after every one given out before.
    fn store_last_ids(&self) -> Result<(), StoreError> {
        let LastIds { question, answer, photo } = self.last_ids;
        for (kind, id) in [("question", question), ("answer", answer), ("photo", photo)] {
            self.connection
                .execute("UPDATE last_ids SET id = max(id, ?2) WHERE kind = ?1", (kind, id.cast_signed()))
                .writing()?;
        }
        Ok(())
    }
}

impl BulkLoad for SqliteBulkLoad {
    fn add_questions(&mut self, batch: &QuestionBatch) -> Result<(), StoreError> {
        let Self { connection, questions, last_ids, .. } = self;
        let mut insert = connection
            .prepare_cached(
                "INSERT INTO questions (place, question_id, written_at, reported, helpful, body, name, email)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .writing()?;
        for row in &batch.rows {
            let place = questions.next(connection, row.product_id)?;
            last_ids.question = row.question_id.get().max(last_ids.question);
            insert
                .execute((
                    place,
                    row.question_id.get().cast_signed(),
                    row.written_at.milliseconds(),
                    row.reported,
                    row.helpful,
                    batch.texts.get(row.body),
                    batch.texts.get(row.name),
                    batch.texts.get(row.email),
                ))
                .writing()?;
        }
        Ok(())
    }

    fn add_answers(&mut self, batch: &AnswerBatch) -> Result<(), StoreError> {
        let Self { connection, answers, last_ids, .. } = self;
        let mut insert = connection
            .prepare_cached(
                "INSERT INTO answers
                     (place, answer_id, question_id, written_at, reported, helpful, body, name, email)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )
            .writing()?;
        for row in &batch.rows {
            let place = answers.next(connection, row.product_id)?;
            last_ids.answer = row.answer_id.get().max(last_ids.answer);
            insert
                .execute((
                    place,
                    row.answer_id.get().cast_signed(),
                    row.question_id.get().cast_signed(),
                    row.written_at.milliseconds(),
                    row.reported,
                    row.helpful,
                    batch.texts.get(row.body),
                    batch.texts.get(row.name),
                    batch.texts.get(row.email),
                ))
                .writing()?;
        }
        Ok(())
    }

    fn add_photos(&mut self, batch: &PhotoBatch) -> Result<(), StoreError> {
        let Self { connection, photos, last_ids, .. } = self;
        let mut insert = connection
            .prepare_cached("INSERT INTO photos (place, photo_id, answer_id, url) VALUES (?1, ?2, ?3, ?4)")
            .writing()?;
        for row in &batch.rows {
            let place = photos.next(connection, row.product_id)?;
            last_ids.photo = row.photo_id.get().max(last_ids.photo);
            insert
                .execute((
                    place,
                    row.photo_id.get().cast_signed(),
                    row.answer_id.get().cast_signed(),
                    batch.texts.get(row.url),
                ))
                .writing()?;
        }
        Ok(())
    }

    fn raise_last_ids(&mut self, last_ids: LastIds) {
        self.last_ids = self.last_ids.max_of_each(last_ids);
    }

    fn commit(self: Box<Self>) -> Result<Counts, StoreError> {
        self.store_last_ids()?;
        let counts = counts(&self.connection)?;
        schema::require_in_place(&self.connection)?;
        self.connection.execute_batch("COMMIT").committing()?;
        // The load is committed even if this fails. The next process that opens the store tries it
        // again.
        if let Err(error) = schema::use_write_ahead_log(&self.connection) {
            tracing::warn!(%error, "loaded, but the write-ahead log could not be switched on again");
        }
        Ok(counts)
    }
}
