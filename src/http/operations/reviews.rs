//! The operations on reviews. Deliberately absent: the rules (`service`).

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES, only_page};
use super::marks;
use super::submissions::{complete, created, with_name};
use crate::domain::{Id as _, NewReview, Target};
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

/// `GET /reviews?product_id=…&page=…&count=…&sort=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let query = ListQuery::parse(head.uri.query());
    let (product_id, order) = (query.product_id()?, query.order());
    let page = query.page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Reviews(product_id.get(), order), page);
    let listed = app
        .service
        .list_reviews(product_id, page, order, |tag| request.is_known(tag), &mut json)
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
    app.service.list_reviews_from_memory(query.product_id().ok()?, page, query.order(), output)
}

/// `GET /reviews/meta?product_id=…`
pub(crate) async fn sums(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let product_id = ListQuery::parse(head.uri.query()).product_id()?;
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Sums(product_id.get()), only_page());
    let listed = app
        .service
        .show_review_sums(product_id, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(request.reply(listed, json))
}

/// The same sums, if the product is in memory.
pub(crate) fn sums_from_memory(
    app: &App,
    query: &ListQuery<'_>,
    _: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    app.service.show_review_sums_from_memory(query.product_id().ok()?, output)
}

/// `POST /reviews`
pub(crate) async fn add(call: Call<'_>) -> Result<Reply, Problem> {
    let mut sender = call.sender()?;
    let Call { app, head, body, .. } = call;
    let key = idempotency_key(&head.headers)?;
    let mut draft = read_draft(head, body, app.settings.max_body_bytes)?;
    let reserved = complete(app, &mut sender, &mut draft)?;
    let review = NewReview::parse(&draft, &app.service.settings().submission);
    let review = with_name(review, reserved).map_err(Problem::InvalidFields)?;
    let location = format!("{}/reviews?product_id={}", app.settings.path_prefix, review.product_id);
    let added = app
        .service
        .add_review_from(review, key.as_ref(), &sender)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownReview))?;
    Ok(created("review_id", added, draft.photos_left_out(), location))
}

/// `PUT /reviews/:review_id/helpful`
pub(crate) async fn vote(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Review(call.review_id()?);
    marks::vote(call, target, Problem::UnknownReview).await
}

/// `DELETE /reviews/:review_id/helpful`
pub(crate) async fn take_vote_back(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Review(call.review_id()?);
    marks::take_vote_back(call, target, Problem::UnknownReview).await
}

/// `PUT /reviews/:review_id/report`
pub(crate) async fn report(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Review(call.review_id()?);
    marks::report(call, target, Problem::UnknownReview).await
}

/// `POST /reviews/:review_id/appeal`
pub(crate) async fn appeal(call: Call<'_>) -> Result<Reply, Problem> {
    let target = Target::Review(call.review_id()?);
    marks::appeal(call, target, Problem::UnknownReview).await
}
