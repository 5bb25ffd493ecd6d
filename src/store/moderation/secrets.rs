//! The secrets that digests are keyed with: drawn once, then kept in the store, so that all
//! processes make the same digests.

use super::Moderated;
use super::sql::{Sql, Value};
use crate::store::StoreError;

/// Returns the secret of a name; `proposed` becomes it when there is none.
pub(super) fn keep<S: Sql>(sql: &mut S, name: &str, proposed: &[u8; 32]) -> Result<Moderated, S::Error> {
    let added = "INSERT INTO digest_secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql.query(added, &[name.into(), Value::Bytes(Some(proposed))])?;
    let rows = sql.query("SELECT secret FROM digest_secrets WHERE name = $1", &[name.into()])?;
    let kept = rows.first().map(|row| row.optional_bytes(0)).transpose()?.flatten();
    let secret = kept.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    secret.map(Moderated::Secret).ok_or_else(|| {
        StoreError::Unavailable(format!("the secret \"{name}\" in digest_secrets is not of 32 bytes")).into()
    })
}
