//! Reading the catalogue: six range scans, and the time of its import once a batch.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _};

use super::scan::{Range, Tables};
use crate::domain::{
    CatalogueRows, FeatureRow, Id as _, ProductId, ProductPart, ProductRow, Set, SkuRow, StylePhotoRow,
    StyleRow, Timestamp,
};
use crate::store::StoreError;
use crate::store::sqlite::decode::Columns;
use crate::store::sqlite::failure::Failure;
use crate::store::sqlite::place::{FIRST_FAR_PLACE, ProductNumber};

const PRODUCTS: &str = "SELECT place, default_price, name, slogan, description, category
     FROM products WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const STYLES: &str = "SELECT place, style_id, original_price, sale_price, is_default, name
     FROM styles WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const FEATURES: &str = "SELECT place, feature_id, feature, value
     FROM features WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const PHOTOS: &str = "SELECT place, photo_id, style_id, url, thumbnail_url
     FROM style_photos WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const SKUS: &str = "SELECT place, sku_id, style_id, quantity, size
     FROM skus WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const RELATED: &str = "SELECT place, related_product_id, is_shown
     FROM related_products WHERE place BETWEEN ?1 AND ?2 ORDER BY place";

/// Near products: their places ascend with their ids.
const NEAR_IDS: &str = "SELECT place FROM products WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT ?3";
/// Far products, by their ids.
const FAR_IDS: &str = "SELECT f.product_number, f.product_id
     FROM far_products f JOIN products p ON p.place = f.product_number << 24
     WHERE f.product_id > ?1 ORDER BY f.product_id LIMIT ?2";

pub(super) struct Catalogue<'c> {
    products: CachedStatement<'c>,
    styles: CachedStatement<'c>,
    features: CachedStatement<'c>,
    photos: CachedStatement<'c>,
    skus: CachedStatement<'c>,
    related: CachedStatement<'c>,
    imported_at: Timestamp,
}

impl<'c> Tables<'c> for Catalogue<'c> {
    type Product = CatalogueRows;
    type Part = ProductPart;

    const NEXT: &'static str = "SELECT place FROM products WHERE place >= ?1 ORDER BY place LIMIT 1";

    fn prepare(connection: &'c Connection) -> Result<Self, StoreError> {
        Ok(Self {
            products: connection.prepare_cached(PRODUCTS).reading()?,
            styles: connection.prepare_cached(STYLES).reading()?,
            features: connection.prepare_cached(FEATURES).reading()?,
            photos: connection.prepare_cached(PHOTOS).reading()?,
            skus: connection.prepare_cached(SKUS).reading()?,
            related: connection.prepare_cached(RELATED).reading()?,
            imported_at: imported_at(connection)?,
        })
    }

    fn empty(&self, product_id: ProductId) -> CatalogueRows {
        CatalogueRows { imported_at: self.imported_at, ..CatalogueRows::new(product_id) }
    }

    fn read(
        &mut self,
        part: Option<ProductPart>,
        range: Range<'_>,
        products: &mut [CatalogueRows],
    ) -> Result<(), StoreError> {
        let needs = |needed| part.is_none_or(|part| part == needed);
        self.read_products(range, products)?;
        if products.iter().all(|product| product.product.is_none()) {
            return Ok(());
        }
        if needs(ProductPart::Product) {
            self.read_features(range, products)?;
        }
        if needs(ProductPart::Related) {
            self.read_related(range, products)?;
        }
        if !needs(ProductPart::Styles) {
            return Ok(());
        }
        self.read_styles(range, products)?;
        if products.iter().all(|product| product.styles.is_empty()) {
            return Ok(());
        }
        self.read_photos(range, products)?;
        self.read_skus(range, products)
    }
}

