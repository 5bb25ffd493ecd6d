//! Reads a whole database in one snapshot, table by table in the order of the primary keys. The
//! export or the copy uses the rows.

use std::sync::Arc;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{PATIENT_SETTINGS, Prepared, Session};
use super::connect::statement::Naming;
use super::decode::{Columns, bigint};
use crate::domain::Id;
use crate::store::{
    AnswerBatch, DUMP_ROWS_PER_BATCH, Dump, ImportedAnswer, ImportedPhoto, ImportedQuestion, LastIds,
    PhotoBatch, QuestionBatch, StoreError,
};

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The row before the first one of a batch, by product and id.
type Key = (i64, i64);

/// Before the first row, also when its ids are damaged: a row must not be left out in silence.
const BEGINNING: Key = (i64::MIN, i64::MIN);

/// The statements of a dump.
struct DumpStatements {
    questions: Statement,
    answers: Statement,
    photos: Statement,
}

impl Prepared for DumpStatements {
    const SETTINGS: &'static [&'static str] = PATIENT_SETTINGS;

    // They always have names: a dump does not go through a pooler.
    async fn prepare(client: &Client, _: Naming) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            questions: client
                .prepare(
                    "SELECT product_id, question_id, written_at, helpful, reported, body, name, email
                     FROM questions WHERE (product_id, question_id) > ($1, $2)
                     ORDER BY product_id, question_id LIMIT $3",
                )
                .await?,
            answers: client
                .prepare(
                    "SELECT product_id, answer_id, written_at, helpful, reported, body, name, email, question_id
                     FROM answers WHERE (product_id, answer_id) > ($1, $2)
                     ORDER BY product_id, answer_id LIMIT $3",
                )
                .await?,
            photos: client
                .prepare(
                    "SELECT product_id, photo_id, answer_id, url
                     FROM photos WHERE (product_id, photo_id) > ($1, $2)
                     ORDER BY product_id, photo_id LIMIT $3",
                )
                .await?,
        })
    }
}

/// A dump under way. Its connection holds an open transaction.
pub(super) struct PostgresDump {
    session: Session<DumpStatements>,
    questions_after: Key,
    answers_after: Key,
    photos_after: Key,
}

impl PostgresDump {
    pub(super) fn begin(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Session::open(server)?;
        session.run(SNAPSHOT)?;
        Ok(Self { session, questions_after: BEGINNING, answers_after: BEGINNING, photos_after: BEGINNING })
    }

    fn read(
        &mut self,
        statement: impl Fn(&DumpStatements) -> &Statement,
        (product_id, id): Key,
    ) -> Result<Vec<Row>, StoreError> {
        let limit = i64::try_from(DUMP_ROWS_PER_BATCH).unwrap_or(i64::MAX);
        let parameters: [&(dyn ToSql + Sync); 3] = [&product_id, &id, &limit];
        // Not `read`, which would go on in another snapshot on a new connection.
        self.session
            .ask_patiently(async |client, statements| {
                Ok(client.query(statement(statements), &parameters).await?)
            })
            .map_err(Failure::before_commit)
    }
}

fn key(product_id: impl Id, id: impl Id) -> Key {
    (bigint(product_id), bigint(id))
}

impl Dump for PostgresDump {
    fn questions(&mut self) -> Result<QuestionBatch, StoreError> {
        let mut batch = QuestionBatch::default();
        for row in self.read(|statements| &statements.questions, self.questions_after)? {
            let columns = Columns::new(&row, "questions", 1);
            batch.rows.push(ImportedQuestion {
                product_id: columns.id(0, "product_id")?,
                question_id: columns.id(1, "question_id")?,
                written_at: columns.time(2, "written_at")?,
                helpful: columns.count(3, "helpful")?,
                reported: columns.flag(4, "reported")?,
                body: batch.texts.keep(columns.text(5, "body")?),
                name: batch.texts.keep(columns.text(6, "name")?),
                email: batch.texts.keep(columns.text(7, "email")?),
            });
        }
        if let Some(row) = batch.rows.last() {
            self.questions_after = key(row.product_id, row.question_id);
        }
        Ok(batch)
    }

    fn answers(&mut self) -> Result<AnswerBatch, StoreError> {
        let mut batch = AnswerBatch::default();
        for row in self.read(|statements| &statements.answers, self.answers_after)? {
            let columns = Columns::new(&row, "answers", 1);
            batch.rows.push(ImportedAnswer {
                product_id: columns.id(0, "product_id")?,
                answer_id: columns.id(1, "answer_id")?,
                question_id: columns.id(8, "question_id")?,
                written_at: columns.time(2, "written_at")?,
                helpful: columns.count(3, "helpful")?,
                reported: columns.flag(4, "reported")?,
                body: batch.texts.keep(columns.text(5, "body")?),
                name: batch.texts.keep(columns.text(6, "name")?),
                email: batch.texts.keep(columns.text(7, "email")?),
            });
        }
        if let Some(row) = batch.rows.last() {
            self.answers_after = key(row.product_id, row.answer_id);
        }
        Ok(batch)
    }

    fn photos(&mut self) -> Result<PhotoBatch, StoreError> {
        let mut batch = PhotoBatch::default();
        for row in self.read(|statements| &statements.photos, self.photos_after)? {
            let columns = Columns::new(&row, "photos", 1);
            batch.rows.push(ImportedPhoto {
                product_id: columns.id(0, "product_id")?,
                photo_id: columns.id(1, "photo_id")?,
                answer_id: columns.id(2, "answer_id")?,
                url: batch.texts.keep(columns.text(3, "url")?),
            });
        }
        if let Some(row) = batch.rows.last() {
            self.photos_after = key(row.product_id, row.photo_id);
        }
        Ok(batch)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        // A sequence that gave out nothing yet stands at its first number, not yet called.
        const LAST_IDS: &str = "SELECT
            (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM question_ids),
            (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM answer_ids),
            (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM photo_ids)";
        let last_ids = self.session.ask_patiently(async |client, _| {
            let row = client.query_one(LAST_IDS, &[]).await?;
            let id = |index| Ok::<u64, Failure>(row.try_get::<_, i64>(index)?.unsigned_abs());
            Ok(LastIds { question: id(0)?, answer: id(1)?, photo: id(2)? })
        });
        last_ids.map_err(Failure::before_commit)
    }
}
