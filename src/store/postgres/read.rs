//! Reads products: one statement for a batch, so one snapshot and one round trip. The result has
//! flat rows of three kinds (questions, answers, photos), which costs the server less than joining
//! or nesting them. Lists are not sorted here.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::connect::server::Server;
use super::connect::session::{ANSWERING_SETTINGS, Prepared, Session};
use super::connect::statement::{Naming, Statement};
use super::decode::{Columns, bigint};
use crate::domain::{
    AnswerRow, CatalogueRows, PhotoRow, ProductId, ProductRows, QuestionId, QuestionRow, ReviewRows,
};
use crate::store::{Reader, StoreError};

/// Columns: product, id, parent's id, time, votes, first text, second text. The empty columns
/// decide the kind of a row (see [`kind`]): a column for the kind would cost a tenth.
const LOAD: &str = "
    SELECT product_id, question_id, NULL::bigint, written_at, helpful, body, name
    FROM questions WHERE product_id = ANY ($1::bigint[]) AND NOT reported
    UNION ALL
    SELECT product_id, answer_id, question_id, written_at, helpful, body, name
    FROM answers WHERE product_id = ANY ($1) AND NOT reported
    UNION ALL
    SELECT product_id, photo_id, answer_id, NULL, NULL, url, NULL
    FROM photos WHERE product_id = ANY ($1)";

/// The next products with their rows; a row without an id for each product, also when all its rows
/// are hidden. A product whose id is out of range cannot be requested, so it is left out. `check`
/// names it.
const SCAN: &str = "
    WITH scope AS MATERIALIZED (
        SELECT DISTINCT product_id FROM questions
        WHERE product_id > $1::bigint AND product_id <= 9007199254740991 ORDER BY product_id LIMIT $2::bigint
    ), bounds AS MATERIALIZED (
        SELECT min(product_id) AS first, max(product_id) AS last FROM scope
    )
    SELECT product_id, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint, NULL::text, NULL::text
    FROM scope
    UNION ALL
    SELECT product_id, question_id, NULL, written_at, helpful, body, name
    FROM questions
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND NOT reported
    UNION ALL
    SELECT product_id, answer_id, question_id, written_at, helpful, body, name
    FROM answers
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds) AND NOT reported
    UNION ALL
    SELECT product_id, photo_id, answer_id, NULL, NULL, url, NULL
    FROM photos
    WHERE product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds)";

const PRODUCTS_OF: &str =
    "SELECT question_id, product_id FROM questions WHERE question_id = ANY ($1::bigint[])";

/// Whether the server takes writes: a standby does not, and an operator can forbid them. It looks
/// into a table, so that it waits as readers do when one is locked.
const PROBE: &str = "SELECT current_setting('transaction_read_only') = 'off', EXISTS (SELECT FROM questions)";

/// The statements of a reading session.
struct Statements {
    probe: Statement,
    load: Statement,
    scan: Statement,
    products_of: Statement,
}

impl Prepared for Statements {
    const SETTINGS: &'static [&'static str] = ANSWERING_SETTINGS;

    async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        let (probe, load, scan, products_of) = tokio::try_join!(
            Statement::prepare(client, naming, PROBE, &[]),
            Statement::prepare(client, naming, LOAD, IDS),
            Statement::prepare(client, naming, SCAN, &[Type::INT8, Type::INT8]),
            Statement::prepare(client, naming, PRODUCTS_OF, IDS),
        )?;
        Ok(Self { probe, load, scan, products_of })
    }
}

/// A reading session.
pub(super) struct PostgresReader {
    session: Session<Statements>,
}

impl PostgresReader {
    pub(super) fn open(server: &Arc<Server>) -> Result<Self, StoreError> {
        Ok(Self { session: Session::open(server)? })
    }
}

