//! Counts the rows of each kind.

use tokio_postgres::Client;

use super::connect::failure::Failure;
use crate::domain::Kind;
use crate::store::Counts;

/// Counts the rows of these kinds in one snapshot.
pub(super) async fn count(client: &Client, kinds: &[Kind]) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    if kinds.is_empty() {
        return Ok(counts);
    }
    let selects: Vec<String> =
        kinds.iter().map(|kind| format!("(SELECT count(*) FROM {})", kind.definition().table)).collect();
    let row = client.query_one(&format!("SELECT {}", selects.join(", ")), &[]).await?;
    for (index, kind) in kinds.iter().enumerate() {
        counts.add(*kind, row.try_get::<_, i64>(index)?.unsigned_abs());
    }
    Ok(counts)
}

/// Counts all rows.
pub(super) async fn count_all(client: &Client) -> Result<Counts, Failure> {
    count(client, &Kind::all().collect::<Vec<_>>()).await
}
