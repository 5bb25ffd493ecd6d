//! Moderation on the server: runs the shared statements, and finds, shows, hides and reads rows.
//! What is decided is in `store::moderation`.

use tokio_postgres::types::{ToSql, Type};

use super::connect::failure::Failure;
use super::connect::session::{Prepared, Session};
use crate::domain::{ProductId, State, Target};
use crate::store::StoreError;
use crate::store::moderation::ItemTexts;
use crate::store::moderation::rows::{FoundRow, Rows};
use crate::store::moderation::sql::{Cell, Cells, Sql, Value};

/// A session with an open transaction.
pub(super) struct PostgresRows<'s, P>(pub(super) &'s mut Session<P>);

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
        let rows = self.0.ask(async |client, _| Ok(client.query_typed(sql, &parameters).await?))?;
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
    fn find(&mut self, _: Target) -> Result<Option<FoundRow>, Failure> {
        Err(StoreError::Unavailable("moderation is not built yet".to_owned()).into())
    }

    fn set_state(&mut self, _: Target, _: ProductId, _: State) -> Result<(), Failure> {
        Err(StoreError::Unavailable("moderation is not built yet".to_owned()).into())
    }

    fn texts(&mut self, _: Target, _: ProductId) -> Result<ItemTexts, Failure> {
        Err(StoreError::Unavailable("moderation is not built yet".to_owned()).into())
    }

    fn empty(&mut self, _: Target, _: ProductId) -> Result<(), Failure> {
        Err(StoreError::Unavailable("moderation is not built yet".to_owned()).into())
    }
}
