//! Reads a whole database in one snapshot, table by table in the order of the primary keys. The
//! export or the copy uses the rows.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::{Row, Statement};

use super::connect::failure::Failure;
use super::connect::server::Server;
use super::connect::session::{Session, Unprepared};
use super::decode::{Columns, Milliseconds};
use super::moderation::PostgresRows;
use super::tables::{ColumnType, column_list, id_name, key, own_columns, sequence};
use crate::domain::{Column, Holds, Id as _, Kind, ProductId, Set, Texts, Timestamp};
use crate::store::moderation::tables::next_rows;
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::{DUMP_ROWS_PER_BATCH, Dump, LastIds, NOTHING, RowBatch, StoreError, columns};

/// Rows of a cursor are read to the end, but the keys have them in order: sorting them first would
/// write all of them to disk.
const SNAPSHOT: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL cursor_tuple_fraction = 0.0001";

/// A dump under way. Its connection holds an open transaction.
pub(super) struct PostgresDump {
    session: Session<Unprepared>,
    /// What reads on in the cursor of each kind that was begun.
    fetches: [Option<Statement>; Kind::COUNT],
    /// The last row of each table of moderation that was begun.
    last_rows: HashMap<ModerationTable, TableRows>,
}

impl PostgresDump {
    pub(super) fn begin(server: &Arc<Server>) -> Result<Self, StoreError> {
        let mut session = Session::open(server)?;
        session.run(SNAPSHOT)?;
        Ok(Self { session, fetches: [const { None }; Kind::COUNT], last_rows: HashMap::new() })
    }

    /// The next rows of a kind. Not by `Session::read`, which would go on in another snapshot on a
    /// new connection.
    fn fetch(&mut self, kind: Kind) -> Result<Vec<Row>, StoreError> {
        let Self { session, fetches, .. } = self;
        let fetch = &mut fetches[kind as usize];
        let rows = session.ask_patiently(async |client, _| {
            if fetch.is_none() {
                client.batch_execute(&declare(kind)).await?;
                let table = kind.definition().table;
                let text = format!("FETCH FORWARD {DUMP_ROWS_PER_BATCH} FROM dump_{table}");
                *fetch = Some(client.prepare(&text).await?);
            }
            match fetch {
                Some(fetch) => Ok(client.query(&*fetch, &[]).await?),
                None => Ok(Vec::new()),
            }
        });
        rows.map_err(Failure::before_commit)
    }
}

/// Opens the cursor of a kind: the product, then the other columns.
fn declare(kind: Kind) -> String {
    let table = kind.definition().table;
    format!(
        "DECLARE dump_{table} NO SCROLL CURSOR FOR SELECT {} FROM {table} ORDER BY {}",
        column_list(kind, expression),
        key(kind)
    )
}

/// What a dump has for a column.
fn expression(column: &Column) -> String {
    let name = column.name;
    match ColumnType::of(column) {
        ColumnType::Smallint | ColumnType::State => format!("{name}::bigint"),
        // Votes that were taken back do not count.
        _ if column.holds == Holds::Count && name == "helpful" => "helpful - withdrawn".to_owned(),
        _ => name.to_owned(),
    }
}

impl Dump for PostgresDump {
    fn next(&mut self, kind: Kind) -> Result<RowBatch, StoreError> {
        let definition = kind.definition();
        let mut batch = RowBatch::new(kind);
        let id = own_columns(kind).position(|(_, column)| column.name == id_name(kind));
        let mut values = Vec::with_capacity(definition.columns.len());
        for row in self.fetch(kind)? {
            let columns = Columns::new(&row, definition.table, id.map_or(0, |place| place + 1));
            let product_id: ProductId = columns.id(0, "product_id")?;
            values.clear();
            let mut index = 0;
            for column in definition.columns {
                if column.holds == Holds::Product {
                    values.push(product_id.get());
                } else {
                    index += 1;
                    values.push(value(columns, index, column, &mut batch.texts)?);
                }
            }
            batch.push(product_id, &values);
        }
        Ok(batch)
    }

    fn next_of_moderation(&mut self, table: ModerationTable) -> Result<TableRows, StoreError> {
        let before = self.last_rows.get(&table);
        let rows = next_rows(&mut PostgresRows::new(&mut self.session), table, before);
        let rows = rows.map_err(Failure::before_commit)?;
        if let Some(last) = rows.last() {
            self.last_rows.insert(table, last);
        }
        Ok(rows)
    }

    fn last_ids(&mut self) -> Result<LastIds, StoreError> {
        let kinds: Vec<_> =
            Kind::all().filter_map(|kind| sequence(kind).map(|sequence| (kind, sequence))).collect();
        // A sequence that gave out nothing yet stands at its first number, not yet called.
        let last_id = |sequence: &str| {
            format!("(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence})")
        };
        let selects: Vec<_> = kinds.iter().map(|(_, sequence)| last_id(sequence)).collect();
        let last_ids = self.session.ask_patiently(async |client, _| {
            let row = client.query_one(&format!("SELECT {}", selects.join(", ")), &[]).await?;
            let mut last_ids = LastIds::default();
            for (index, (kind, _)) in kinds.iter().enumerate() {
                last_ids.raise(*kind, row.try_get::<_, i64>(index)?.unsigned_abs());
            }
            Ok(last_ids)
        });
        last_ids.map_err(Failure::before_commit)
    }

    fn imported_at(&mut self, set: Set) -> Result<Option<Timestamp>, StoreError> {
        const IMPORTED_AT: &str = "SELECT imported_at FROM imports WHERE set_name = $1";
        let imported_at: Result<Option<Milliseconds>, _> = self.session.ask_patiently(async |client, _| {
            Ok(client.query_opt_scalar(IMPORTED_AT, &[&set.name()]).await?)
        });
        let imported_at = imported_at.map_err(Failure::before_commit)?;
        Ok(imported_at.map(|Milliseconds(imported_at)| Timestamp::nearest(imported_at)))
    }
}

/// A value as batches have it.
fn value(
    columns: Columns<'_>,
    index: usize,
    column: &'static Column,
    texts: &mut Texts,
) -> Result<u64, StoreError> {
    let name = column.name;
    let is_optional = matches!(column.holds, Holds::OptionalPrice | Holds::OptionalText);
    if is_optional && columns.is_empty(index) {
        return Ok(NOTHING);
    }
    Ok(match column.holds {
        Holds::Product | Holds::OwnId | Holds::Parent | Holds::Other(_) => {
            columns.number(index, name, columns::id::<ProductId>)?.get()
        }
        Holds::Reference | Holds::Position | Holds::Sum => columns.number(index, name, columns::number)?,
        Holds::Count => u64::from(columns.count(index, name)?),
        Holds::Hidden if ColumnType::of(column) == ColumnType::State => {
            columns.number(index, name, columns::state)?
        }
        Holds::Hidden | Holds::Flag => u64::from(columns.flag(index, name)?),
        Holds::Stars => u64::from(columns.stars(index, name)?.get()),
        Holds::Time => columns.time(index, name)?.milliseconds().cast_unsigned(),
        Holds::Price | Holds::OptionalPrice => columns.price(index, name)?.hundredths(),
        Holds::Text | Holds::OptionalText | Holds::PhotoUrl => {
            texts.keep(columns.text(index, name)?).to_bits()
        }
    })
}
