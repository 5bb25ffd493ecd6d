//! The four operations on questions.

use http::request::Parts as Head;

use super::body::{Payload, read_draft};
use super::dispatch::{Answer, App, TYPICAL_PAGE_BYTES};
use super::error::Problem;
use super::extract::{ListQuery, path_id};
use super::idempotency::idempotency_key;
use super::validators;
use crate::domain::{NewQuestion, QuestionId};

/// `GET /qa/questions?product_id=…&page=…&count=…`
pub(super) async fn list(app: &App, head: &Head) -> Result<Answer, Problem> {
    let query = ListQuery::parse(head.uri.query());
    let product_id = query.product_id()?;
    let page = query.page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let listed = app
        .service
        .list_questions(product_id, page, |tag| validators::has(&head.headers, tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(Answer::list(listed, json))
}

/// `POST /qa/questions`
pub(super) async fn add(app: &App, head: &Head, body: &mut Payload) -> Result<Answer, Problem> {
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes).await?;
    let question =
        NewQuestion::parse(&draft, &app.service.settings().submission).map_err(Problem::InvalidFields)?;
    let question_id = app
        .service
        .add_question(question, key.as_ref())
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(Answer::Created {
        json: format!("{{\"question_id\":{question_id}}}"),
        location: format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix),
    })
}

/// `PUT /qa/questions/:question_id/helpful`
pub(super) async fn vote(app: &App, segment: &str) -> Result<Answer, Problem> {
    let voted = app.service.vote_question(question_id(segment)?).await;
    voted.map(|()| Answer::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}

/// `PUT /qa/questions/:question_id/report`
pub(super) async fn report(app: &App, segment: &str) -> Result<Answer, Problem> {
    let reported = app.service.report_question(question_id(segment)?).await;
    reported.map(|()| Answer::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}

/// The id in a question's path.
pub(super) fn question_id(segment: &str) -> Result<QuestionId, Problem> {
    path_id(segment, Problem::InvalidQuestionId)
}