impl Catalogue<'_> {
    fn read_products(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.products, "products", range, products, |columns, product| {
            let default_price = columns.price(1, "default_price")?;
            let mut keep = |index, column| columns.text(index, column).map(|text| product.texts.keep(text));
            let name = keep(2, "name")?;
            let slogan = keep(3, "slogan")?;
            let description = keep(4, "description")?;
            let category = keep(5, "category")?;
            product.product = Some(ProductRow { name, slogan, description, category, default_price });
            Ok(())
        })
    }

    fn read_features(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.features, "features", range, products, |columns, product| {
            let id = columns.number(1, "feature_id")?;
            let feature = product.texts.keep(columns.text(2, "feature")?);
            let value = columns.optional_text(3, "value")?.map(|value| product.texts.keep(value));
            product.features.push(FeatureRow { id, feature, value });
            Ok(())
        })
    }

    fn read_related(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.related, "related_products", range, products, |columns, product| {
            if columns.flag(2, "is_shown")? {
                product.related.push(columns.id(1, "related_product_id")?);
            }
            Ok(())
        })
    }

    fn read_styles(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.styles, "styles", range, products, |columns, product| {
            product.styles.push(StyleRow {
                style_id: columns.id(1, "style_id")?,
                original_price: columns.price(2, "original_price")?,
                sale_price: columns.optional_price(3, "sale_price")?,
                is_default: columns.flag(4, "is_default")?,
                name: product.texts.keep(columns.text(5, "name")?),
            });
            Ok(())
        })
    }

    fn read_photos(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.photos, "style_photos", range, products, |columns, product| {
            product.photos.push(StylePhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                style_id: columns.id(2, "style_id")?,
                url: product.texts.keep(columns.text(3, "url")?),
                thumbnail_url: product.texts.keep(columns.text(4, "thumbnail_url")?),
            });
            Ok(())
        })
    }

    fn read_skus(&mut self, range: Range<'_>, products: &mut [CatalogueRows]) -> Result<(), StoreError> {
        each(&mut self.skus, "skus", range, products, |columns, product| {
            product.skus.push(SkuRow {
                sku_id: columns.id(1, "sku_id")?,
                style_id: columns.id(2, "style_id")?,
                quantity: columns.count(3, "quantity")?,
                size: product.texts.keep(columns.text(4, "size")?),
            });
            Ok(())
        })
    }
}

/// Reads the rows of a table one by one, each with its product.
fn each(
    statement: &mut CachedStatement<'_>,
    table: &'static str,
    range: Range<'_>,
    products: &mut [CatalogueRows],
    take: impl Fn(Columns<'_>, &mut CatalogueRows) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut walk = range.walk();
    let mut rows = statement.query(range.places()).reading()?;
    while let Some(row) = rows.next().reading()? {
        let columns = Columns::new(row, table)?;
        if let Some(index) = walk.index_of(columns.place()) {
            take(columns, &mut products[index])?;
        }
    }
    Ok(())
}

/// When the catalogue was imported; the beginning of 1970 when it never was.
fn imported_at(connection: &Connection) -> Result<Timestamp, StoreError> {
    let milliseconds = connection
        .prepare_cached("SELECT imported_at FROM imports WHERE set_name = ?1")
        .and_then(|mut statement| {
            statement.query_row([Set::Catalogue.name()], |row| row.get::<_, i64>(0)).optional()
        })
        .reading()?;
    Ok(Timestamp::nearest(milliseconds.unwrap_or(0)))
}

/// The ids of the next products, ascending.
pub(super) fn product_ids(
    connection: &Connection,
    after: Option<ProductId>,
    limit: usize,
) -> Result<Vec<ProductId>, StoreError> {
    let after_id = after.map_or(0, |product_id| product_id.get().cast_signed());
    let start = match after {
        None => 0,
        Some(product_id) => ProductNumber::find(connection, product_id)?
            .map_or(FIRST_FAR_PLACE, |number| number.places().1 + 1),
    };
    let mut ids = Vec::new();
    let mut near = connection.prepare_cached(NEAR_IDS).reading()?;
    let mut rows = near.query([start, FIRST_FAR_PLACE, count(limit)]).reading()?;
    while let Some(row) = rows.next().reading()? {
        let columns = Columns::new(row, "products")?;
        ids.push(ProductNumber::of(columns.place()).product_id(connection)?);
    }
    if ids.len() < limit {
        let mut far = connection.prepare_cached(FAR_IDS).reading()?;
        let mut rows = far.query([after_id, count(limit - ids.len())]).reading()?;
        while let Some(row) = rows.next().reading()? {
            ids.push(Columns::new(row, "far_products")?.id(1, "product_id")?);
        }
    }
    Ok(ids)
}

/// A limit as SQLite takes it.
fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
