//! What only PostgreSQL has of the table of each kind: its key, its index, the room on its pages,
//! the sequence of its ids, the types of its columns. The migrations make the tables. Loads, dumps
//! and checks work from these facts and the definitions of the kinds.

use crate::domain::{Column, Holds, Kind};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnType {
    Bigint,
    Smallint,
    Boolean,
    /// The state of a row, a `smallint` with more values than hidden or not.
    State,
    /// A `timestamptz`.
    Time,
    Text,
}

impl ColumnType {
    pub(super) fn of(column: &Column) -> Self {
        match column.holds {
            Holds::Hidden if column.name == "state" => Self::State,
            Holds::Hidden | Holds::Flag => Self::Boolean,
            Holds::Stars => Self::Smallint,
            Holds::Time => Self::Time,
            Holds::Text | Holds::OptionalText | Holds::PhotoUrl => Self::Text,
            Holds::Product
            | Holds::OwnId
            | Holds::Parent
            | Holds::Other(_)
            | Holds::Reference
            | Holds::Position
            | Holds::Count
            | Holds::Sum
            | Holds::Price
            | Holds::OptionalPrice => Self::Bigint,
        }
    }
}

/// The columns of a kind but for `product_id`, which every table has first: the place in the
/// definition, and the column.
pub(super) fn own_columns(kind: Kind) -> impl Iterator<Item = (usize, &'static Column)> {
    kind.definition().columns.iter().enumerate().filter(|(_, column)| column.holds != Holds::Product)
}

/// All columns of a kind, `product_id` first, as `expression` names the others.
pub(super) fn column_list(kind: Kind, expression: impl Fn(&Column) -> String) -> String {
    let mut columns = vec!["product_id".to_owned()];
    columns.extend(own_columns(kind).map(|(_, column)| expression(column)));
    columns.join(", ")
}

/// The name of the column with a row's own id; where rows have none, that by which they are known
/// in their product.
pub(super) fn id_name(kind: Kind) -> &'static str {
    kind.id_column().map_or("characteristic_id", |column| kind.definition().columns[column].name)
}

/// The columns of the primary key behind `product_id`.
fn key_behind_product(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Product => vec![],
        Kind::Related => vec!["position"],
        Kind::Rating => vec!["review_id", "rating_id"],
        _ => vec![id_name(kind)],
    }
}

/// The columns of the primary key, as statements name them.
pub(super) fn key(kind: Kind) -> String {
    let mut columns = vec!["product_id"];
    columns.extend(key_behind_product(kind));
    columns.join(", ")
}

/// Whether requests name rows of the kind by their id alone, so that an index has it.
pub(super) fn has_id_index(kind: Kind) -> bool {
    matches!(kind, Kind::Question | Kind::Answer | Kind::Review)
}

/// Whether writes change rows of the kind, so that its pages keep room for that.
pub(super) fn is_edited(kind: Kind) -> bool {
    has_id_index(kind) || kind == Kind::CharacteristicSum
}

/// The sequence of new ids, for kinds that grow.
pub(super) fn sequence(kind: Kind) -> Option<String> {
    kind.id_name().map(|name| format!("{name}_ids"))
}

/// All tables with rows of kinds.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    Kind::all().map(|kind| kind.definition().table)
}

/// All sequences.
pub(super) fn sequences() -> impl Iterator<Item = String> {
    Kind::all().filter_map(sequence)
}
