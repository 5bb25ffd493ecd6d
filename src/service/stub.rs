//! Stub until the views land.

use super::{Added, Listed, Service, ServiceError};
use crate::domain::{IdempotencyKey, NewReview, Page, ProductId, ReviewId, ReviewOrder};
use crate::view::ListTag;

/// A part of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductPart {
    /// Itself.
    Product,
    /// Its styles.
    Styles,
    /// Related ones.
    Related,
}

#[expect(missing_docs, clippy::unused_self, clippy::needless_pass_by_value, reason = "stub")]
impl Service {
    pub async fn list_products(
        &self,
        _: Page,
        _: impl FnMut(ListTag) -> bool,
        _: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        Err(ServiceError::StoreUnavailable)
    }
    pub async fn show_product(
        &self,
        _: ProductId,
        _: ProductPart,
        _: impl FnMut(ListTag) -> bool,
        _: &mut Vec<u8>,
    ) -> Result<Option<Listed>, ServiceError> {
        Ok(None)
    }
    pub fn show_product_from_memory(&self, _: ProductId, _: ProductPart, _: &mut Vec<u8>) -> Option<ListTag> {
        None
    }
    pub async fn list_reviews(
        &self,
        _: ProductId,
        _: Page,
        _: ReviewOrder,
        _: impl FnMut(ListTag) -> bool,
        _: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        Err(ServiceError::StoreUnavailable)
    }
    pub fn list_reviews_from_memory(
        &self,
        _: ProductId,
        _: Page,
        _: ReviewOrder,
        _: &mut Vec<u8>,
    ) -> Option<ListTag> {
        None
    }
    pub async fn show_review_sums(
        &self,
        _: ProductId,
        _: impl FnMut(ListTag) -> bool,
        _: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        Err(ServiceError::StoreUnavailable)
    }
    pub fn show_review_sums_from_memory(&self, _: ProductId, _: &mut Vec<u8>) -> Option<ListTag> {
        None
    }
    pub async fn add_review(
        &self,
        _: NewReview,
        _: Option<&IdempotencyKey>,
    ) -> Result<Added<ReviewId>, ServiceError> {
        Err(ServiceError::NotFound)
    }
    pub async fn vote_review(&self, _: ReviewId) -> Result<(), ServiceError> {
        Err(ServiceError::NotFound)
    }
    pub async fn report_review(&self, _: ReviewId) -> Result<(), ServiceError> {
        Err(ServiceError::NotFound)
    }
}
