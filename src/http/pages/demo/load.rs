//! Asks the service for what a page of the demo shop shows. Everything goes through the same
//! functions as the requests of front ends. Deliberately absent: what is made of it (`page`).

use serde::de::DeserializeOwned;

use super::records::{Product, Questions, Reviews, Styles, Sums};
use crate::domain::{Page, ProductId, ReviewOrder};
use crate::http::response::problem::Problem;
use crate::service::{Service, ServiceError};
use crate::view::ProductPart;

/// A product with its styles.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) product: Product,
    pub(super) styles: Styles,
    pub(super) sums: Sums,
}

/// Products in the order of their ids.
pub(super) async fn products(service: &Service, page: Page) -> Result<Vec<Product>, Problem> {
    let mut json = Vec::new();
    service.list_products(page, |_| false, &mut json).await.map_err(failed)?;
    read(&json)
}

/// A product with its styles and the sums of its reviews; `None` when the catalogue lacks it.
pub(super) async fn item(service: &Service, id: ProductId) -> Result<Option<Item>, Problem> {
    let Some(product) = part(service, id, ProductPart::Product).await? else { return Ok(None) };
    let Some(styles) = part(service, id, ProductPart::Styles).await? else { return Ok(None) };
    let mut json = Vec::new();
    service.show_review_sums(id, |_| false, &mut json).await.map_err(failed)?;
    Ok(Some(Item { product, styles, sums: read(&json)? }))
}

/// Whether the catalogue has a product.
pub(super) async fn has(service: &Service, id: ProductId) -> Result<bool, Problem> {
    let mut json = Vec::new();
    let listed =
        service.show_product(id, ProductPart::Product, |_| false, &mut json).await.map_err(failed)?;
    Ok(listed.is_some())
}

/// The ids of related products.
pub(super) async fn related(service: &Service, id: ProductId) -> Result<Vec<u64>, Problem> {
    Ok(part(service, id, ProductPart::Related).await?.unwrap_or_default())
}

/// The first questions of a product.
pub(super) async fn questions(service: &Service, id: ProductId, page: Page) -> Result<Questions, Problem> {
    let mut json = Vec::new();
    service.list_questions(id, page, |_| false, &mut json).await.map_err(failed)?;
    read(&json)
}

/// The first reviews of a product.
pub(super) async fn reviews(
    service: &Service,
    id: ProductId,
    page: Page,
    order: ReviewOrder,
) -> Result<Reviews, Problem> {
    let mut json = Vec::new();
    service.list_reviews(id, page, order, |_| false, &mut json).await.map_err(failed)?;
    read(&json)
}

async fn part<T: DeserializeOwned>(
    service: &Service,
    id: ProductId,
    part: ProductPart,
) -> Result<Option<T>, Problem> {
    let mut json = Vec::new();
    let listed = service.show_product(id, part, |_| false, &mut json).await.map_err(failed)?;
    listed.map(|_| read(&json)).transpose()
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(json).map_err(|error| {
        tracing::error!(%error, "the service wrote JSON that the demo shop cannot read");
        Problem::Unavailable
    })
}

fn failed(error: ServiceError) -> Problem {
    Problem::from_service(error, Problem::UnknownPath)
}
