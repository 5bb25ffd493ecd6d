//! Moderation on the server: runs the shared statements, and finds, shows, hides and reads rows.
//! What is decided is in `store::moderation`.

use std::collections::HashMap;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::connect::failure::Failure;
use super::connect::session::{Prepared, Session};
use super::decode::{Columns, bigint};
use crate::domain::{Id, ProductId, State, Target};
use crate::store::moderation::ItemTexts;
use crate::store::moderation::rows::{EMPTIED_BODY, FoundRow, ReadRow, Rows};
use crate::store::moderation::sql::{Cell, Cells, Sql, Value};
use crate::store::{ERASED_NAME, StoreError};

// All rows in the order of their ids, then sums in the order of their keys: the order in which
// commits of the public routes lock them.
const LOCK_QUESTIONS: &str = "SELECT question_id, product_id, NOT reported FROM questions
     WHERE question_id = ANY ($1) ORDER BY question_id FOR UPDATE";
const LOCK_ANSWERS: &str = "SELECT answer_id, product_id, NOT reported FROM answers
     WHERE answer_id = ANY ($1) ORDER BY answer_id FOR UPDATE";
const LOCK_REVIEWS: &str = "SELECT review_id, product_id, state = 0 FROM reviews
     WHERE review_id = ANY ($1) ORDER BY review_id FOR UPDATE";
const LOCK_SUMS: &str = "SELECT s.product_id FROM characteristic_sums s
     WHERE s.product_id = ANY (ARRAY (SELECT r.product_id FROM reviews r WHERE r.review_id = ANY ($1)))
     ORDER BY s.product_id, s.characteristic_id FOR UPDATE";
const READ_QUESTIONS: &str = "SELECT question_id, product_id, NOT reported, body, name, written_at
     FROM questions WHERE question_id = ANY ($1)";
const READ_ANSWERS: &str = "SELECT a.answer_id, a.product_id, NOT a.reported, a.body, a.name, a.written_at,
            ARRAY (SELECT p.url FROM photos p WHERE p.product_id = a.product_id AND p.answer_id = a.answer_id
                   ORDER BY p.photo_id), a.question_id, q.body
     FROM answers a LEFT JOIN questions q ON q.product_id = a.product_id AND q.question_id = a.question_id
     WHERE a.answer_id = ANY ($1)";
const READ_REVIEWS: &str = "SELECT r.review_id, r.product_id, r.state = 0, r.body, r.name, r.written_at,
            ARRAY (SELECT p.url FROM review_photos p WHERE p.product_id = r.product_id
                   AND p.review_id = r.review_id ORDER BY p.photo_id), r.rating::bigint, r.summary
     FROM reviews r WHERE r.review_id = ANY ($1)";
// What the review gave to characteristics comes ($3 is 1) or goes (-1).
const CHANGE_SUMS: &str = "
    UPDATE characteristic_sums s SET stars = s.stars + $3 * d.stars, ratings = s.ratings + $3 * d.ratings
    FROM (
        SELECT characteristic_id, sum(stars)::bigint AS stars, count(*) AS ratings
        FROM characteristic_ratings WHERE product_id = $1 AND review_id = $2
        GROUP BY characteristic_id ORDER BY characteristic_id
    ) d
    WHERE s.product_id = $1 AND s.characteristic_id = d.characteristic_id";

/// A session with an open transaction.
pub(super) struct PostgresRows<'s, P> {
    session: &'s mut Session<P>,
    /// Rows that this transaction has locked; `None` for those that are not there.
    locked: HashMap<Target, Option<FoundRow>>,
}

impl<'s, P: Prepared> PostgresRows<'s, P> {
    pub(super) fn new(session: &'s mut Session<P>) -> Self {
        Self { session, locked: HashMap::new() }
    }

