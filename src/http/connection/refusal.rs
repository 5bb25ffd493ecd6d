//! Responses to bytes that never become a request for `dispatch`, with the headers of every
//! response. `direct::head` decides which heads are refused.

use bytes::Bytes;
use http::{HeaderMap, Response};

use crate::http::app::App;
use crate::http::dispatch::finish;
use crate::http::response::problem::Problem;
use crate::http::settings::HttpSettings;
use crate::http::watch::access_log::{AccessLog, LoggedRequests};

/// Responds to a request that cannot be read. It is counted, and has a line in the log.
pub(super) fn respond(app: &App, fields: &HeaderMap, problem: Problem) -> Response<Bytes> {
    let started = app.metrics.begin();
    let why = problem.detail();
    let response = response(&app.settings, fields, problem);
    app.metrics.finish(started, None, response.status());
    if app.settings.access_log.requests != LoggedRequests::Off {
        AccessLog::note_refused(response.status(), &why, response.body().len());
    }
    response
}

/// The response on a connection for which there is no room.
pub(super) fn without_room(settings: &HttpSettings) -> Response<Bytes> {
    response(settings, &HeaderMap::new(), Problem::Overloaded)
}

/// The response instead of one for which there is no memory.
pub(super) fn overloaded(app: &App) -> Response<Bytes> {
    response(&app.settings, &HeaderMap::new(), Problem::Overloaded)
}

fn response(settings: &HttpSettings, fields: &HeaderMap, problem: Problem) -> Response<Bytes> {
    // What was asked for is not known for sure.
    let mut response = problem.into_response(fields, "/", &settings.path_prefix);
    finish(&settings.cors_origins, fields, &mut response);
    response
}
