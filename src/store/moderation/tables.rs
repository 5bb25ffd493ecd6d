//! The tables of moderation for those who copy and drop them: their columns, which both stores
//! share, their keys, and rows of any of them in one form. What rows mean is not known here.

use super::sql::{Cell, Cells, Sql, Value};
use crate::domain::{Digest, DigestKey, PEOPLE_SECRET, Set};

/// Most rows of a [`TableRows`] that a dump gives.
pub(crate) const TABLE_ROWS_PER_BATCH: usize = 4_096;

/// A table of moderation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModerationTable {
    /// What moderation knows of rows.
    Items,
    /// Changes of states.
    Decisions,
    /// Reports.
    Reports,
    /// Appeals.
    Appeals,
    /// Votes of identified shoppers.
    IdentifiedVotes,
    /// Keys, as digests.
    ApiKeys,
    /// Lists of words.
    WordLists,
    /// What digests of people are keyed with.
    DigestSecrets,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnHolds {
    /// A number of 64 bits.
    Number,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

use ColumnHolds::{Bytes, Number, Text};

/// What the definition of a table says.
pub(crate) struct TableDefinition {
    /// Its name in both stores.
    pub(crate) name: &'static str,
    /// All columns.
    pub(crate) columns: &'static [(&'static str, ColumnHolds)],
    /// Columns by which each store finds rows in order.
    pub(crate) key: &'static [&'static str],
    /// Whether its rows belong to questions, answers and reviews, by `kind` and `row_id`.
    pub(crate) is_of_rows: bool,
    /// The column whose new values the store gives out.
    pub(crate) counts: Option<&'static str>,
}

static DEFINITIONS: [TableDefinition; 8] = [
    TableDefinition {
        name: "moderation_items",
        columns: &[
            ("product_id", Number),
            ("kind", Number),
            ("row_id", Number),
            ("state", Number),
            ("revision", Number),
            ("class", Number),
            ("since", Number),
            ("reports", Number),
            ("is_approved", Number),
            ("findings", Text),
            ("author", Bytes),
            ("is_identified", Number),
            ("role", Number),
            ("is_verified_buyer", Number),
            ("client", Bytes),
            ("text_digest", Bytes),
            ("posted_at", Number),
            ("claimed_kind", Text),
            ("claimed_by", Text),
            ("claimed_until", Number),
            ("decision_id", Number),
            ("featured_at", Number),
            ("erased_at", Number),
        ],
        key: &["row_id", "kind"],
        is_of_rows: true,
        counts: None,
    },
    TableDefinition {
        name: "decisions",
        columns: &[
            ("decision_id", Number),
            ("at", Number),
            ("product_id", Number),
            ("kind", Number),
            ("row_id", Number),
            ("actor_kind", Text),
            ("actor", Text),
            ("from_state", Number),
            ("to_state", Number),
            ("reason", Text),
            ("note", Text),
            ("legal_ground", Text),
            ("undoes", Number),
            ("revision", Number),
            ("request", Bytes),
            ("was_class", Number),
            ("was_since", Number),
            ("was_reports", Number),
            ("was_approved", Number),
            ("was_decision", Number),
            ("left_reports", Number),
        ],
        key: &["decision_id"],
        is_of_rows: true,
        counts: Some("decision_id"),
    },
    TableDefinition {
        name: "reports",
        columns: &[
            ("report_id", Number),
            ("product_id", Number),
            ("kind", Number),
            ("row_id", Number),
            ("at", Number),
            ("reporter", Bytes),
            ("is_of_address", Number),
            ("reason", Text),
            ("note", Text),
        ],
        key: &["report_id"],
        is_of_rows: true,
        counts: Some("report_id"),
    },
    TableDefinition {
        name: "appeals",
        columns: &[
            ("decision_id", Number),
            ("product_id", Number),
            ("kind", Number),
            ("row_id", Number),
            ("at", Number),
            ("note", Text),
        ],
        key: &["decision_id"],
        is_of_rows: true,
        counts: None,
    },
    TableDefinition {
        name: "identified_votes",
        columns: &[("product_id", Number), ("kind", Number), ("row_id", Number), ("voter", Bytes)],
        key: &["product_id", "row_id", "kind", "voter"],
        is_of_rows: true,
        counts: None,
    },
    TableDefinition {
        name: "api_keys",
        columns: &[
            ("key_id", Number),
            ("name", Text),
            ("digest", Bytes),
            ("scopes", Text),
            ("created_at", Number),
            ("expires_at", Number),
            ("revoked_at", Number),
        ],
        key: &["key_id"],
        is_of_rows: false,
        counts: Some("key_id"),
    },
    TableDefinition {
        name: "word_lists",
        columns: &[("name", Text), ("entries", Text), ("revision", Number)],
        key: &["name"],
        is_of_rows: false,
        counts: None,
    },
    TableDefinition {
        name: "digest_secrets",
        columns: &[("name", Text), ("secret", Bytes)],
        key: &["name"],
        is_of_rows: false,
        counts: None,
    },
];

