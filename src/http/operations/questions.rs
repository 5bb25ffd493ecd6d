//! The four operations on questions.

use http::request::Parts as Head;

use super::lists::Asked;
use super::lists::TYPICAL_PAGE_BYTES;
use crate::domain::{Id as _, NewQuestion};
use crate::http::app::App;
use crate::http::request::body::{Payload, read_draft};
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::query::{ListQuery, question_id};
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;

/// `GET /qa/questions?product_id=…&page=…&count=…`
pub(crate) async fn list(app: &App, head: &Head) -> Result<Reply, Problem> {
    let query = ListQuery::parse(head.uri.query());
    let product_id = query.product_id()?;
    let page = query.page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut asked = Asked::new(app, &head.headers, ListOf::Product(product_id.get()), page);
    let listed = app
        .service
        .list_questions(product_id, page, |tag| asked.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(asked.answer(listed, json))
}

/// `POST /qa/questions`
pub(crate) async fn add(app: &App, head: &Head, body: &mut Payload) -> Result<Reply, Problem> {
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes)?;
    let question =
        NewQuestion::parse(&draft, &app.service.settings().submission).map_err(Problem::InvalidFields)?;
    let question_id = app
        .service
        .add_question(question, key.as_ref())
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(Reply::Created {
        json: format!("{{\"question_id\":{question_id}}}"),
        location: format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix),
    })
}

/// `PUT /qa/questions/:question_id/helpful`
pub(crate) async fn vote(app: &App, segment: &str) -> Result<Reply, Problem> {
    let voted = app.service.vote_question(question_id(segment)?).await;
    voted.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}

/// `PUT /qa/questions/:question_id/report`
pub(crate) async fn report(app: &App, segment: &str) -> Result<Reply, Problem> {
    let reported = app.service.report_question(question_id(segment)?).await;
    reported.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))
}
