//! A catalogue to load into a store, and the rows that the store must then return.

use atelier::domain::{CatalogueRows, Kind, Set, Timestamp};
use atelier::store::{BulkLoad, Counts, LoadMode, NOTHING, RowBatch, Store, StoreError};

use crate::store::harness::{TestStore, outside, product_id, time};
use crate::support::sort_catalogue_lines;

/// Rows to load, and the lines of each product that must be there then.
pub(crate) struct Catalogue {
    batches: Vec<RowBatch>,
    products: Vec<u64>,
    /// The product of each style.
    styles: Vec<(u64, u64)>,
    positions: u64,
    expected: Vec<(u64, String)>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            batches: Set::Catalogue.kinds().map(RowBatch::new).collect(),
            products: Vec::new(),
            styles: Vec::new(),
            positions: 0,
            expected: Vec::new(),
        }
    }
}

impl Catalogue {
    fn add(&mut self, kind: Kind, product: u64, row: impl FnOnce(&mut dyn FnMut(&str) -> u64) -> Vec<u64>) {
        let batch = self.batches.iter_mut().find(|batch| batch.kind() == kind).expect("every kind is there");
        let values = row(&mut |text| batch.texts.keep(text).to_bits());
        batch.push(product_id(product), &values);
    }

    fn expect(&mut self, product: u64, line: String) {
        self.expected.push((product, line));
    }

    fn product_of(&self, style: u64) -> u64 {
        self.styles.iter().find(|(id, _)| *id == style).expect("styles come first").1
    }

    pub(crate) fn product(mut self, id: u64) -> Self {
        let name = format!("Product {id}");
        self.add(Kind::Product, id, |keep| {
            vec![id, keep(&name), keep("A slogan"), keep("A description"), keep("Shoes"), 14_000]
        });
        self.products.push(id);
        self.expect(id, format!("P {name:?} \"A slogan\" \"A description\" Shoes 140.00"));
        self
    }

    /// On sale when its id is even; a default when it is divisible by three.
    pub(crate) fn style(mut self, id: u64, product: u64) -> Self {
        let name = format!("Style {id}");
        let (is_on_sale, is_default) = (id.is_multiple_of(2), id.is_multiple_of(3));
        let sale_price = if is_on_sale { 990 } else { NOTHING };
        self.add(Kind::Style, product, |keep| {
            vec![id, product, keep(&name), sale_price, 10_005, is_default.into()]
        });
        self.styles.push((id, product));
        let sale = if is_on_sale { " sale 9.90" } else { "" };
        let default = if is_default { " default" } else { "" };
        self.expect(product, format!("S{id} {name:?} 100.05{sale}{default}"));
        self
    }

    pub(crate) fn feature(mut self, id: u64, product: u64, value: Option<&str>) -> Self {
        self.add(Kind::Feature, product, |keep| {
            vec![id, product, keep("Fabric"), value.map_or(NOTHING, keep)]
        });
        self.expect(product, format!("F{id} Fabric {value:?}"));
        self
    }

    pub(crate) fn photo(mut self, id: u64, style: u64) -> Self {
        let product = self.product_of(style);
        let (url, small) =
            (format!("https://example.com/{id}.jpg"), format!("https://example.com/{id}-small.jpg"));
        self.add(Kind::StylePhoto, product, |keep| vec![id, style, keep(&url), keep(&small)]);
        self.expect(product, format!("I{id} of S{style} {url} {small}"));
        self
    }

    pub(crate) fn sku(mut self, id: u64, style: u64, size: &str, quantity: u32) -> Self {
        let product = self.product_of(style);
        self.add(Kind::Sku, product, |keep| vec![id, style, keep(size), quantity.into()]);
        self.expect(product, format!("K{id} of S{style} {size} {quantity}"));
        self
    }

    /// `is_shown`: what an import finds out about it.
    pub(crate) fn related(mut self, product: u64, related: u64, is_shown: bool) -> Self {
        self.positions += 1;
        // Ids fall, so that the order of the file is not theirs.
        let (id, position) = (1_000_000 - self.positions, self.positions);
        self.add(Kind::Related, product, |_| vec![id, product, related, position, is_shown.into()]);
        if is_shown {
            self.expect(product, format!("-> {related}"));
        }
        self
    }

    /// Adds the rows to a load under way.
    pub(crate) fn add_to(&self, load: &mut dyn BulkLoad) -> Result<(), StoreError> {
        self.batches.iter().try_for_each(|batch| load.add(batch))
    }

    /// Loads the rows into an empty store.
    pub(crate) fn into(self, store: &TestStore) -> Self {
        self.load(store.open().as_ref(), LoadMode::IntoEmpty, time(0)).expect("the load succeeds");
        self
    }

    /// Loads the rows and commits.
    pub(crate) fn load(
        &self,
        store: &dyn Store,
        mode: LoadMode,
        imported_at: Timestamp,
    ) -> Result<Counts, StoreError> {
        outside(|| {
            let mut load = store.bulk_load(&[Set::Catalogue], mode)?;
            self.add_to(load.as_mut())?;
            load.commit(imported_at)
        })
    }

    /// All products, ascending.
    pub(crate) fn products(&self) -> Vec<u64> {
        let mut products = self.products.clone();
        products.sort_unstable();
        products
    }

    /// The [`lines`] of a product that must be there after this load.
    pub(crate) fn lines(&self, product: u64) -> Vec<String> {
        let of_product = self.expected.iter().filter(|(id, _)| *id == product);
        let mut lines: Vec<String> = of_product.map(|(_, line)| line.clone()).collect();
        sort_catalogue_lines(&mut lines);
        lines
    }
}

/// A catalogue with something of everything: styles without photos and SKUs, missing values,
/// related products in no order and such that are not shown, far products.
pub(crate) fn small_catalogue() -> Catalogue {
    let far = (1 << 53) - 1;
    Catalogue::default()
        .product(5)
        .product(6)
        .product(1 << 38)
        .product(far)
        .style(1, 5)
        .style(2, 5)
        .style(3, 5)
        .style(6, far)
        .feature(2, 5, Some("Canvas"))
        .feature(1, 5, None)
        .feature(3, 1 << 38, Some(""))
        .photo(8, 1)
        .photo(7, 1)
        .photo(9, 2)
        .photo(10, 6)
        .sku(8, 1, "XS", 0)
        .sku(7, 1, "XS", u32::MAX)
        .sku(9, 3, "7.5", 1)
        .sku(10, 6, "M", 12)
        .related(5, far, true)
        .related(5, 0, false)
        .related(5, 6, true)
        .related(5, 5, false)
        .related(5, 77, false)
        .related(5, 1 << 38, true)
        .related(5, 6, false)
        .related(far, 5, true)
}

impl TestStore {
    /// A product of the catalogue.
    pub(crate) fn catalogue_rows(&self, product: u64) -> CatalogueRows {
        let products = self.reader().load_catalogue(&[product_id(product)]).expect("the product is read");
        products.into_iter().next().expect("one product was asked for")
    }
}
