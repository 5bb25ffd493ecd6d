//! States of rows as they go from store to store in a file: read from items, and made into items.

use super::findings::write_findings;
use super::sql::{Cell, Cells};
use super::tables::{ModerationTable, TableRows};
use super::{QueueClass, kind_number};
use crate::domain::{Finding, Id, ProductId, Reason, State, Target, Timestamp};
use crate::store::StoreError;

/// The state of a row, as it goes from store to store in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowState {
    /// The row's product.
    pub product_id: ProductId,
    /// The row.
    pub target: Target,
    /// Its state.
    pub state: State,
    /// Grows with every change of the state.
    pub revision: u64,
}

impl RowState {
    /// Whether the row's own columns do not say all of it.
    pub fn is_more_than_hidden(&self) -> bool {
        matches!(self.state, State::Pending | State::Rejected) || self.revision != 0
    }
}

impl TableRows {
    /// Items of rows whose states came with an import, at this time. Those that wait begin to.
    pub fn of_imported(states: &[RowState], imported_at: Timestamp) -> Self {
        let imported =
            Finding { reason: Reason::Imported, field: None, matched: None, at: None, holds: true };
        let rows = states.iter().map(|row| {
            let waits = row.state == State::Pending;
            let findings = if waits { std::slice::from_ref(&imported) } else { &[] };
            let number = |number: u64| Cell::Integer(number.cast_signed());
            let value = |column: &str| match column {
                "product_id" => number(row.product_id.get()),
                "kind" => Cell::Integer(kind_number(row.target).into()),
                "row_id" => number(row.target.row_id()),
                "state" => number(row.state.number()),
                "revision" => number(row.revision),
                "class" if waits => Cell::Integer(QueueClass::Pending as i64),
                "since" => Cell::Integer(imported_at.milliseconds()),
                "findings" => Cell::Text(write_findings(findings)),
                "reports" | "is_approved" | "is_identified" | "role" | "is_verified_buyer" => {
                    Cell::Integer(0)
                }
                _ => Cell::Null,
            };
            let columns = ModerationTable::Items.definition().columns;
            Cells(columns.iter().map(|(column, _)| value(column)).collect())
        });
        Self::new(ModerationTable::Items, rows.collect())
    }

    /// The states that these items say.
    ///
    /// # Errors
    /// When a row breaks a rule.
    pub fn states(&self) -> Result<Vec<RowState>, StoreError> {
        let definition = self.table().definition();
        let read = |row: &Cells| {
            let number = |column| Ok::<_, StoreError>(row.integer(definition.place(column))?.cast_unsigned());
            let (kind, id) = (number("kind")?, number("row_id")?);
            let damaged = |column, problem| StoreError::Damaged {
                product_id: None,
                table: "moderation_items",
                row: id.cast_signed(),
                column,
                problem,
            };
            let no_id = |_| damaged("row_id", format!("{id} is not an id"));
            let target = match kind {
                0 => Target::Question(Id::new(id).map_err(no_id)?),
                1 => Target::Answer(Id::new(id).map_err(no_id)?),
                2 => Target::Review(Id::new(id).map_err(no_id)?),
                _ => return Err(damaged("kind", format!("there is no kind {kind}"))),
            };
            let state = number("state")?;
            Ok(RowState {
                product_id: row.id(definition.place("product_id"))?,
                target,
                state: State::of_number(state)
                    .ok_or_else(|| damaged("state", format!("there is no state {state}")))?,
                revision: number("revision")?,
            })
        };
        self.rows().iter().map(read).collect()
    }
}
