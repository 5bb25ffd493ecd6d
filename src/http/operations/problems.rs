//! The operation that explains a problem. Deliberately absent: the problems and their explanations
//! (`response::problem`).

use crate::http::call::Call;
use crate::http::operation::{About, Success};
use crate::http::response::problem::{Problem, explanation};
use crate::http::response::reply::Reply;

pub(crate) const EXPLAIN: About = About {
    id: "explainProblem",
    tag: "service",
    summary: "Explain a problem",
    description: "What the member `type` of problem details leads to.",
    parameters: &[],
    body: None,
    success: Success::Text { what: "A sentence or two", media_type: "text/plain" },
    problems: &[Problem::UnknownPath],
};

/// `GET /problems/:name`
pub(crate) async fn explain(call: Call<'_>) -> Result<Reply, Problem> {
    explanation(call.variables[0]).map(Reply::Text).ok_or(Problem::UnknownPath)
}
