//! Creates the tables and brings them up to date. The migrations are the files in
//! `migrations/postgres`; the table `atelier_schema` says how many of them a database has seen.
//! Only `migrate` changes anything: a server refuses to start on tables of another version.

use tokio_postgres::Client;

use super::connect::address::PostgresAddress;
use super::connect::failure::Failure;
use super::connect::session::{Session, Unprepared};
use super::locks::{LOCK_MIGRATION, LOCK_TIMEOUT, MAX_LOCK_ATTEMPTS, STAY_IN_SCHEMA};
use super::tables::{sequences, tables};
use crate::store::moderation::ModerationTable;
use crate::store::{Migrated, StoreError};

/// The migrations, oldest first.
const MIGRATIONS: [&str; 5] = [
    include_str!("../../../migrations/postgres/0001_questions_and_answers.sql"),
    include_str!("../../../migrations/postgres/0002_submissions.sql"),
    include_str!("../../../migrations/postgres/0003_answers_without_a_foreign_key.sql"),
    include_str!("../../../migrations/postgres/0004_catalogue_and_reviews.sql"),
    include_str!("../../../migrations/postgres/0005_moderation.sql"),
];

/// Tables of ours that hold no rows of kinds.
const OTHER_TABLES: [&str; 10] = [
    "submissions",
    "imports",
    "moderation_items",
    "decisions",
    "reports",
    "appeals",
    "identified_votes",
    "api_keys",
    "word_lists",
    "digest_secrets",
];

/// Tables of ours that the first three versions had.
const FIRST_TABLES: [&str; 4] = ["questions", "answers", "photos", "submissions"];

/// Finds a name of ours ($1) that another program has taken.
const NAMES_TAKEN: &str = "SELECT relname::text FROM pg_catalog.pg_class
     WHERE relname = ANY ($1::text[]) AND pg_catalog.pg_table_is_visible(oid)
     ORDER BY relname LIMIT 1";

/// Finds a name of ours ($1) that means something in another schema, or nothing.
const ASTRAY: &str = "
    SELECT name FROM unnest($1::text[]) AS ours (name)
    WHERE (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass(name)) IS DISTINCT FROM
          (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('atelier_schema'))
    ORDER BY name LIMIT 1";

/// The migration that makes a table.
fn made_by(table: &str) -> u32 {
    let is_of_moderation = ModerationTable::ALL.iter().any(|known| known.name() == table);
    match table {
        _ if is_of_moderation => 5,
        _ if FIRST_TABLES.contains(&table) => 1,
        _ => 4,
    }
}

/// The names of our tables but for `atelier_schema`.
fn table_names() -> Vec<String> {
    tables().chain(OTHER_TABLES).map(str::to_owned).collect()
}

fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Whether the tables are there. It reads the catalog itself: `to_regclass` may remember in a
/// transaction that there were none, while another process makes them.
const TABLES_EXIST: &str = "SELECT EXISTS (
    SELECT FROM pg_catalog.pg_class WHERE relname = 'atelier_schema' AND pg_catalog.pg_table_is_visible(oid))";

/// How many migrations the database has seen; 0 when there is nothing of ours.
async fn version(client: &Client) -> Result<u32, Failure> {
    let tables_exist: bool = client.query_one_scalar(TABLES_EXIST, &[]).await?;
    if !tables_exist {
        return Ok(0);
    }
    let version: Option<i32> =
        client.query_one_scalar("SELECT max(version) FROM atelier_schema", &[]).await?;
    Ok(version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0))
}

