//! Products of the catalogue with what belongs to them: the statements that read them, and their
//! rows. Nothing but related products is sorted here.

use super::gather::Gather;
use crate::domain::{
    CatalogueRows, FeatureRow, ProductId, ProductRow, SkuRow, StylePhotoRow, StyleRow, Timestamp,
};
use crate::store::postgres::decode::Columns;
use crate::store::{StoreError, columns};

/// The columns of each kind of row, behind `FROM` the table and what selects its products: product,
/// id, style's id, two numbers, flag, four texts.
macro_rules! rows {
    (product $scope:literal) => {
        concat!(
            "SELECT product_id, NULL::bigint, NULL::bigint, default_price,
                    (SELECT (extract(epoch FROM imported_at) * 1000)::bigint
                     FROM imports WHERE set_name = 'catalogue'),
                    NULL::boolean, name, slogan, description, category
             FROM products WHERE ",
            $scope
        )
    };
    (features $scope:literal) => {
        concat!(
            " UNION ALL
             SELECT product_id, feature_id, NULL, NULL, NULL, NULL, feature, value, NULL, NULL
             FROM features WHERE ",
            $scope
        )
    };
    (styles $scope:literal) => {
        concat!(
            " UNION ALL
             SELECT product_id, style_id, NULL, original_price, sale_price, is_default, name, NULL, NULL, NULL
             FROM styles WHERE ",
            $scope,
            " UNION ALL
             SELECT product_id, photo_id, style_id, NULL, NULL, NULL, url, thumbnail_url, NULL, NULL
             FROM style_photos WHERE ",
            $scope,
            " UNION ALL
             SELECT product_id, sku_id, style_id, quantity, NULL, NULL, size, NULL, NULL, NULL
             FROM skus WHERE ",
            $scope
        )
    };
    (related $scope:literal) => {
        concat!(
            " UNION ALL
             SELECT product_id, related_product_id, NULL, position, NULL, NULL, NULL, NULL, NULL, NULL
             FROM related_products WHERE is_shown AND ",
            $scope
        )
    };
    (all $scope:literal) => {
        concat!(rows!(product $scope), rows!(styles $scope), rows!(features $scope), rows!(related $scope))
    };
}

pub(super) const LOAD: &str = rows!(all "product_id = ANY ($1::bigint[])");

/// A part of products. Each has the product itself, which says whether the catalogue has it.
pub(super) const LOAD_PRODUCT: &str = concat!(
    rows!(product "product_id = ANY ($1::bigint[])"),
    rows!(features "product_id = ANY ($1::bigint[])")
);
pub(super) const LOAD_STYLES: &str = concat!(
    rows!(product "product_id = ANY ($1::bigint[])"),
    rows!(styles "product_id = ANY ($1::bigint[])")
);
pub(super) const LOAD_RELATED: &str = concat!(
    rows!(product "product_id = ANY ($1::bigint[])"),
    rows!(related "product_id = ANY ($1::bigint[])")
);

/// The next products with their rows. Rows of products that are not in the catalogue may be among
/// them.
pub(super) const SCAN: &str = concat!(
    "WITH bounds AS MATERIALIZED (
         SELECT min(product_id) AS first, max(product_id) AS last FROM (
             SELECT product_id FROM products
             WHERE product_id > $1::bigint AND product_id <= 9007199254740991
             ORDER BY product_id LIMIT $2::bigint
         ) AS scope
     ) ",
    rows!(all "product_id BETWEEN (SELECT first FROM bounds) AND (SELECT last FROM bounds)")
);

/// The ids of the next products.
pub(super) const PRODUCT_IDS: &str = "
    SELECT product_id FROM products WHERE product_id > $1::bigint AND product_id <= 9007199254740991
    ORDER BY product_id LIMIT $2::bigint";

/// What a row is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Product,
    Style,
    Feature,
    Photo,
    Sku,
    Related,
}

