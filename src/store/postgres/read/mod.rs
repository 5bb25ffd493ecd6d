//! Reads products: one statement for a batch, so one snapshot and one round trip. The files below
//! have a statement for each of the three lists, and know its rows.

mod catalogue;
mod gather;
mod questions;
mod reviews;

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use self::gather::{Gather, Gathered};
use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{ANSWERING_SETTINGS, Prepared, Session};
use super::connect::statement::{Naming, Statement};
use super::decode::{Columns, bigint};
use super::moderation::PostgresRows;
use crate::domain::{
    CatalogueRows, ProductId, ProductPart, ProductRows, QuestionId, ReviewRows, ReviewsPart,
};
use crate::store::moderation::carry_out::answer;
use crate::store::moderation::{ModerationAnswer, ModerationQuery};
use crate::store::{Reader, StoreError};

const PRODUCTS_OF: &str =
    "SELECT question_id, product_id FROM questions WHERE question_id = ANY ($1::bigint[])";

/// Whether the server takes writes: a standby does not, and an operator can forbid them. It looks
/// into a table, so that it waits as readers do when one is locked.
const PROBE: &str = "SELECT current_setting('transaction_read_only') = 'off', EXISTS (SELECT FROM questions)";

/// The statements of a reading session.
struct Statements {
    probe: Statement,
    load: Lists,
    load_part: Parts,
    scan: Lists,
    product_ids: Statement,
    products_of: Statement,
}

/// A statement for each list.
struct Lists {
    questions: Statement,
    catalogue: Statement,
    reviews: Statement,
}

/// A statement for each part that is read alone.
struct Parts {
    product: Statement,
    styles: Statement,
    related: Statement,
    reviews: Statement,
    sums: Statement,
}

impl Prepared for Statements {
    const SETTINGS: &'static [&'static str] = ANSWERING_SETTINGS;

    async fn prepare(client: &Client, naming: Naming) -> Result<Self, tokio_postgres::Error> {
        const IDS: &[Type] = &[Type::INT8_ARRAY];
        const AFTER_AND_LIMIT: &[Type] = &[Type::INT8, Type::INT8];
        let lists = async |[questions, catalogue, reviews]: [&'static str; 3], types| {
            let (questions, catalogue, reviews) = tokio::try_join!(
                Statement::prepare(client, naming, questions, types),
                Statement::prepare(client, naming, catalogue, types),
                Statement::prepare(client, naming, reviews, types),
            )?;
            Ok(Lists { questions, catalogue, reviews })
        };
        let part = |statement| Statement::prepare(client, naming, statement, IDS);
        let (product, styles, related, reviews, sums) = tokio::try_join!(
            part(catalogue::LOAD_PRODUCT),
            part(catalogue::LOAD_STYLES),
            part(catalogue::LOAD_RELATED),
            part(reviews::LOAD_LIST),
            part(reviews::LOAD_SUMS),
        )?;
        let load_part = Parts { product, styles, related, reviews, sums };
        let (probe, load, scan, product_ids, products_of) = tokio::try_join!(
            Statement::prepare(client, naming, PROBE, &[]),
            lists([questions::LOAD, catalogue::LOAD, reviews::LOAD], IDS),
            lists([questions::SCAN, catalogue::SCAN, reviews::SCAN], AFTER_AND_LIMIT),
            Statement::prepare(client, naming, catalogue::PRODUCT_IDS, AFTER_AND_LIMIT),
            Statement::prepare(client, naming, PRODUCTS_OF, IDS),
        )?;
        Ok(Self { probe, load, load_part, scan, product_ids, products_of })
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

    /// The rows of products, in the order asked for.
    fn load<G: Gather>(
        &mut self,
        list: fn(&Statements) -> &Statement,
        product_ids: &[ProductId],
    ) -> Result<Vec<G::Rows>, StoreError> {
        let ids: Vec<i64> = product_ids.iter().copied().map(bigint).collect();
        self.session.read(async |client, statements| {
            let mut gathered = Gathered::<G>::of(product_ids);
            fill(&mut gathered, client, list(statements), &[&ids]).await?;
            Ok(gathered.finish())
        })
    }

    /// The next products with their rows.
    fn scan<G: Gather>(
        &mut self,
        list: fn(&Lists) -> &Statement,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<G::Rows>, StoreError> {
        let (after, limit) = after_and_limit(after, limit);
        self.session.read(async |client, statements| {
            let mut gathered = Gathered::<G>::of(&[]);
            fill(&mut gathered, client, list(&statements.scan), &[&after, &limit]).await?;
            Ok(gathered.finish_scan())
        })
    }
}

fn after_and_limit(after: Option<ProductId>, limit: usize) -> (i64, i64) {
    (after.map_or(0, bigint), i64::try_from(limit).unwrap_or(i64::MAX))
}

/// Adds each row as it comes: the server makes the next ones meanwhile.
async fn fill<G: Gather, P: ToSql + Sync>(
    gathered: &mut Gathered<G>,
    client: &Client,
    statement: &Statement,
    parameters: &[P],
) -> Result<(), Failure> {
    let mut rows = pin!(statement.stream(client, parameters).await?);
    while let Some(row) = rows.try_next().await? {
        gathered.add(&row)?;
    }
    Ok(())
}

impl Reader for PostgresReader {
    fn moderation(&mut self, query: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        self.session.in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", |session| {
            answer(&mut PostgresRows::new(session), query)
        })
    }

    fn load_products(&mut self, product_ids: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        self.load::<ProductRows>(|statements| &statements.load.questions, product_ids)
    }

    fn load_catalogue(&mut self, product_ids: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        self.load::<catalogue::Catalogue>(|statements| &statements.load.catalogue, product_ids)
    }

    fn load_reviews(&mut self, product_ids: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        self.load::<reviews::Reviews>(|statements| &statements.load.reviews, product_ids)
    }

    fn load_catalogue_part(
        &mut self,
        product_ids: &[ProductId],
        part: ProductPart,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        let statement: fn(&Statements) -> &Statement = match part {
            ProductPart::Product => |statements| &statements.load_part.product,
            ProductPart::Styles => |statements| &statements.load_part.styles,
            ProductPart::Related => |statements| &statements.load_part.related,
        };
        self.load::<catalogue::Catalogue>(statement, product_ids)
    }

    fn load_reviews_part(
        &mut self,
        product_ids: &[ProductId],
        part: ReviewsPart,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        let statement: fn(&Statements) -> &Statement = match part {
            ReviewsPart::List => |statements| &statements.load_part.reviews,
            ReviewsPart::Sums => |statements| &statements.load_part.sums,
        };
        self.load::<reviews::Reviews>(statement, product_ids)
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        self.scan::<ProductRows>(|lists| &lists.questions, after, limit)
    }

    fn scan_catalogue(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<CatalogueRows>, StoreError> {
        self.scan::<catalogue::Catalogue>(|lists| &lists.catalogue, after, limit)
    }

    fn scan_reviews(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ReviewRows>, StoreError> {
        self.scan::<reviews::Reviews>(|lists| &lists.reviews, after, limit)
    }

    fn product_ids(&mut self, after: Option<ProductId>, limit: usize) -> Result<Vec<ProductId>, StoreError> {
        let (after, limit) = after_and_limit(after, limit);
        self.session.read(async |client, statements| {
            let rows = statements.product_ids.query(client, &[&after, &limit]).await?;
            let id = |row| Columns::new(row, "products", 0).id(0, "product_id");
            Ok(rows.iter().map(id).collect::<Result<_, _>>()?)
        })
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
