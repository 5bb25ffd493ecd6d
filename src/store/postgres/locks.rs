//! Keeps migrations and imports apart from each other and from requests: advisory locks, and how
//! long they may wait for a lock on the tables. The callers decide when to take a lock.

/// The number of the schema that has the tables of this store; before there are any, of the one
/// that will have them.
macro_rules! schema {
    () => {
        "(SELECT coalesce(
              (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('atelier_schema')),
              (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())))"
    };
}

/// Waits for the lock of a migration, which ends with the transaction. Advisory locks belong to the
/// whole database, a store to a schema, so the number of the schema is in the lock: below the
/// letters `AtQB`.
pub(crate) const LOCK_MIGRATION: &str =
    concat!("SELECT pg_advisory_xact_lock((x'41745142'::bigint << 32) + ", schema!(), "::bigint)");

/// Waits for the lock of an import, which ends with the connection: `AtQC` and the number of the
/// schema.
pub(crate) const LOCK_LOAD: &str =
    concat!("SELECT pg_advisory_lock((x'41745143'::bigint << 32) + ", schema!(), "::bigint)");

/// For the rest of the session, makes new tables in the schema that has those of this store. Others
/// may come first in `search_path`.
pub(crate) const STAY_IN_SCHEMA: &str = concat!(
    "SELECT set_config('search_path', quote_ident(nspname), false) FROM pg_catalog.pg_namespace WHERE oid = ",
    schema!()
);

/// How long putting the tables in place, or changing them, may wait for others to finish with them,
/// at a time; requests wait behind it for as long.
pub(crate) const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '2s'";

/// How often it is tried: together half a minute.
pub(crate) const MAX_LOCK_ATTEMPTS: u32 = 15;
