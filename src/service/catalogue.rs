//! The operations on the catalogue. All of it comes from memory, or is loaded into it; no HTTP is
//! known here.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::lanes::loader::LoadRequest;
use super::{Listed, Service, ServiceError};
use crate::domain::{Page, ProductId};
use crate::view::{Catalogue, ListTag, ProductPart, ProductsTag};

/// Ids that are read at once: first as many as the first pages need, then many.
const FIRST_IDS: usize = 1_024;
const IDS_PER_READ: usize = 64 * 1_024;

impl Service {
    /// Appends a page of all products of the catalogue to `output` as JSON, in the order of their
    /// ids, unless `is_known` returns true for its tag.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] or [`ServiceError::StoreUnavailable`], never an empty list
    /// instead.
    pub async fn list_products(
        &self,
        page: Page,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Listed, ServiceError> {
        let product_ids = self.product_ids(page).await?;
        let loaded = self.load_products(&product_ids).await?;
        let start = output.len();
        let mut tag = ProductsTag::new(page.offset(), page.size(), &self.campus);
        output.push(b'[');
        for (product_id, loaded) in product_ids.into_iter().zip(loaded) {
            let mut write = |product: &Catalogue| {
                // An import may just have taken it away.
                if product.has_product() {
                    if output.len() > start + 1 {
                        output.push(b',');
                    }
                    tag.add(product);
                    product.write_in_list(&self.campus, output);
                }
            };
            match loaded {
                Some(product) => write(&product),
                None => {
                    self.read_view(&self.memory.catalogue, product_id, ProductPart::Product, write).await?;
                }
            }
        }
        output.push(b']');
        let tag = tag.tag();
        if is_known(tag) {
            output.truncate(start);
            return Ok(Listed::Unchanged(tag));
        }
        Ok(Listed::Page(tag))
    }

    /// Appends a part of a product, unless `is_known` returns true for its tag. `None` when the
    /// catalogue does not have the product.
    ///
    /// # Errors
    /// As [`list_products`](Self::list_products).
    pub async fn show_product(
        &self,
        product_id: ProductId,
        part: ProductPart,
        mut is_known: impl FnMut(ListTag) -> bool,
        output: &mut Vec<u8>,
    ) -> Result<Option<Listed>, ServiceError> {
        self.read_view(&self.memory.catalogue, product_id, part, |product| {
            product.has_product().then(|| {
                let write = || product.write(part, &self.campus, &self.memory.pool, output);
                Listed::write(product.tag(part, &self.campus), &mut is_known, write)
            })
        })
        .await
    }

    /// Appends a part of a product at once if it is in memory. `None` also when the catalogue does
    /// not have the product.
    pub fn show_product_from_memory(
        &self,
        product_id: ProductId,
        part: ProductPart,
        output: &mut Vec<u8>,
    ) -> Option<ListTag> {
        let show = |product: &Catalogue| {
            product.has_product().then(|| {
                product.write(part, &self.campus, &self.memory.pool, output);
                product.tag(part, &self.campus)
            })
        };
        self.memory.catalogue.read(product_id, show).flatten()
    }

    /// The ids of a page's products. Reads those that are not known from the store.
    async fn product_ids(&self, page: Page) -> Result<Vec<ProductId>, ServiceError> {
        let memory = &self.memory.product_ids;
        if let Some(ids) = memory.page(page) {
            return Ok(ids);
        }
        let reading = tokio::time::timeout(self.settings.store_wait, memory.reading.lock()).await;
        let _reading = reading.map_err(|_| ServiceError::StoreUnavailable)?;
        // Again: another request may have read them.
        let mut begun = memory.begin();
        loop {
            if let Some(ids) = begun.ids.page(page) {
                return Ok(ids);
            }
            let last = begun.ids.last();
            let limit = if last.is_none() { FIRST_IDS } else { IDS_PER_READ };
            let (sender, receiver) = oneshot::channel();
            let request = LoadRequest::ProductIds(last, limit, sender);
            self.loads.push(request).map_err(|(_, error)| error)?;
            begun.ids.extend(&self.wait(receiver).await?, limit);
            memory.keep(&begun);
        }
    }

    /// Has products loaded that are not in memory. `None` for those that are.
    async fn load_products(
        &self,
        product_ids: &[ProductId],
    ) -> Result<Vec<Option<Arc<Catalogue>>>, ServiceError> {
        let catalogue = &self.memory.catalogue;
        // All are wanted before the first is waited for, so that they are read in batches.
        let want = |&product_id| {
            if catalogue.is_here(product_id) { None } else { self.want_view(catalogue, product_id) }
        };
        let receivers: Vec<_> = product_ids.iter().map(want).collect();
        let mut loaded = Vec::with_capacity(receivers.len());
        for receiver in receivers {
            loaded.push(match receiver {
                Some(receiver) => Some(self.wait(receiver).await?),
                None => None,
            });
        }
        Ok(loaded)
    }
}