impl ModerationTable {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Items,
        Self::Decisions,
        Self::Reports,
        Self::Appeals,
        Self::IdentifiedVotes,
        Self::ApiKeys,
        Self::WordLists,
        Self::DigestSecrets,
    ];

    /// Its definition.
    pub(crate) fn definition(self) -> &'static TableDefinition {
        &DEFINITIONS[self as usize]
    }

    /// The name of the table in both stores.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Those whose rows belong to questions, answers and reviews.
    pub(crate) fn of_rows() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|table| table.definition().is_of_rows)
    }
}

/// The key with which a store makes digests of people, from its table of secrets.
pub(crate) fn digest_key(secrets: &TableRows) -> Option<DigestKey> {
    let people = secrets.rows.iter().find(|row| row.text(0).is_ok_and(|name| name == PEOPLE_SECRET))?;
    let secret = people.optional_bytes(1).ok().flatten()?;
    <&[u8; 32]>::try_from(secret).ok().map(DigestKey::new)
}

impl TableRows {
    /// The kinds and ids of rows whose column has this digest.
    pub(crate) fn of_person(&self, column: &str, person: Digest) -> Vec<(u64, u64)> {
        let definition = self.table.definition();
        let (digest, kind, id) =
            (definition.place(column), definition.place("kind"), definition.place("row_id"));
        let is_theirs = |row: &&Cells| matches!(row.0.get(digest), Some(Cell::Bytes(bytes)) if bytes == person.as_bytes());
        let row = |row: &Cells| {
            Some((row.integer(kind).ok()?.cast_unsigned(), row.integer(id).ok()?.cast_unsigned()))
        };
        self.rows.iter().filter(is_theirs).filter_map(row).collect()
    }
}

impl TableDefinition {
    /// The names of all columns, as statements list them.
    pub(crate) fn column_list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// The place of a column.
    pub(super) fn place(&self, column: &str) -> usize {
        self.columns
            .iter()
            .position(|(name, _)| *name == column)
            .expect("the program names columns that are there")
    }
}

/// The numbers of the kinds of rows in a set that moderation knows.
pub(crate) fn kind_numbers(set: Set) -> &'static [i64] {
    match set {
        Set::Catalogue => &[],
        Set::Questions => &[0, 1],
        Set::Reviews => &[2],
    }
}

/// Some rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    table: ModerationTable,
    rows: Vec<Cells>,
}

impl TableRows {
    pub(crate) fn new(table: ModerationTable, rows: Vec<Cells>) -> Self {
        Self { table, rows }
    }

