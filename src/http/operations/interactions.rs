//! The operation that takes clicks. The counter of its route counts them. Deliberately absent: any
//! memory of them.

use crate::domain::Interaction;
use crate::http::call::Call;
use crate::http::request::body::read_draft;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

/// `POST /interactions`
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, body, .. } = call;
    let draft = read_draft(head, body, app.settings.max_body_bytes)?;
    Interaction::parse(&draft).map_err(Problem::InvalidFields)?;
    Ok(Reply::Noted)
}
