//! The four operations on answers.

use http::request::Parts as Head;

use super::body::{Payload, read_draft};
use super::dispatch::{Answer, App, TYPICAL_PAGE_BYTES};
use super::error::Problem;
use super::extract::{ListQuery, path_id};
use super::idempotency::idempotency_key;
use super::questions::question_id;
use super::validators;
use crate::domain::{AnswerId, NewAnswer};

/// `GET /qa/questions/:question_id/answers?page=…&count=…`
pub(super) async fn list(app: &App, segment: &str, head: &Head) -> Result<Answer, Problem> {
    let question_id = question_id(segment)?;
    let page = ListQuery::parse(head.uri.query()).page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let listed = app
        .service
        .list_answers(question_id, page, |tag| validators::has(&head.headers, tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(Answer::list(listed, json))
}

/// `POST /qa/questions/:question_id/answers`. An unknown question is told before unusable JSON or bad fields.
pub(super) async fn add(
    app: &App,
    segment: &str,
    head: &Head,
    body: &mut Payload,
) -> Result<Answer, Problem> {
    let question_id = question_id(segment)?;
    let unknown = |error| Problem::from_service(error, Problem::UnknownQuestion);
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes).await;
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
    Ok(Answer::Created {
        json: format!("{{\"answer_id\":{answer_id}}}"),
        location: format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix),
    })
}

/// `PUT /qa/answers/:answer_id/helpful`
pub(super) async fn vote(app: &App, segment: &str) -> Result<Answer, Problem> {
    let voted = app.service.vote_answer(answer_id(segment)?).await;
    voted.map(|()| Answer::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}

/// `PUT /qa/answers/:answer_id/report`
pub(super) async fn report(app: &App, segment: &str) -> Result<Answer, Problem> {
    let reported = app.service.report_answer(answer_id(segment)?).await;
    reported.map(|()| Answer::Done).map_err(|error| Problem::from_service(error, Problem::UnknownAnswer))
}

/// The id in an answer's path.
pub(super) fn answer_id(segment: &str) -> Result<AnswerId, Problem> {
    path_id(segment, Problem::InvalidAnswerId)
}
