//! One product of the catalogue, packed so that the product, its styles and its related products
//! are written from it at once. Only an import changes it. Which products are in memory is not
//! known here.
//!
//! Like a [`View`](super::View) it is one run of bytes. There are a million of them, and nearly all
//! are cold, so it is short: numbers take as many bytes as they need, and no key of the JSON is in
//! it. A product that the catalogue lacks has only a head.
//!
//! | section | what |
//! |---|---|
//! | head | time of the import, fingerprint of all that is shown, where sections begin |
//! | product | its texts and price, then its features |
//! | styles | style by style its texts, its photos and its SKUs |
//! | related | the JSON of related products |
//!
//! Texts are JSON-escaped, each behind its length. A photo's address is a number in the pool of
//! texts that records share, or a text.

mod bytes;
mod head;
mod pack;
#[cfg(test)]
mod tests;
mod write;

use self::head::{FINGERPRINT, HEAD_BYTES, IMPORTED_AT, RELATED_START, SKUS, STYLES, array_at};
use super::fetch::fetch;
use super::fingerprint::{ListTag, hash};
use super::json;
use super::pool::TextPool;
use crate::domain::{CatalogueRows, Id as _, ProductId, ProductPart, Timestamp};

/// Seeds of tags. Questions and reviews use those up to 7.
const PART_SEED: u64 = 8;
const LIST_SEED: u64 = 9;

/// What all products say in `campus`.
#[derive(Debug, Clone)]
pub struct Campus {
    json: Vec<u8>,
    hash: u64,
}

impl Campus {
    /// Takes any text.
    pub fn new(text: &str) -> Self {
        let mut json = Vec::new();
        json::escape(text, &mut json);
        let hash = xxhash_rust::xxh3::xxh3_64(&json);
        Self { json, hash }
    }
}

/// One product of the catalogue.
#[derive(Debug, Clone)]
pub struct Catalogue {
    product_id: ProductId,
    record: Box<[u8]>,
}

impl Catalogue {
    /// Packs a product's rows. What belongs to a style that is not there is left out.
    pub fn pack(rows: &CatalogueRows, pool: &TextPool) -> Self {
        Self { product_id: rows.product_id, record: pack::pack(rows, pool) }
    }

    /// The product.
    pub fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// Bytes of this record, without what the allocator rounds up.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.record.len()
    }

    /// Whether the catalogue has the product. Nothing is written of one that it lacks.
    pub fn has_product(&self) -> bool {
        self.record.len() > HEAD_BYTES
    }

    /// The tag of a part.
    pub fn tag(&self, part: ProductPart, campus: &Campus) -> ListTag {
        ListTag::of([self.fingerprint(), self.product_id.get(), part as u64, campus.hash], PART_SEED)
    }

    /// Appends a part of a product that the catalogue has.
    pub fn write(&self, part: ProductPart, campus: &Campus, pool: &TextPool, output: &mut Vec<u8>) {
        fetch(&self.record);
        match part {
            ProductPart::Product => self.write_product(true, campus, output),
            ProductPart::Styles => self.write_styles(pool, output),
            ProductPart::Related => output.extend_from_slice(self.section(RELATED_START, None)),
        }
    }

    /// Appends the product without its features, as the list of products has it.
    pub fn write_in_list(&self, campus: &Campus, output: &mut Vec<u8>) {
        fetch(&self.record);
        self.write_product(false, campus, output);
    }

    /// The numbers of styles and SKUs.
    pub(crate) fn counts(&self) -> [usize; 2] {
        [STYLES, SKUS].map(|place| self.number_at(place))
    }

    pub(crate) fn fingerprint(&self) -> u64 {
        u64::from_le_bytes(array_at(&self.record, FINGERPRINT))
    }

    fn imported_at(&self) -> Timestamp {
        Timestamp::nearest(i64::from_le_bytes(array_at(&self.record, IMPORTED_AT)))
    }

    fn number_at(&self, place: usize) -> usize {
        u32::from_le_bytes(array_at(&self.record, place)) as usize
    }

    /// The section whose beginning is at a place of the head, up to the next one.
    fn section(&self, start: usize, end: Option<usize>) -> &[u8] {
        let end = end.map_or(self.record.len(), |place| self.number_at(place));
        &self.record[self.number_at(start)..end]
    }
}

/// The tag of a page of the list of products, of which each is added in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProductsTag(u64);

impl ProductsTag {
    /// Of the page with this number of rows before it.
    pub(crate) fn new(offset: u64, size: u32, campus: &Campus) -> Self {
        Self(hash([offset, size.into(), campus.hash], LIST_SEED))
    }

    /// Adds the next product.
    pub(crate) fn add(&mut self, product: &Catalogue) {
        self.0 = hash([self.0, product.product_id.get(), product.fingerprint()], LIST_SEED);
    }

    /// The tag of the products added so far.
    pub(crate) fn tag(self) -> ListTag {
        ListTag::of([self.0], LIST_SEED)
    }
}