impl Reader for PostgresReader {
    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        let ids: Vec<i64> = product_ids.iter().copied().map(bigint).collect();
        self.session.read(async |client, statements| {
            let rows = statements.load.stream(client, &[&ids]).await?;
            let mut rows = pin!(rows);
            let mut products = Products::of(product_ids);
            while let Some(row) = rows.try_next().await? {
                products.add(&row)?;
            }
            Ok(products.rows)
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
        let ids: Vec<i64> = question_ids.iter().copied().map(bigint).collect();
        self.session.read(async |client, statements| {
            let rows = statements.products_of.query(client, &[&ids]).await?;
            let mut found: Vec<(QuestionId, ProductId)> = Vec::with_capacity(rows.len());
            for row in &rows {
                let columns = Columns::new(row, "questions", 0);
                found.push((columns.id(0, "question_id")?, columns.id(1, "product_id")?));
            }
            found.sort_unstable();
            let find = |question_id| {
                found.binary_search_by_key(&question_id, |&(id, _)| id).ok().map(|position| found[position].1)
            };
            Ok(question_ids.iter().copied().map(find).collect())
        })
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        let after = after.map_or(0, bigint);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.session.read(async |client, statements| {
            let rows = statements.scan.stream(client, &[&after, &limit]).await?;
            let mut rows = pin!(rows);
            let mut products = Products::default();
            // Each row as it comes: the server makes the next ones meanwhile.
            while let Some(row) = rows.try_next().await? {
                products.add(&row)?;
            }
            let mut products = products.rows;
            products.sort_unstable_by_key(|rows| rows.product_id);
            Ok(products)
        })
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        let takes_writes = self.session.read(async |client, statements| {
            let rows = statements.probe.query(client, &[]).await?;
            Ok(rows.first().map_or(Ok(false), |row| row.try_get(0))?)
        })?;
        if takes_writes {
            return Ok(());
        }
        Err(StoreError::Unavailable(
            "the server takes no writes: it is a standby or was made read-only".to_owned(),
        ))
    }

    fn revive(&mut self) -> Result<(), StoreError> {
        self.session.reach()
    }
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Product,
    Question,
    Answer,
    Photo,
}

/// What a row is about: products have no id, questions no parent, photos no time.
fn kind(columns: Columns<'_>) -> Kind {
    if columns.is_empty(1) {
        Kind::Product
    } else if columns.is_empty(2) {
        Kind::Question
    } else if columns.is_empty(3) {
        Kind::Photo
    } else {
        Kind::Answer
    }
}

/// Products that are being put together.
#[derive(Default)]
struct Products {
    rows: Vec<ProductRows>,
    /// Where each product is in `rows`, by id.
    places: Vec<(ProductId, usize)>,
    /// The place found last: rows of one product mostly come together.
    last: usize,
}

impl Products {
    fn of(product_ids: &[ProductId]) -> Self {
        let mut places: Vec<_> = product_ids.iter().copied().zip(0..).collect();
        places.sort_unstable();
        Self { rows: product_ids.iter().copied().map(ProductRows::new).collect(), places, last: 0 }
    }

    /// A product's rows so far.
    fn of_product(&mut self, product_id: ProductId) -> &mut ProductRows {
        if self.rows.get(self.last).is_none_or(|rows| rows.product_id != product_id) {
            self.last = match self.places.binary_search_by_key(&product_id, |&(id, _)| id) {
                Ok(found) => self.places[found].1,
                Err(position) => {
                    self.places.insert(position, (product_id, self.rows.len()));
                    self.rows.push(ProductRows::new(product_id));
                    self.rows.len() - 1
                }
            };
        }
        &mut self.rows[self.last]
    }

    fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        let kind = kind(Columns::new(row, "questions", 0));
        let table = match kind {
            Kind::Product | Kind::Question => "questions",
            Kind::Answer => "answers",
            Kind::Photo => "photos",
        };
        let columns = Columns::new(row, table, 1);
        let product_id = columns.id(0, "product_id")?;
        add_row(self.of_product(product_id), kind, columns)
            .map_err(|error| error.of_product(Some(product_id)))
    }
}

fn add_row(product: &mut ProductRows, kind: Kind, columns: Columns<'_>) -> Result<(), StoreError> {
    match kind {
        Kind::Product => {}
        Kind::Question => product.questions.push(QuestionRow {
            question_id: columns.id(1, "question_id")?,
            written_at: columns.time(3, "written_at")?,
            helpful: columns.count(4, "helpful")?,
            body: product.texts.keep(columns.text(5, "body")?),
            name: product.texts.keep(columns.text(6, "name")?),
        }),
        Kind::Answer => product.answers.push(AnswerRow {
            answer_id: columns.id(1, "answer_id")?,
            question_id: columns.id(2, "question_id")?,
            written_at: columns.time(3, "written_at")?,
            helpful: columns.count(4, "helpful")?,
            body: product.texts.keep(columns.text(5, "body")?),
            name: product.texts.keep(columns.text(6, "name")?),
        }),
        Kind::Photo => product.photos.push(PhotoRow {
            photo_id: columns.id(1, "photo_id")?,
            answer_id: columns.id(2, "answer_id")?,
            url: product.texts.keep(columns.text(5, "url")?),
        }),
    }
    Ok(())
}