/// Refuses a database that does not keep every text: only in UTF8 is there room for all characters.
///
/// # Errors
/// [`StoreError::BadAddress`], with what to do about it.
pub(super) fn require_utf8(session: &mut Session<Unprepared>) -> Result<(), StoreError> {
    let encoding: String =
        session.read(async |client, _| Ok(client.query_one_scalar("SHOW server_encoding", &[]).await?))?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::BadAddress(format!(
        "the database has the encoding {encoding}, which cannot keep every text; make one with: \
         CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )))
}

/// How many migrations the database has seen.
pub(super) fn seen(session: &mut Session<Unprepared>) -> Result<u32, StoreError> {
    session.read(async |client, _| version(client).await)
}

/// Refuses tables of another version.
///
/// # Errors
/// [`StoreError::WrongSchema`], with what to do about it.
pub(super) fn require_current(
    session: &mut Session<Unprepared>,
    address: &PostgresAddress,
) -> Result<(), StoreError> {
    let seen = seen(session)?;
    if seen == known() {
        return require_one_schema(session);
    }
    Err(StoreError::WrongSchema(match seen {
        0 => format!(
            "the database has no tables of atelier; make them with: atelier migrate --store '{address}'"
        ),
        _ if seen > known() => later_version(seen),
        _ => format!(
            "the tables are of an earlier version (schema {seen}, this one needs {}); bring them up to date \
             with: atelier migrate --store '{address}'",
            known()
        ),
    }))
}

/// Refuses a `search_path` that leads to tables of two stores, or of another program.
fn require_one_schema(session: &mut Session<Unprepared>) -> Result<(), StoreError> {
    let names: Vec<String> = table_names().into_iter().chain(sequences()).collect();
    let astray: Option<String> =
        session.read(async |client, _| Ok(client.query_opt_scalar(ASTRAY, &[&names]).await?))?;
    astray.map_or(Ok(()), |name| {
        Err(StoreError::WrongSchema(format!(
            "search_path leads to {name} outside the schema of atelier_schema; let it name the schema of the store alone"
        )))
    })
}

fn later_version(seen: u32) -> String {
    format!("the store was made by a later version of atelier (schema {seen}, this one knows {})", known())
}

/// Creates or upgrades the tables. Safe when two processes start at once: the second waits for the
/// first.
///
/// # Errors
/// [`StoreError::WrongSchema`] when tables of another program have our names, or ours are of a
/// later version.
pub(super) fn migrate(session: &mut Session<Unprepared>) -> Result<Migrated, StoreError> {
    require_utf8(session)?;
    session.run(STAY_IN_SCHEMA)?;
    let mut attempt = 1;
    loop {
        let migrated = session.ask_patiently(async |client, _| {
            client.batch_execute("BEGIN").await?;
            client.batch_execute(LOCK_MIGRATION).await?;
            let result = apply(client).await;
            if result.is_err() {
                client.batch_execute("ROLLBACK").await?;
            }
            result
        });
        match migrated {
            Ok(migrated) => {
                session.commit()?;
                return Ok(migrated);
            }
            Err(failure) if failure.is_lock_timeout() && attempt < MAX_LOCK_ATTEMPTS => {
                tracing::info!("the tables are in use, trying again to bring them up to date");
                attempt += 1;
            }
            Err(failure) => return Err(failure.before_commit()),
        }
    }
}

async fn apply(client: &Client) -> Result<Migrated, Failure> {
    client.batch_execute(LOCK_TIMEOUT).await?;
    let seen = version(client).await?;
    if seen > known() {
        return Err(StoreError::WrongSchema(later_version(seen)).into());
    }
    if seen < known() {
        let names: Vec<String> = table_names().into_iter().filter(|name| seen < made_by(name)).collect();
        if let Some(taken) = client.query_opt_scalar::<String, _>(NAMES_TAKEN, &[&names]).await? {
            return Err(StoreError::WrongSchema(format!(
                "the database has a table {taken} that is not atelier's; use a database or a search_path of its own"
            ))
            .into());
        }
    }
    if seen == 0 {
        client.batch_execute("CREATE TABLE atelier_schema (version integer PRIMARY KEY)").await?;
    }
    for (migration, version) in MIGRATIONS.iter().zip(1_i32..).skip(seen as usize) {
        client.batch_execute(migration).await?;
        client.execute("INSERT INTO atelier_schema (version) VALUES ($1)", &[&version]).await?;
    }
    Ok(Migrated { from: seen, to: known() })
}
