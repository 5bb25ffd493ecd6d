//! The four operations on the catalogue. Deliberately absent: the rules (`service`).

use super::lists::{ListRequest, TYPICAL_PAGE_BYTES, only_page};
use crate::domain::Id as _;
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::operation::Variables;
use crate::http::request::query::{ListQuery, product_id};
use crate::http::response::encoded_pages::ListOf;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::view::ListTag;
use crate::view::ProductPart;

/// `GET /products?page=…&count=…`
pub(crate) async fn list(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, .. } = call;
    let page = ListQuery::parse(head.uri.query()).page(app.service.settings().max_page_size);
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let mut request = ListRequest::new(app, &head.headers, ListOf::Catalogue, page);
    let listed = app
        .service
        .list_products(page, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownPath))?;
    Ok(request.reply(listed, json))
}

/// `GET /products/:product_id`
pub(crate) async fn show(call: Call<'_>) -> Result<Reply, Problem> {
    part(call, ProductPart::Product).await
}

/// `GET /products/:product_id/styles`
pub(crate) async fn styles(call: Call<'_>) -> Result<Reply, Problem> {
    part(call, ProductPart::Styles).await
}

/// `GET /products/:product_id/related`
pub(crate) async fn related(call: Call<'_>) -> Result<Reply, Problem> {
    part(call, ProductPart::Related).await
}

async fn part(call: Call<'_>, part: ProductPart) -> Result<Reply, Problem> {
    let product_id = call.product_id()?;
    let Call { app, head, .. } = call;
    let mut json = Vec::with_capacity(TYPICAL_PAGE_BYTES);
    let of = ListOf::Part(product_id.get(), part);
    let mut request = ListRequest::new(app, &head.headers, of, only_page());
    let listed = app
        .service
        .show_product(product_id, part, |tag| request.is_known(tag), &mut json)
        .await
        .map_err(|error| Problem::from_service(error, Problem::UnknownProduct))?;
    Ok(request.reply(listed.ok_or(Problem::UnknownProduct)?, json))
}

/// The product, if it is in memory.
pub(crate) fn show_from_memory(
    app: &App,
    _: &ListQuery<'_>,
    variables: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    app.service.show_product_from_memory(product_id(variables[0]).ok()?, ProductPart::Product, output)
}

/// Its styles, if it is in memory.
pub(crate) fn styles_from_memory(
    app: &App,
    _: &ListQuery<'_>,
    variables: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    app.service.show_product_from_memory(product_id(variables[0]).ok()?, ProductPart::Styles, output)
}

/// The products that are related to it, if it is in memory.
pub(crate) fn related_from_memory(
    app: &App,
    _: &ListQuery<'_>,
    variables: &Variables<'_>,
    output: &mut Vec<u8>,
) -> Option<ListTag> {
    app.service.show_product_from_memory(product_id(variables[0]).ok()?, ProductPart::Related, output)
}
