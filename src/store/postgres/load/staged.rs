//! Rows of moderation that come with a load: they wait in tables of their own and join the tables
//! in use in the transaction that puts the load in place. Those tables stay: nothing reads them
//! whole, and keys and words of other sets' rows are in them.

use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use crate::domain::Set;
use crate::store::moderation::sql::Cell;
use crate::store::moderation::tables::{ColumnHolds, forget};
use crate::store::moderation::{ModerationTable, TableRows};
use crate::store::postgres::connect::failure::Failure;

/// What waits.
#[derive(Default)]
pub(super) struct StagedTables {
    /// The tables that get rows.
    begun: Vec<ModerationTable>,
    /// The tables that lose all others.
    dropped: Vec<ModerationTable>,
}

/// The values of a column.
enum Column<'a> {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Column<'a> {
    fn of(rows: &'a TableRows, index: usize, holds: ColumnHolds) -> Self {
        let cells = rows.rows().iter().map(|row| row.0.get(index));
        match holds {
            ColumnHolds::Number => Self::Numbers(
                cells
                    .map(|cell| if let Some(Cell::Integer(number)) = cell { Some(*number) } else { None })
                    .collect(),
            ),
            ColumnHolds::Text => Self::Texts(
                cells
                    .map(|cell| if let Some(Cell::Text(text)) = cell { Some(text.as_str()) } else { None })
                    .collect(),
            ),
            ColumnHolds::Bytes => Self::Bytes(
                cells
                    .map(
                        |cell| {
                            if let Some(Cell::Bytes(bytes)) = cell { Some(bytes.as_slice()) } else { None }
                        },
                    )
                    .collect(),
            ),
        }
    }

    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Numbers(values) => (values, Type::INT8_ARRAY),
            Self::Texts(values) => (values, Type::TEXT_ARRAY),
            Self::Bytes(values) => (values, Type::BYTEA_ARRAY),
        }
    }
}

impl StagedTables {
    /// Keeps rows until the load is put in place.
    pub(super) async fn add(&mut self, client: &Client, rows: &TableRows) -> Result<(), Failure> {
        let table = rows.table();
        let definition = table.definition();
        let name = definition.name;
        if !self.begun.contains(&table) {
            client.batch_execute(&format!("CREATE TABLE {name}_load (LIKE {name})")).await?;
            self.begun.push(table);
        }
        let columns: Vec<Column<'_>> = definition
            .columns
            .iter()
            .enumerate()
            .map(|(index, (_, holds))| Column::of(rows, index, *holds))
            .collect();
        let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
        let arrays: Vec<_> = (1..=parameters.len()).map(|number| format!("${number}")).collect();
        let insert = format!(
            "INSERT INTO {name}_load ({}) SELECT * FROM unnest({})",
            definition.column_list(),
            arrays.join(", ")
        );
        client.query_typed(&insert, &parameters).await?;
        Ok(())
    }

    /// A table loses the rows that it has.
    pub(super) fn drop_rows(&mut self, table: ModerationTable) {
        self.dropped.push(table);
    }

    /// Forgets what belongs to the former rows of the sets, and adds what waits. New numbers
    /// continue after the largest.
    pub(super) fn put_in_place(&self, sets: &[Set]) -> String {
        let mut statements = Vec::new();
        for set in sets {
            statements.extend(ModerationTable::of_rows().filter_map(|table| forget(table, *set)));
        }
        statements.extend(self.dropped.iter().map(|table| format!("DELETE FROM {}", table.name())));
        for table in &self.begun {
            let definition = table.definition();
            let (name, columns) = (definition.name, definition.column_list());
            statements.push(format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_load"));
            statements.push(format!("DROP TABLE {name}_load"));
            if let Some(column) = definition.counts {
                statements.push(format!(
                    "SELECT setval('{name}_{column}_seq', greatest(s.last_value, coalesce(m.largest, 1)),
                                   s.is_called OR m.largest IS NOT NULL)
                     FROM {name}_{column}_seq s, (SELECT max({column}) AS largest FROM {name}) AS m"
                ));
            }
        }
        statements.join(";")
    }
}
