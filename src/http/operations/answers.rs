//! The operations on answers. Deliberately absent: the rules (`service`).

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES};
use super::marks;
use super::submissions::{complete, created, with_name};
use crate::domain::{Draft, Id as _, NewAnswer, Target};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operation::Variables;
use crate::http::request::body::read_draft;
use crate::http::request::idempotency::idempotency_key;
use crate::http::request::key::seller;
use crate::http::request::query::{ListQuery, question_id};
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::view::ListTag;

/// `GET /qa/questions/:question_id/answers?page=…&count=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let question_id = call.question_id()?;
    let Call { app, head, .. } = call;
    let page = ListQuery::parse(head.uri.query()).page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Question(question_id.get()), page);
    let listed = app
        .service
        .list_answers(question_id, page, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownQuestion))?;
    Ok(request.reply(listed, json))
}

/// The same list, if its product is in memory.
pub(crate) fn list_from_memory(
    app: &App,
    query: &ListQuery<'_>,
    variables: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    let page = query.page(app.service.settings().max_page_size);
    app.service.list_answers_from_memory(question_id(variables[0]).ok()?, page, output)
}

/// `POST /qa/questions/:question_id/answers`. An unknown question comes before bad fields. A key
/// makes it the seller's answer.
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let question_id = call.question_id()?;
    let mut sender = call.sender()?;
    let Call { app, head, body, .. } = call;
    let unknown = |error| Problem::from_service(error, Problem::UnknownQuestion);
    sender.seller_key = seller(&app.service, &head.headers).await?;
    let key = idempotency_key(&head.headers)?;
    let draft = read_draft(head, body, app.settings.max_body_bytes);
    let limits = &app.service.settings().submission;
    let parse = |mut draft: Draft| {
        let left_out = draft.photos_left_out();
        let reserved = complete(app, &mut sender, &mut draft)?;
        let parsed = match &sender.seller_key {
            Some(_) => NewAnswer::parse_of_seller(draft, limits),
            None => with_name(NewAnswer::parse(&draft, limits), reserved),
        };
        Ok((parsed.map_err(Problem::InvalidFields)?, left_out))
    };
    let (answer, photos_left_out) = match draft.and_then(parse) {
        Ok(parsed) => parsed,
        Err(problem @ (Problem::NotAnObject(_) | Problem::InvalidFields(_))) => {
            let exists = app.service.question_exists(question_id).await.map_err(unknown)?;
            return Err(if exists { problem } else { Problem::UnknownQuestion });
        }
        Err(problem) => return Err(problem),
    };
    let added = app.service.add_answer_from(question_id, answer, key.as_ref(), &sender).await;
    let added = added.map_err(unknown)?;
    let location = format!("{}/qa/questions/{question_id}/answers", app.settings.path_prefix);
    Ok(created("answer_id", added, photos_left_out, location))
}

/// `PUT /qa/answers/:answer_id/helpful`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Answer(call.answer_id()?);
    marks::vote(call, target, Problem::UnknownAnswer).await
}

/// `DELETE /qa/answers/:answer_id/helpful`
pub(crate) async fn take_vote_back(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Answer(call.answer_id()?);
    marks::take_vote_back(call, target, Problem::UnknownAnswer).await
}

/// `PUT /qa/answers/:answer_id/report`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Answer(call.answer_id()?);
    marks::report(call, target, Problem::UnknownAnswer).await
}

/// `POST /qa/answers/:answer_id/appeal`
pub(crate) async fn appeal(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Answer(call.answer_id()?);
    marks::appeal(call, target, Problem::UnknownAnswer).await
}
