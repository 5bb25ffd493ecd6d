//! The operations on questions. Deliberately absent: the rules (`service`).

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES};
use super::marks;
use super::submissions::{complete, created, with_name};
use crate::domain::{Id as _, NewQuestion, Target};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operation::Variables;
use crate::http::request::body::read_draft;
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::query::ListQuery;
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::view::ListTag;

/// `GET /qa/questions?product_id=…&page=…&count=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let query = ListQuery::parse(head.uri.query());
    let product_id = query.product_id()?;
    let page = query.page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Product(product_id.get()), page);
    let listed = app
        .service
        .list_questions(product_id, page, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(request.reply(listed, json))
}

/// The same list, if its product is in memory.
pub(crate) fn list_from_memory(
    app: &App,
    query: &ListQuery<'_>,
    _: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    let page = query.page(app.service.settings().max_page_size);
    app.service.list_questions_from_memory(query.product_id().ok()?, page, output)
}

/// `POST /qa/questions`
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let mut sender = call.sender()?;
    let Call { app, head, body, .. } = call;
    let key = idempotency_key(&head.headers)?;
    let mut draft = read_draft(head, body, app.settings.max_body_bytes)?;
    let reserved = complete(app, &mut sender, &mut draft)?;
    let question = NewQuestion::parse(&draft, &app.service.settings().submission);
    let question = with_name(question, reserved).map_err(Problem::InvalidFields)?;
    let added = app
        .service
        .add_question_from(question, key.as_ref(), &sender)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    let location = format!("{}/qa/questions/{}/answers", app.settings.path_prefix, added.id);
    Ok(created("question_id", added, 0, location))
}

/// `PUT /qa/questions/:question_id/helpful`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Question(call.question_id()?);
    marks::vote(call, target, Problem::UnknownQuestion).await
}

/// `DELETE /qa/questions/:question_id/helpful`
pub(crate) async fn take_vote_back(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Question(call.question_id()?);
    marks::take_vote_back(call, target, Problem::UnknownQuestion).await
}

/// `PUT /qa/questions/:question_id/report`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Question(call.question_id()?);
    marks::report(call, target, Problem::UnknownQuestion).await
}

/// `POST /qa/questions/:question_id/appeal`
pub(crate) async fn appeal(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Question(call.question_id()?);
    marks::appeal(call, target, Problem::UnknownQuestion).await
}
