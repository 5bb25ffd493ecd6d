//! The rules of a check: statements that list the rows that break one, as one text each. Most are
//! made from the definitions of the kinds, so that every kind has them.

use crate::domain::{Column, Holds, Kind, MAX_ID};
use crate::store::HIDDEN_STATE;
use crate::store::moderation::tables::astray;
use crate::store::postgres::tables::{ColumnType, id_name, key, own_columns, sequence, sequences};

/// The largest sequence number without suspicion: new ids end at 2^53 - 1, and a million less is
/// suspicious as well.
const MAX_LAST_ID: u64 = MAX_ID - 1_000_000;

/// The largest price, in hundredths.
const MAX_HUNDREDTHS: u64 = 1_000_000_000_000;

/// The rules that are about kinds of their own.
const OWN_RULES: [&str; 4] = [
    "SELECT 'submissions: ' || s.digest || ' came to a row that is not there' FROM submissions s
     WHERE NOT EXISTS (SELECT FROM questions q WHERE q.question_id = s.question_id)
       AND NOT EXISTS (SELECT FROM answers a WHERE a.answer_id = s.answer_id)
       AND NOT EXISTS (SELECT FROM reviews r WHERE r.review_id = s.review_id)",
    // What published reviews gave, added up again.
    "SELECT 'characteristic_sums: characteristic ' || characteristic_id || ' has ' || coalesce(s.stars, 0)
            || ' stars of ' || coalesce(s.ratings, 0) || ' ratings instead of ' || coalesce(t.stars, 0)
            || ' of ' || coalesce(t.ratings, 0)
     FROM characteristic_sums s FULL JOIN (
         SELECT r.product_id, r.characteristic_id, sum(r.stars) AS stars, count(*) AS ratings
         FROM characteristic_ratings r
         JOIN reviews v ON v.product_id = r.product_id AND v.review_id = r.review_id
         WHERE v.state = 0 GROUP BY r.product_id, r.characteristic_id
     ) AS t USING (product_id, characteristic_id)
     WHERE coalesce(s.stars, 0) <> coalesce(t.stars, 0) OR coalesce(s.ratings, 0) <> coalesce(t.ratings, 0)",
    "SELECT 'characteristics: characteristic ' || c.characteristic_id || ' has no sum' FROM characteristics c
     WHERE NOT EXISTS (SELECT FROM characteristic_sums s
                       WHERE s.product_id = c.product_id AND s.characteristic_id = c.characteristic_id)",
    "SELECT 'related_products: related product ' || r.relation_id || ', column is_shown: '
            || CASE WHEN r.is_shown THEN 'it must not be shown' ELSE 'it must be shown' END
     FROM (
         SELECT *, row_number() OVER (PARTITION BY product_id, related_product_id ORDER BY position) AS number
         FROM related_products
     ) AS r
     WHERE r.is_shown <> (r.number = 1 AND r.related_product_id <> r.product_id
           AND EXISTS (SELECT FROM products p WHERE p.product_id = r.related_product_id))",
];

/// All rules.
pub(super) fn all() -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    for kind in Kind::all() {
        rules.push(duplicates(kind));
        rules.extend(orphans(kind));
        rules.push(values(kind));
        rules.extend(last_id(kind));
    }
    rules.extend(OWN_RULES.map(str::to_owned));
    rules.extend(astray());
    for (kind, number, is_public) in [
        (Kind::Question, 0, "NOT r.reported"),
        (Kind::Answer, 1, "NOT r.reported"),
        (Kind::Review, 2, "r.state = 0"),
    ] {
        rules.push(contradictions(kind, number, is_public));
        rules.push(votes_taken_back(kind));
    }
    rules.push(few_ids_left());
    for (table, row, time) in
        [("submissions", "digest", "expires_at"), ("imports", "set_name", "imported_at")]
    {
        rules.push(values_of(table, row, &time_case(time)));
    }
    rules
}

/// Rows whose state contradicts what they say themselves. They are right.
fn contradictions(kind: Kind, number: i64, is_public: &str) -> String {
    let (table, noun, id) = (kind.definition().table, kind.definition().noun, id_name(kind));
    format!(
        "SELECT 'moderation_items: {noun} ' || i.row_id || ' has the state ' || i.state || ', but is '
                || CASE WHEN {is_public} THEN 'public' ELSE 'hidden' END
         FROM moderation_items i
         JOIN {table} r ON r.product_id = i.product_id AND r.{id} = i.row_id
         WHERE i.kind = {number} AND (i.state = 0) <> ({is_public})"
    )
}

/// Rows of which more votes were taken back than given.
fn votes_taken_back(kind: Kind) -> String {
    let (table, noun, id) = (kind.definition().table, kind.definition().noun, id_name(kind));
    format!(
        "SELECT '{table}: {noun} ' || {id} || ' has ' || withdrawn || ' votes taken back, but '
                || helpful || ' given'
         FROM {table} WHERE withdrawn NOT BETWEEN 0 AND helpful"
    )
}