    /// Their table.
    pub fn table(&self) -> ModerationTable {
        self.table
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The last one alone.
    pub(crate) fn last(&self) -> Option<Self> {
        self.rows.last().map(|row| Self::new(self.table, vec![row.clone()]))
    }

    pub(crate) fn rows(&self) -> &[Cells] {
        &self.rows
    }

    /// The values of the last row's key.
    fn last_key(&self) -> Option<Vec<Cell>> {
        let definition = self.table.definition();
        let last = self.rows.last()?;
        definition.key.iter().map(|column| last.0.get(definition.place(column)).cloned()).collect()
    }
}

/// The rows of a table in the order of its key, behind those that were read before; none at its
/// end.
pub(crate) fn next_rows<S: Sql>(
    sql: &mut S,
    table: ModerationTable,
    before: Option<&TableRows>,
) -> Result<TableRows, S::Error> {
    let definition = table.definition();
    let (name, columns, key) = (definition.name, definition.column_list(), definition.key.join(", "));
    let last = before.and_then(TableRows::last_key).unwrap_or_default();
    let behind = if last.is_empty() {
        String::new()
    } else {
        let parameters: Vec<_> = (1..=last.len()).map(|number| format!("${number}")).collect();
        format!(" WHERE ({key}) > ({})", parameters.join(", "))
    };
    let text = format!("SELECT {columns} FROM {name}{behind} ORDER BY {key} LIMIT {TABLE_ROWS_PER_BATCH}");
    let values: Vec<Value<'_>> = last.iter().map(Cell::value).collect();
    Ok(TableRows::new(table, sql.query(&text, &values)?))
}

/// Rules of both stores: statements that list, as one text each, rows of moderation whose question,
/// answer or review is not there, and those with a kind or state that there is not.
pub(crate) fn astray() -> Vec<String> {
    let mut rules = Vec::new();
    for table in ModerationTable::of_rows().map(ModerationTable::name) {
        for (number, (noun, rows, id)) in (0..).zip([
            ("question", "questions", "question_id"),
            ("answer", "answers", "answer_id"),
            ("review", "reviews", "review_id"),
        ]) {
            rules.push(format!(
                "SELECT '{table}: {noun} ' || t.row_id || ' is not there' FROM {table} t
                 WHERE t.kind = {number} AND NOT EXISTS (SELECT 1 FROM {rows} r WHERE r.{id} = t.row_id)"
            ));
        }
        rules.push(format!(
            "SELECT '{table}: row ' || row_id || ' is of the kind ' || kind || ', which there is not'
             FROM {table} WHERE kind NOT BETWEEN 0 AND 2"
        ));
    }
    rules.push(
        "SELECT 'moderation_items: row ' || row_id || ' of the kind ' || kind || ' has the state ' || state
                || ', which there is not'
         FROM moderation_items WHERE state NOT BETWEEN 0 AND 3"
            .to_owned(),
    );
    rules
}

/// The statement that drops what belongs to rows of a set in one table.
pub(crate) fn forget(table: ModerationTable, set: Set) -> Option<String> {
    let kinds: Vec<String> = kind_numbers(set).iter().map(ToString::to_string).collect();
    let is_concerned = table.definition().is_of_rows && !kinds.is_empty();
    is_concerned.then(|| format!("DELETE FROM {} WHERE kind IN ({})", table.name(), kinds.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_stand_in_the_order_of_their_tables() {
        for (place, table) in ModerationTable::ALL.into_iter().enumerate() {
            assert_eq!(table as usize, place);
            let definition = table.definition();
            assert!(definition.key.iter().all(|key| definition.columns.iter().any(|(name, _)| name == key)));
            assert!(definition.counts.is_none_or(|column| definition.columns[0].0 == column));
        }
    }

    /// The columns that a migration gives to a table.
    fn migrated(migration: &'static str, table: &str) -> Vec<&'static str> {
        let beginning = format!("CREATE TABLE {table} (");
        let start = migration.find(&beginning).expect("the migration makes the table") + beginning.len();
        let lines = migration[start..].lines().skip(1).take_while(|line| !line.starts_with(')'));
        let words = lines.map(str::trim).filter_map(|line| line.split(' ').next());
        words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect()
    }

    #[test]
    fn both_stores_have_these_columns_and_no_others() {
        let migrations = [
            include_str!("../../../migrations/sqlite/0004_moderation.sql"),
            include_str!("../../../migrations/postgres/0005_moderation.sql"),
        ];
        for table in ModerationTable::ALL {
            let columns: Vec<_> = table.definition().columns.iter().map(|(name, _)| *name).collect();
            for migration in migrations {
                assert_eq!(migrated(migration, table.name()), columns, "{}", table.name());
            }
        }
    }
}
