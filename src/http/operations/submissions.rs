//! What new questions and answers have in common: the reply that names the new row. Reading them is `request`'s.

use crate::domain::QuestionId;
use crate::http::app::App;
use crate::http::response::reply::Reply;

/// The reply to a new row: its id under this key, and the list of the question's answers as its place.
pub(crate) fn created(app: &App, key: &str, id: u64, question_id: QuestionId) -> Reply {
    Reply::Created {
        json: format!("{{\"{key}\":{id}}}"),
        location: format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix),
    }
}