/// Ids that are there twice; of rows without their own, keys.
fn duplicates(kind: Kind) -> String {
    let (table, id) = (kind.definition().table, id_name(kind));
    let by = if kind.id_column().is_some() { id.to_owned() } else { key(kind) };
    format!(
        "SELECT '{table}: the id ' || {id} || ' is there ' || count(*) || ' times'
         FROM {table} GROUP BY {by} HAVING count(*) > 1"
    )
}

/// Rows whose parent, or another row that they name, is not there or not in their product.
fn orphans(kind: Kind) -> impl Iterator<Item = String> {
    let definition = kind.definition();
    let named = definition.columns.iter().filter_map(move |column| {
        match column.holds {
            Holds::Product => definition.parent.filter(|parent| *parent == Kind::Product),
            Holds::Parent => definition.parent,
            Holds::Other(other) => Some(other),
            _ => None,
        }
        .map(|other| (column.name, other))
    });
    named.map(move |(column, other)| {
        let (table, noun, id) = (definition.table, definition.noun, id_name(kind));
        let (others, other_noun, other_id) =
            (other.definition().table, other.definition().noun, id_name(other));
        format!(
            "SELECT '{table}: {noun} ' || c.{id} || CASE
                 WHEN EXISTS (SELECT FROM {others} p WHERE p.{other_id} = c.{column})
                 THEN ' is not in the product of its {other_noun} ' || c.{column}
                 ELSE ' names {other_noun} ' || c.{column} || ', which is not there' END
             FROM {table} c WHERE NOT EXISTS (
                 SELECT FROM {others} p WHERE p.product_id = c.product_id AND p.{other_id} = c.{column})"
        )
    })
}

/// Rows with a value that cannot be read.
fn values(kind: Kind) -> String {
    let product = range_case("product_id", 1, MAX_ID, "is not an id");
    let others: String = own_columns(kind).map(|(_, column)| case(column)).collect();
    values_of(kind.definition().table, id_name(kind), &(product + &others))
}

fn values_of(table: &str, row: &str, cases: &str) -> String {
    format!(
        "SELECT '{table}: {row} ' || id || ', column ' || problem
         FROM (SELECT {row} AS id, CASE {cases} END AS problem FROM {table}) AS rows WHERE problem IS NOT NULL"
    )
}

/// What is wrong with a value of a column, as a part of a `CASE`; nothing where every value can be
/// read.
fn case(column: &Column) -> String {
    let name = column.name;
    match column.holds {
        Holds::Product | Holds::OwnId | Holds::Parent | Holds::Other(_) => {
            range_case(name, 1, MAX_ID, "is not an id")
        }
        Holds::Reference | Holds::Position | Holds::Sum => {
            range_case(name, 0, MAX_ID, "is not a number of 53 bits")
        }
        Holds::Count => range_case(name, 0, u64::from(u32::MAX), "is not a count"),
        Holds::Stars => range_case(name, 1, 5, "is not a number of stars"),
        Holds::Price | Holds::OptionalPrice => range_case(name, 0, MAX_HUNDREDTHS, "is not a price"),
        Holds::Hidden if ColumnType::of(column) == ColumnType::State => {
            range_case(name, 0, HIDDEN_STATE, "is not the state of a review")
        }
        Holds::Time => time_case(name),
        Holds::Hidden | Holds::Flag | Holds::Text | Holds::OptionalText | Holds::PhotoUrl => String::new(),
    }
}

fn range_case(column: &str, first: u64, last: u64, problem: &str) -> String {
    format!("WHEN {column} NOT BETWEEN {first} AND {last} THEN '{column}: ' || {column} || ' {problem}' ")
}

fn time_case(column: &str) -> String {
    format!(
        "WHEN {column} < '0001-01-01 00:00+00' OR {column} >= '10000-01-01 00:00+00'
         THEN '{column}: ' || {column} || ' is not in the years 1 to 9999' "
    )
}

/// A sequence that is behind an id.
fn last_id(kind: Kind) -> Option<String> {
    let (sequence, table, id) = (sequence(kind)?, kind.definition().table, id_name(kind));
    Some(format!(
        "SELECT '{sequence}: the last id is ' || s.last_value || ', but there is one of ' || m.id
         FROM {sequence} s, (SELECT max({id}) AS id FROM {table}) m WHERE m.id > s.last_value"
    ))
}

fn few_ids_left() -> String {
    let all: Vec<String> =
        sequences().map(|name| format!("SELECT '{name}' AS name, last_value FROM {name}")).collect();
    format!(
        "SELECT name || ': the last id is ' || last_value || ', few or no new ids can follow'
         FROM ({}) AS s WHERE last_value > {MAX_LAST_ID}",
        all.join(" UNION ALL ")
    )
}
