//! The operation that describes the interface. Deliberately absent: the document itself
//! (`openapi`).

use bytes::Bytes;

use crate::http::call::Call;
use crate::http::openapi;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

/// `GET /openapi.json`. The document is written at the first request for it.
pub(crate) async fn describe(call: Call<'_>) -> Result<Reply, Problem> {
    let app = call.app;
    let written = || openapi::document(&app.settings, app.service.settings(), &app.server.operations);
    Ok(Reply::Json(app.description.get_or_init(|| Bytes::from(written())).clone()))
}
