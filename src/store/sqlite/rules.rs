//! The rules of the file as statements, each of which lists the rows that break it, as one text
//! each. Running them is `check`'s.

use crate::domain::{Holds, Kind};
use crate::store::moderation::tables::astray;

/// Rules that follow from no definition.
const OTHER_RULES: &str = include_str!("rules.sql");

/// All rules.
pub(super) fn rules() -> Vec<String> {
    let mut rules: Vec<String> = OTHER_RULES.split_terminator(";\n").map(str::to_owned).collect();
    rules.extend(astray());
    for kind in Kind::all() {
        rules.extend(parents(kind));
        rules.extend(products(kind));
        if let Some(name) = kind.id_name() {
            rules.extend(last_ids(kind, name).into_iter().flatten());
        }
    }
    rules
}

/// Whether an index finds rows by their id, and sees that each is there once.
pub(super) fn has_unique_index(kind: Kind) -> bool {
    matches!(kind, Kind::Review | Kind::Question | Kind::Answer)
}

/// The name of the column with a kind's own ids.
fn id_name(kind: Kind) -> Option<&'static str> {
    kind.column_that_holds(Holds::OwnId).map(|column| kind.definition().columns[column].name)
}

/// Rows that name rows that are not there, or of another product.
fn parents(kind: Kind) -> Vec<String> {
    let definition = kind.definition();
    let (table, noun) = (definition.table, definition.noun);
    // A row as findings call it.
    let row = match id_name(kind) {
        Some(id) => format!("'{table}: {noun} ' || c.{id} || ' "),
        None => format!("'{table}: place ' || c.place || ' "),
    };
    let mut rules = Vec::new();
    for column in definition.columns {
        let name = column.name;
        let named = match column.holds {
            Holds::Product | Holds::Parent => definition.parent,
            Holds::Other(other) => Some(other),
            _ => None,
        };
        let Some(named) = named else { continue };
        let (parents, called) = (named.definition().table, named.definition().noun);
        let Some(id) = id_name(named) else {
            // Products have one place each.
            rules.push(format!(
                "SELECT {row}names product ' || (c.place >> 24) || ', which is not there' FROM {table} c
                 WHERE NOT EXISTS (SELECT 1 FROM {parents} p WHERE p.place = c.place >> 24 << 24)"
            ));
            continue;
        };
        if has_unique_index(named) {
            rules.push(format!(
                "SELECT {row}names {called} ' || c.{name} || ', which is not there'
                 FROM {table} c LEFT JOIN {parents} p ON p.{id} = c.{name} WHERE p.place IS NULL"
            ));
            rules.push(format!(
                "SELECT {row}is not in the product of its {called} ' || c.{name}
                 FROM {table} c JOIN {parents} p ON p.{id} = c.{name} WHERE p.place >> 24 <> c.place >> 24"
            ));
        } else {
            rules.push(format!(
                "SELECT {row}names {called} ' || c.{name} || ', which its product does not have'
                 FROM {table} c WHERE NOT EXISTS (SELECT 1 FROM {parents} p
                     WHERE p.place BETWEEN c.place >> 24 << 24 AND c.place | 16777215 AND p.{id} = c.{name})"
            ));
        }
    }
    rules
}

/// Rows whose places lead to no product.
fn products(kind: Kind) -> [String; 2] {
    let table = kind.definition().table;
    [
        format!(
            "SELECT '{table}: place ' || t.place || ' has a product number without a product'
             FROM {table} t LEFT JOIN far_products f ON f.product_number = t.place >> 24
             WHERE t.place >= 274877906944 << 24 AND f.product_id IS NULL"
        ),
        format!(
            "SELECT '{table}: place ' || place || ' belongs to no product' FROM {table} WHERE place < 1 << 24"
        ),
    ]
}

/// Counters of ids that are missing, or behind the largest id.
fn last_ids(kind: Kind, name: &str) -> Option<[String; 2]> {
    let (table, id) = (kind.definition().table, id_name(kind)?);
    Some([
        format!(
            "SELECT 'last_ids: the last {name} id is ' || l.id || ', but there is one of ' || m.id
             FROM last_ids l, (SELECT max({id}) AS id FROM {table}) m WHERE l.kind = '{name}' AND m.id > l.id"
        ),
        format!(
            "SELECT 'last_ids: there is no last {name} id'
             WHERE NOT EXISTS (SELECT 1 FROM last_ids WHERE kind = '{name}')"
        ),
    ])
}
