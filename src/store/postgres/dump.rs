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
use crate::domain::{AnswerId, Id as _, Kind, PhotoId, ProductId, QuestionId, Set, Timestamp};
use crate::store::{DUMP_ROWS_PER_BATCH, Dump, LastIds, RowBatch, StoreError};

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

/// The columns of the statement of questions and answers that hold a value of the batch, in its
/// order. The parent is the product, or in the last column.
fn entry(columns: Columns<'_>, batch: &mut RowBatch, id: &'static str) -> Result<(), StoreError> {
    let product_id: ProductId = columns.id(0, "product_id")?;
    let parent = match batch.kind() {
        Kind::Answer => columns.id::<QuestionId>(8, "question_id")?.get(),
        _ => product_id.get(),
    };
    let values = [
        columns.id::<QuestionId>(1, id)?.get(),
        parent,
        batch.texts.keep(columns.text(5, "body")?).to_bits(),
        columns.time(2, "written_at")?.milliseconds().cast_unsigned(),
        batch.texts.keep(columns.text(6, "name")?).to_bits(),
        batch.texts.keep(columns.text(7, "email")?).to_bits(),
        columns.flag(4, "reported")?.into(),
        columns.count(3, "helpful")?.into(),
    ];
    batch.push(product_id, &values);
    Ok(())
}

impl Dump for PostgresDump {
    fn next(&mut self, kind: Kind) -> Result<RowBatch, StoreError> {
        let mut batch = RowBatch::new(kind);
        match kind {
            Kind::Question => {
                for row in self.read(|statements| &statements.questions, self.questions_after)? {
                    entry(Columns::new(&row, "questions", 1), &mut batch, "question_id")?;
                }
                self.questions_after = last_key(&batch).unwrap_or(self.questions_after);
            }
            Kind::Answer => {
                for row in self.read(|statements| &statements.answers, self.answers_after)? {
                    entry(Columns::new(&row, "answers", 1), &mut batch, "answer_id")?;
                }
                self.answers_after = last_key(&batch).unwrap_or(self.answers_after);
            }
            Kind::Photo => {
                for row in self.read(|statements| &statements.photos, self.photos_after)? {
                    let columns = Columns::new(&row, "photos", 1);
                    let values = [
                        columns.id::<PhotoId>(1, "photo_id")?.get(),
                        columns.id::<AnswerId>(2, "answer_id")?.get(),
                        batch.texts.keep(columns.text(3, "url")?).to_bits(),
                    ];
                    batch.push(columns.id(0, "product_id")?, &values);
                }
                self.photos_after = last_key(&batch).unwrap_or(self.photos_after);
            }
            _ => {}
        }
        Ok(batch)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        // A sequence that gave out nothing yet stands at its first number, not yet called.
        let columns: Vec<_> = LastIds::default()
            .each()
            .map(|(_, name, _)| {
                format!("(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}_ids)")
            })
            .collect();
        let sql = format!("SELECT {}", columns.join(", "));
        let last_ids = self.session.ask_patiently(async |client, _| {
            let row = client.query_one(&sql, &[]).await?;
            let mut last_ids = LastIds::default();
            for (index, (kind, _, _)) in LastIds::default().each().enumerate() {
                last_ids.raise(kind, row.try_get::<_, i64>(index)?.unsigned_abs());
            }
            Ok(last_ids)
        });
        last_ids.map_err(Failure::before_commit)
    }

    fn imported_at(&mut self, _: Set) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}

fn last_key(batch: &RowBatch) -> Option<Key> {
    batch.rows().last().map(|row| (bigint(row.product_id()), row.value(0).cast_signed()))
}
