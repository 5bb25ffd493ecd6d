//! The statements that make, complete and place the tables of a load, from the definitions of its
//! kinds. The load decides when they run.

use crate::domain::{Kind, Set};
use crate::store::LastIds;
use crate::store::moderation::ModerationTable;
use crate::store::postgres::tables::{has_id_index, id_name, is_edited, key, sequence};

/// Makes the table that is copied into, in an open transaction. Rows copied in the same transaction
/// are frozen at once, so no later vacuum has to mark them. Pages keep room for several changes of
/// their rows: see [`complete`].
pub(super) fn create(kind: Kind) -> String {
    let table = kind.definition().table;
    let room = if is_edited(kind) { " WITH (fillfactor = 80)" } else { "" };
    format!("BEGIN; CREATE TABLE {table}_load (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS){room}")
}

/// Ends the transaction that [`create`] began, and raises the fill factor. PostgreSQL cleans a page
/// when less of it is free than the fill factor leaves. With the fill factor of the load, that
/// would be at every change. With the higher one it is at every fifth.
pub(super) fn complete(kind: Kind) -> String {
    if is_edited(kind) {
        format!("ALTER TABLE {}_load SET (fillfactor = 90); COMMIT", kind.definition().table)
    } else {
        "COMMIT".to_owned()
    }
}

/// Keys, indexes and statistics.
pub(super) fn index(kind: Kind) -> Vec<String> {
    let table = kind.definition().table;
    let mut work = vec![format!(
        "ALTER TABLE {table}_load ADD CONSTRAINT {table}_load_pkey PRIMARY KEY ({})",
        key(kind)
    )];
    if has_id_index(kind) {
        let id = id_name(kind);
        work.push(format!("CREATE INDEX {table}_load_{id} ON {table}_load ({id})"));
    }
    work.push(format!("ANALYZE {table}_load"));
    work
}

/// Declares the foreign keys of a kind when all keys exist. No row is checked yet, so no lock is
/// held for long.
pub(super) fn declare(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Answer => Some(
            "ALTER TABLE answers_load ADD CONSTRAINT answers_question
                 FOREIGN KEY (product_id, question_id) REFERENCES questions_load NOT VALID",
        ),
        Kind::Photo => Some(
            "ALTER TABLE photos_load ADD CONSTRAINT photos_answer
                 FOREIGN KEY (product_id, answer_id) REFERENCES answers_load NOT VALID",
        ),
        _ => None,
    }
}

/// Has the server check the foreign keys of a kind: its own check is the fastest. That of answers
/// is dropped again: a write looks by itself (`write::statements`).
pub(super) fn validate(kind: Kind) -> Option<Vec<String>> {
    let statements: &[&str] = match kind {
        Kind::Answer => &[
            "ALTER TABLE answers_load VALIDATE CONSTRAINT answers_question",
            "ALTER TABLE answers_load DROP CONSTRAINT answers_question",
        ],
        Kind::Photo => &["ALTER TABLE photos_load VALIDATE CONSTRAINT photos_answer"],
        _ => return None,
    };
    Some(statements.iter().map(|statement| (*statement).to_owned()).collect())
}

/// Drops what loads have made.
pub(super) fn clear_away() -> String {
    let moderation = ModerationTable::ALL.into_iter().map(ModerationTable::name);
    let tables = Kind::all().map(|kind| kind.definition().table).chain(moderation);
    let tables: Vec<String> = tables.map(|table| format!("{table}_load")).collect();
    format!("DROP TABLE IF EXISTS {}", tables.join(", "))
}

/// Locks all tables that are replaced, and the submissions of their rows.
pub(super) fn lock(sets: &[Set]) -> String {
    let mut tables: Vec<_> = kinds(sets).map(|kind| kind.definition().table).collect();
    tables.push("submissions");
    format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", "))
}

/// Drops the tables in use and gives their names, and their indexes' names, to the new ones.
pub(super) fn put_in_place(sets: &[Set]) -> String {
    let tables: Vec<_> = kinds(sets).map(|kind| kind.definition().table).collect();
    if tables.is_empty() {
        return String::new();
    }
    let mut statements = vec![format!("DROP TABLE {}", tables.join(", "))];
    for kind in kinds(sets) {
        let table = kind.definition().table;
        statements.push(format!("ALTER TABLE {table}_load RENAME TO {table}"));
        statements.push(format!("ALTER INDEX {table}_load_pkey RENAME TO {table}_pkey"));
        if has_id_index(kind) {
            let id = id_name(kind);
            statements.push(format!("ALTER INDEX {table}_load_{id} RENAME TO {table}_{id}"));
        }
    }
    statements.join(";")
}

/// Forgets the submissions of the former rows. They would count as duplicates for the new ones.
pub(super) fn forget_submissions(sets: &[Set]) -> Option<&'static str> {
    match (sets.contains(&Set::Questions), sets.contains(&Set::Reviews)) {
        (true, true) => Some("TRUNCATE submissions"),
        (true, false) => Some("DELETE FROM submissions WHERE review_id IS NULL"),
        (false, true) => Some("DELETE FROM submissions WHERE review_id IS NOT NULL"),
        (false, false) => None,
    }
}

/// Raises the sequences. One that gave out nothing yet stands at 1, not yet called, and stays so if
/// nothing was loaded.
pub(super) fn raise(last_ids: LastIds) -> String {
    let raise = |kind: Kind| {
        let (name, id) = (sequence(kind)?, last_ids.of(kind));
        Some(format!(
            "SELECT setval('{name}', greatest({id}, last_value), is_called OR {id} > 0) FROM {name};"
        ))
    };
    Kind::all().filter_map(raise).collect()
}

/// Whether none of the sets has a row.
pub(super) fn are_empty(sets: &[Set]) -> String {
    let empty: Vec<String> =
        kinds(sets).map(|kind| format!("NOT EXISTS (SELECT FROM {})", kind.definition().table)).collect();
    format!("SELECT {}", if empty.is_empty() { "true".to_owned() } else { empty.join(" AND ") })
}

/// The kinds of the sets, in the order in which they are loaded.
pub(super) fn kinds(sets: &[Set]) -> impl Iterator<Item = Kind> {
    Kind::all().filter(|kind| sets.contains(&kind.definition().set))
}