    /// Runs a statement with numbers, a flag or texts as parameters.
    fn run(&mut self, sql: &str, parameters: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Failure> {
        self.session.ask(async |client, _| Ok(client.query_typed(sql, parameters).await?))
    }
}

/// Ids of each kind.
#[derive(Default)]
struct Ids {
    questions: Vec<i64>,
    answers: Vec<i64>,
    reviews: Vec<i64>,
}

impl Ids {
    fn of(targets: &[Target]) -> Self {
        let mut ids = Self::default();
        for target in targets {
            match target {
                Target::Question(id) => ids.questions.push(bigint(*id)),
                Target::Answer(id) => ids.answers.push(bigint(*id)),
                Target::Review(id) => ids.reviews.push(bigint(*id)),
            }
        }
        ids
    }
}

/// Runs a statement for ids, unless there are none.
async fn query(client: &Client, sql: &str, ids: &Vec<i64>) -> Result<Vec<Row>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(client.query_typed(sql, &[(ids, Type::INT8_ARRAY)]).await?)
}

/// Reads the first three columns of a row.
fn found<I: Id>(
    row: &Row,
    table: &'static str,
    target: fn(I) -> Target,
) -> Result<(Target, FoundRow), StoreError> {
    let columns = Columns::new(row, table, 0);
    let found = FoundRow { product_id: columns.id(1, "product_id")?, is_public: columns.flag(2, "state")? };
    Ok((target(columns.id(0, "id")?), found))
}

impl<P: Prepared> Sql for PostgresRows<'_, P> {
    type Error = Failure;

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Cells>, Failure> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> = values
            .iter()
            .map(|value| match value {
                Value::Integer(number) => (number as &(dyn ToSql + Sync), Type::INT8),
                Value::Text(text) => (text as &(dyn ToSql + Sync), Type::TEXT),
                Value::Bytes(bytes) => (bytes as &(dyn ToSql + Sync), Type::BYTEA),
            })
            .collect();
        let rows = self.run(sql, &parameters)?;
        rows.iter()
            .map(|row| {
                let cell = |(index, column): (usize, &tokio_postgres::Column)| {
                    Ok(match *column.type_() {
                        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map_or(Cell::Null, Cell::Integer),
                        Type::BYTEA => {
                            row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Cell::Null, Cell::Bytes)
                        }
                        _ => row.try_get::<_, Option<String>>(index)?.map_or(Cell::Null, Cell::Text),
                    })
                };
                row.columns().iter().enumerate().map(cell).collect::<Result<_, Failure>>().map(Cells)
            })
            .collect()
    }
}