/// A product that is being put together.
pub(super) struct Catalogue {
    rows: CatalogueRows,
    /// For each related product, its place in the order.
    positions: Vec<u64>,
}

impl Gather for Catalogue {
    type Rows = CatalogueRows;
    type Part = Part;

    fn new(product_id: ProductId) -> Self {
        Self { rows: CatalogueRows::new(product_id), positions: Vec::new() }
    }

    fn product_id(&self) -> ProductId {
        self.rows.product_id
    }

    /// Products have no id. Only photos and SKUs have a style, only SKUs a quantity. Of the others,
    /// styles have a flag and features a text.
    fn part(columns: Columns<'_>) -> (Part, &'static str) {
        if columns.is_empty(1) {
            (Part::Product, "products")
        } else if !columns.is_empty(2) {
            if columns.is_empty(3) { (Part::Photo, "style_photos") } else { (Part::Sku, "skus") }
        } else if !columns.is_empty(5) {
            (Part::Style, "styles")
        } else if columns.is_empty(6) {
            (Part::Related, "related_products")
        } else {
            (Part::Feature, "features")
        }
    }

    fn add(&mut self, part: Part, columns: Columns<'_>) -> Result<(), StoreError> {
        let Self { rows, positions } = self;
        let texts = &mut rows.texts;
        match part {
            Part::Product => {
                rows.imported_at = imported_at(columns)?;
                rows.product = Some(ProductRow {
                    name: texts.keep(columns.text(6, "name")?),
                    slogan: texts.keep(columns.text(7, "slogan")?),
                    description: texts.keep(columns.text(8, "description")?),
                    category: texts.keep(columns.text(9, "category")?),
                    default_price: columns.price(3, "default_price")?,
                });
            }
            Part::Style => rows.styles.push(StyleRow {
                style_id: columns.id(1, "style_id")?,
                name: texts.keep(columns.text(6, "name")?),
                original_price: columns.price(3, "original_price")?,
                sale_price: columns.optional(4, |index| columns.price(index, "sale_price"))?,
                is_default: columns.flag(5, "is_default")?,
            }),
            Part::Feature => rows.features.push(FeatureRow {
                id: columns.sum(1, "feature_id")?,
                feature: texts.keep(columns.text(6, "feature")?),
                value: columns.optional(7, |index| Ok(texts.keep(columns.text(index, "value")?)))?,
            }),
            Part::Photo => rows.photos.push(StylePhotoRow {
                photo_id: columns.id(1, "photo_id")?,
                style_id: columns.id(2, "style_id")?,
                url: texts.keep(columns.text(6, "url")?),
                thumbnail_url: texts.keep(columns.text(7, "thumbnail_url")?),
            }),
            Part::Sku => rows.skus.push(SkuRow {
                sku_id: columns.id(1, "sku_id")?,
                style_id: columns.id(2, "style_id")?,
                size: texts.keep(columns.text(6, "size")?),
                quantity: columns.count(3, "quantity")?,
            }),
            Part::Related => {
                rows.related.push(columns.id(1, "related_product_id")?);
                positions.push(columns.sum(3, "position")?);
            }
        }
        Ok(())
    }

    /// A product that only has parts is not in the catalogue.
    fn is_there(&self) -> bool {
        self.rows.product.is_some()
    }

    fn finish(mut self) -> CatalogueRows {
        // The key has them in this order, so the server mostly does, too.
        if !self.positions.is_sorted() {
            let mut related: Vec<_> = self.positions.into_iter().zip(self.rows.related).collect();
            related.sort_unstable();
            self.rows.related = related.into_iter().map(|(_, product_id)| product_id).collect();
        }
        self.rows
    }
}

/// When the catalogue was imported, in the row of a product.
fn imported_at(columns: Columns<'_>) -> Result<Timestamp, StoreError> {
    let time = columns.optional(4, |index| columns.number(index, "imported_at", columns::time))?;
    Ok(time.unwrap_or(Timestamp::nearest(0)))
}
