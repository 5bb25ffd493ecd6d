//! Makes the bytes of a record from a product's rows. The layout is described in the parent module.

use std::io::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::bytes::{put_number, put_shared_text, put_text};
use super::head::{FINGERPRINT, HEAD_BYTES, IMPORTED_AT, RELATED_START, SKUS, STYLES, STYLES_START};
use crate::domain::{CatalogueRows, FeatureRow, Id as _, Price, ProductRow, Span, StyleRow};
use crate::view::fingerprint::hash;
use crate::view::json;
use crate::view::pack::{Places, narrow};
use crate::view::pool::TextPool;

/// The seed of fingerprints. Tags use those up to 9.
const ROW_SEED: u64 = 10;

/// Packs a product's rows into a record.
pub(super) fn pack(rows: &CatalogueRows, pool: &TextPool) -> Box<[u8]> {
    let Some(product) = &rows.product else { return Box::from([0; HEAD_BYTES]) };
    let mut packer = Packer { rows, pool, record: vec![0; HEAD_BYTES], escaped: Vec::new(), fingerprint: 0 };
    packer.record.reserve(rows.texts.bytes());
    packer.put_product(product);
    let styles_start = packer.record.len();
    let [styles, skus] = packer.put_styles();
    let related_start = packer.record.len();
    packer.put_related();
    let Packer { mut record, fingerprint, .. } = packer;
    let mut put = |place: usize, bytes: &[u8]| record[place..place + bytes.len()].copy_from_slice(bytes);
    put(IMPORTED_AT, &rows.imported_at.milliseconds().to_le_bytes());
    put(FINGERPRINT, &fingerprint.to_le_bytes());
    for (place, number) in
        [(STYLES, styles), (SKUS, skus), (STYLES_START, styles_start), (RELATED_START, related_start)]
    {
        put(place, &narrow(number).to_le_bytes());
    }
    // A copy of the exact size, as for questions.
    Box::from(record.as_slice())
}

/// A record being written.
struct Packer<'a> {
    rows: &'a CatalogueRows,
    pool: &'a TextPool,
    record: Vec<u8>,
    /// The text that is being put.
    escaped: Vec<u8>,
    fingerprint: u64,
}

impl Packer<'_> {
    fn put_product(&mut self, product: &ProductRow) {
        let ProductRow { name, slogan, description, category, default_price } = *product;
        self.count([self.rows.imported_at.milliseconds().cast_unsigned()]);
        for text in [name, slogan, description, category] {
            self.put(text);
        }
        self.put_price(Some(default_price));
        let mut features: Vec<&FeatureRow> = self.rows.features.iter().collect();
        features.sort_unstable_by_key(|row| row.id);
        self.put_count(features.len());
        for row in features {
            self.put(row.feature);
            match row.value {
                Some(value) => {
                    self.put_count(1);
                    self.put(value);
                }
                None => self.put_count(0),
            }
        }
    }

    /// Returns the numbers of styles and SKUs.
    fn put_styles(&mut self) -> [usize; 2] {
        let mut styles: Vec<&StyleRow> = self.rows.styles.iter().collect();
        styles.sort_unstable_by_key(|row| row.style_id);
        let places = Places::new(styles.iter().map(|row| row.style_id.get()));
        let place = |style_id: u64| places.find(style_id);
        let rows = self.rows;
        let photos = rows.photos.iter().filter_map(|row| Some((place(row.style_id.get())?, row)));
        let mut photos: Vec<_> = photos.collect();
        photos.sort_unstable_by_key(|(style, row)| (*style, row.photo_id));
        let skus = rows.skus.iter().filter_map(|row| Some((place(row.style_id.get())?, row)));
        let mut skus: Vec<_> = skus.collect();
        skus.sort_unstable_by_key(|(style, row)| (*style, row.sku_id));
        let (mut photos, mut skus_left) = (photos.as_slice(), skus.as_slice());
        self.put_count(styles.len());
        for (style, row) in (0u32..).zip(&styles) {
            self.put_id(row.style_id.get());
            self.put(row.name);
            self.put_price(Some(row.original_price));
            self.put_price(row.sale_price);
            self.put_count(usize::from(row.is_default));
            let of_style;
            (of_style, photos) = photos.split_at(photos.partition_point(|(of, _)| *of == style));
            self.put_count(of_style.len());
            for (_, photo) in of_style {
                self.put_shared(photo.thumbnail_url);
                self.put_shared(photo.url);
            }
            let of_style;
            (of_style, skus_left) = skus_left.split_at(skus_left.partition_point(|(of, _)| *of == style));
            self.put_count(of_style.len());
            let mut last_id = 0;
            for (_, sku) in of_style {
                self.count([sku.sku_id.get(), sku.quantity.into()]);
                // Ids of a style are mostly neighbours.
                put_number(sku.sku_id.get() - last_id, &mut self.record);
                last_id = sku.sku_id.get();
                put_number(sku.quantity.into(), &mut self.record);
                self.put(sku.size);
            }
        }
        [styles.len(), skus.len()]
    }

    fn put_related(&mut self) {
        self.record.push(b'[');
        for (position, product_id) in self.rows.related.iter().enumerate() {
            if position > 0 {
                self.record.push(b',');
            }
            json::write_number(product_id.get(), &mut self.record);
            self.count([product_id.get()]);
        }
        self.record.push(b']');
    }

    fn put(&mut self, text: Span) {
        self.escape(text);
        put_text(&self.escaped, &mut self.record);
    }

    fn put_shared(&mut self, text: Span) {
        self.escape(text);
        put_shared_text(&self.escaped, self.pool, &mut self.record);
    }

    /// Escapes a text and adds it to the fingerprint.
    fn escape(&mut self, text: Span) {
        self.escaped.clear();
        json::escape(self.rows.texts.get(text), &mut self.escaped);
        self.count([xxh3_64(&self.escaped)]);
    }

    /// Appends a price as it is shown, or an empty text.
    fn put_price(&mut self, price: Option<Price>) {
        self.escaped.clear();
        if let Some(price) = price {
            write!(self.escaped, "{price}").expect("a vector takes everything");
        }
        self.count([xxh3_64(&self.escaped)]);
        put_text(&self.escaped, &mut self.record);
    }

    fn put_id(&mut self, id: u64) {
        self.count([id]);
        put_number(id, &mut self.record);
    }

    fn put_count(&mut self, count: usize) {
        self.put_id(count as u64);
    }

    /// Adds numbers to the fingerprint.
    fn count<const COUNT: usize>(&mut self, numbers: [u64; COUNT]) {
        self.fingerprint = numbers.iter().fold(self.fingerprint, |all, &one| hash([all, one], ROW_SEED));
    }
}
