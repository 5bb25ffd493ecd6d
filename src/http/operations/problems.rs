//! The operation that explains a problem. Deliberately absent: the problems and their explanations
//! (`response::problem`).

use crate::http::call::Call;
use crate::http::response::problem::{Problem, kinds};
use crate::http::response::reply::Reply;

/// `GET /problems/:name`
pub(crate) async fn explain(call: Call<'_>) -> Result<Reply, Problem> {
    let kind = kinds().find(|kind| kind.name == call.variables[0]).ok_or(Problem::UnknownPath)?;
    Ok(Reply::Text(&kind.explanation))
}
