//! The four operations on answers.

use http::request::Parts as Head;

use super::lists::Asked;
use super::lists::TYPICAL_PAGE_BYTES;
use crate::domain::{Id as _, NewAnswer};
use crate::http::app::App;
use crate::http::request::body::{Payload, read_draft};
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::query::{ListQuery, answer_id, question_id};
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

/// `GET /qa/questions/:question_id/answers?page=…&count=…`
pub(crate) async fn list(app: &App, segment: &str, head: &Head) -> Result<Reply, Problem> {
    let question_id = question_id(segment)?;
    let page = ListQuery::parse(head.uri.query()).page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut asked = Asked::new(app, &head.headers, ListOf::Question(question_id.get()), page);
    let listed = app
        .service
        .list_answers(question_id, page, |tag| asked.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(asked.answer(listed, json))
}

/// `POST /qa/questions/:question_id/answers`. An unknown question is told before unusable JSON or bad fields.
pub(crate) async fn add(app: &App, segment: &str, head: &Head, body: &mut Payload) -> Result<Reply, Problem> {
    let question_id = question_id(segment)?;
    let unknown = |error| Problem::from_service(error, Problem::UnknownQuestion);
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes);
    let limits = &app.service.settings().submission;
    let answer =
        match draft.and_then(|draft| NewAnswer::parse(&draft, limits).map_err(Problem::InvalidFields)) {
            Ok(answer) => answer,
            Err(problem @ (Problem::NotAnObject(_) | Problem::InvalidFields(_))) => {
                let exists = app.service.question_exists(question_id).await.map_err(unknown)?;
                return Err(if exists { problem } else { Problem::UnknownQuestion });
            }
            Err(problem) => return Err(problem),
        };
    let answer_id = app.service.add_answer(question_id, answer, key.as_ref()).await.map_err(unknown)?;
    Ok(Reply::Created {
        json: format!("{{\"answer_id\":{answer_id}}}"),
        location: format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix),
    })
}

/// `PUT /qa/answers/:answer_id/helpful`
pub(crate) async fn vote(app: &App, segment: &str) -> Result<Reply, Problem> {
    let voted = app.service.vote_answer(answer_id(segment)?).await;
    voted.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}

/// `PUT /qa/answers/:answer_id/report`
pub(crate) async fn report(app: &App, segment: &str) -> Result<Reply, Problem> {
    let reported = app.service.report_answer(answer_id(segment)?).await;
    reported.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}