impl<P: Prepared> Rows for PostgresRows<'_, P> {
    fn lock(&mut self, targets: &[Target]) -> Result<(), Failure> {
        if targets.is_empty() {
            return Ok(());
        }
        let ids = Ids::of(targets);
        let (questions, answers, reviews, _) = self.session.ask(async |client, _| {
            tokio::try_join!(
                biased;
                query(client, LOCK_QUESTIONS, &ids.questions),
                query(client, LOCK_ANSWERS, &ids.answers),
                query(client, LOCK_REVIEWS, &ids.reviews),
                query(client, LOCK_SUMS, &ids.reviews),
            )
        })?;
        self.locked.extend(targets.iter().map(|target| (*target, None)));
        for row in &questions {
            let (target, found) = found(row, "questions", Target::Question)?;
            self.locked.insert(target, Some(found));
        }
        for row in &answers {
            let (target, found) = found(row, "answers", Target::Answer)?;
            self.locked.insert(target, Some(found));
        }
        for row in &reviews {
            let (target, found) = found(row, "reviews", Target::Review)?;
            self.locked.insert(target, Some(found));
        }
        Ok(())
    }

    fn find(&mut self, target: Target) -> Result<Option<FoundRow>, Failure> {
        if !self.locked.contains_key(&target) {
            self.lock(&[target])?;
        }
        Ok(self.locked.get(&target).copied().flatten())
    }

    fn set_state(&mut self, target: Target, found: FoundRow, state: State) -> Result<(), Failure> {
        let is_public = state == State::Published;
        let product_id = bigint(found.product_id);
        let (id, sql) = match target {
            Target::Question(id) => {
                (bigint(id), "UPDATE questions SET reported = $3 WHERE product_id = $1 AND question_id = $2")
            }
            Target::Answer(id) => {
                (bigint(id), "UPDATE answers SET reported = $3 WHERE product_id = $1 AND answer_id = $2")
            }
            Target::Review(id) => (
                bigint(id),
                "UPDATE reviews SET state = $3::smallint, revision = revision + 1
                 WHERE product_id = $1 AND review_id = $2",
            ),
        };
        if matches!(target, Target::Review(_)) {
            let number = state.number().cast_signed();
            self.run(sql, &[(&product_id, Type::INT8), (&id, Type::INT8), (&number, Type::INT8)])?;
            if is_public != found.is_public {
                let sign: i64 = if is_public { 1 } else { -1 };
                self.run(CHANGE_SUMS, &[(&product_id, Type::INT8), (&id, Type::INT8), (&sign, Type::INT8)])?;
            }
        } else {
            self.run(sql, &[(&product_id, Type::INT8), (&id, Type::INT8), (&!is_public, Type::BOOL)])?;
        }
        self.locked.insert(target, Some(FoundRow { is_public, ..found }));
        Ok(())
    }

    fn read(&mut self, targets: &[Target]) -> Result<Vec<Option<ReadRow>>, Failure> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let ids = Ids::of(targets);
        let (questions, answers, reviews) = self.session.ask(async |client, _| {
            tokio::try_join!(
                biased;
                query(client, READ_QUESTIONS, &ids.questions),
                query(client, READ_ANSWERS, &ids.answers),
                query(client, READ_REVIEWS, &ids.reviews),
            )
        })?;
        let mut read = HashMap::new();
        for row in &questions {
            let (target, found) = found(row, "questions", Target::Question)?;
            read.insert(target, ReadRow { found, texts: texts(row, "questions")? });
        }
        for row in &answers {
            let (target, found) = found(row, "answers", Target::Answer)?;
            let (columns, mut texts) = (Columns::new(row, "answers", 0), texts(row, "answers")?);
            texts.photos = row.try_get(6)?;
            if !columns.is_empty(8) {
                let question_id = columns.number(7, "question_id", |id| Ok(id.cast_unsigned()))?;
                texts.question = Some((question_id, columns.text(8, "body")?.to_owned()));
            }
            read.insert(target, ReadRow { found, texts });
        }
        for row in &reviews {
            let (target, found) = found(row, "reviews", Target::Review)?;
            let (columns, mut texts) = (Columns::new(row, "reviews", 0), texts(row, "reviews")?);
            texts.photos = row.try_get(6)?;
            texts.rating = Some(columns.stars(7, "rating")?.get());
            texts.summary = Some(columns.text(8, "summary")?.to_owned());
            read.insert(target, ReadRow { found, texts });
        }
        Ok(targets.iter().map(|target| read.get(target).cloned()).collect())
    }

    fn empty(&mut self, target: Target, product_id: ProductId) -> Result<(), Failure> {
        let (id, table, name, more, photos) = match target {
            Target::Question(id) => (bigint(id), "questions", "question_id", "", None),
            Target::Answer(id) => (bigint(id), "answers", "answer_id", "", Some("photos")),
            Target::Review(id) => {
                let more = ", summary = '', response = NULL";
                (bigint(id), "reviews", "review_id", more, Some("review_photos"))
            }
        };
        let product_id = bigint(product_id);
        let keys = [(&product_id as &(dyn ToSql + Sync), Type::INT8), (&id, Type::INT8)];
        let sql = format!(
            "UPDATE {table} SET name = $3, email = '', body = $4{more} WHERE product_id = $1 AND {name} = $2"
        );
        let [product, row] = keys.clone();
        self.run(&sql, &[product, row, (&ERASED_NAME, Type::TEXT), (&EMPTIED_BODY, Type::TEXT)])?;
        if let Some(photos) = photos {
            self.run(&format!("DELETE FROM {photos} WHERE product_id = $1 AND {name} = $2"), &keys)?;
        }
        Ok(())
    }
}

/// The texts that rows of every kind have.
fn texts(row: &Row, table: &'static str) -> Result<ItemTexts, StoreError> {
    let columns = Columns::new(row, table, 0);
    Ok(ItemTexts {
        body: columns.text(3, "body")?.to_owned(),
        name: columns.text(4, "name")?.to_owned(),
        written_at: Some(columns.time(5, "written_at")?),
        ..ItemTexts::default()
    })
}
