//! Keys of moderators, sellers and administrators: names, scopes and digests. A key itself is kept
//! nowhere. Deliberately absent: what a scope allows (`service`, `http`).

use super::sql::{Cells, Sql, Value};
use super::{Key, Moderated, Moderation, ModerationAnswer, Scope};
use crate::domain::Timestamp;
use crate::store::StoreError;

/// Makes a key, or makes one invalid.
pub(super) fn change<S: Sql>(sql: &mut S, moderation: &Moderation) -> Result<Moderated, S::Error> {
    match moderation {
        Moderation::AddKey { name, digest, scopes, expires_at, now } => {
            add(sql, name, digest, scopes, *expires_at, *now)
        }
        Moderation::RevokeKey { name, now } => revoke(sql, name, *now),
        _ => Err(StoreError::Unavailable("this change is not about keys".to_owned()).into()),
    }
}

/// Adds a key, unless one that is in force has the name. An index sees to it that two who add the
/// same name at the same time do not both succeed.
fn add<S: Sql>(
    sql: &mut S,
    name: &str,
    digest: &[u8; 32],
    scopes: &[Scope],
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Moderated, S::Error> {
    // The name of an expired key is free again.
    let expired = "UPDATE api_keys SET revoked_at = expires_at \
                   WHERE name = $1 AND revoked_at IS NULL AND expires_at <= $2";
    let now = now.milliseconds();
    sql.query(expired, &[name.into(), now.into()])?;
    let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
    let added = sql.query(
        "INSERT INTO api_keys (name, digest, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING RETURNING key_id",
        &[
            name.into(),
            Value::Bytes(Some(digest)),
            names.join(",").as_str().into(),
            now.into(),
            Value::Integer(expires_at.map(Timestamp::milliseconds)),
        ],
    )?;
    Ok(if added.is_empty() { Moderated::NameTaken } else { Moderated::Done })
}

/// Makes the key in force that has this name invalid.
fn revoke<S: Sql>(sql: &mut S, name: &str, now: Timestamp) -> Result<Moderated, S::Error> {
    let revoked = sql.query(
        "UPDATE api_keys SET revoked_at = $2 \
         WHERE name = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) RETURNING key_id",
        &[name.into(), now.milliseconds().into()],
    )?;
    Ok(if revoked.is_empty() { Moderated::NotFound } else { Moderated::Done })
}

/// The key with this digest, in force or not.
pub(super) fn find<S: Sql>(sql: &mut S, digest: &[u8; 32]) -> Result<ModerationAnswer, S::Error> {
    let rows = sql.query(
        "SELECT name, scopes, created_at, expires_at, revoked_at FROM api_keys WHERE digest = $1",
        &[Value::Bytes(Some(digest))],
    )?;
    Ok(ModerationAnswer::Keys(keys(&rows)?))
}

/// All keys, the oldest first.
pub(super) fn all<S: Sql>(sql: &mut S) -> Result<ModerationAnswer, S::Error> {
    let rows = sql.query(
        "SELECT name, scopes, created_at, expires_at, revoked_at FROM api_keys ORDER BY created_at, key_id",
        &[],
    )?;
    Ok(ModerationAnswer::Keys(keys(&rows)?))
}

fn keys(rows: &[Cells]) -> Result<Vec<Key>, StoreError> {
    rows.iter().map(key).collect()
}

fn key(row: &Cells) -> Result<Key, StoreError> {
    Ok(Key {
        name: row.text(0)?.to_owned(),
        // A scope of a later version allows nothing here.
        scopes: row.text(1)?.split(',').filter_map(Scope::parse).collect(),
        created_at: Timestamp::nearest(row.integer(2)?),
        expires_at: row.optional_integer(3)?.map(Timestamp::nearest),
        revoked_at: row.optional_integer(4)?.map(Timestamp::nearest),
    })
}
