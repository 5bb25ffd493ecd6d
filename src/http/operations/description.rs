//! The operation that describes the interface. Deliberately absent: the document itself
//! (`openapi`).

use bytes::Bytes;

use crate::http::call::Call;
use crate::http::openapi;
use crate::http::operation::{About, Success};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

pub(crate) const DESCRIBE: About = About {
    id: "describeApi",
    tag: "service",
    summary: "This document",
    description: "With the limits and the path prefix of the server that is asked.",
    parameters: &[],
    body: None,
    success: Success::Json { what: "An OpenAPI document", schema: None },
    problems: &[],
};

/// `GET /openapi.json`. The document is written at the first request for it.
pub(crate) async fn describe(call: Call<'_>) -> Result<Reply, Problem> {
    let app = call.app;
    let written = || openapi::document(&app.settings, app.service.settings(), &app.server.operations);
    Ok(Reply::Json(app.description.get_or_init(|| Bytes::from(written())).clone()))
}
