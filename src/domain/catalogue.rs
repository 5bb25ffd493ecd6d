//! One product of the catalogue as a store hands it over: rows of fixed width and one shared text
//! buffer. Deliberately absent: its layout in memory for requests (`view`).

use std::fmt;

use super::{PhotoId, ProductId, SkuId, Span, StyleId, Texts, Timestamp};

/// A price in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(u64);

/// The largest price, in hundredths: ten thousand million.
const MAX_HUNDREDTHS: u64 = 1_000_000_000_000;

/// Why a text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a price such as 140 or 139.90, with at most two decimals")]
pub struct InvalidPrice;

impl Price {
    /// The price of so many hundredths.
    pub fn from_hundredths(hundredths: u64) -> Result<Self, InvalidPrice> {
        if hundredths <= MAX_HUNDREDTHS { Ok(Self(hundredths)) } else { Err(InvalidPrice) }
    }

    /// Reads digits with at most two decimals behind a point.
    pub fn parse(text: &str) -> Result<Self, InvalidPrice> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return Err(InvalidPrice);
        }
        let whole: u64 = whole.parse().map_err(|_| InvalidPrice)?;
        let hundredths: u64 = decimals.parse().map_err(|_| InvalidPrice)?;
        let hundredths = if decimals.len() == 1 { hundredths * 10 } else { hundredths };
        let price = whole.checked_mul(100).and_then(|price| price.checked_add(hundredths));
        price.ok_or(InvalidPrice).and_then(Self::from_hundredths)
    }

    /// The price in hundredths.
    pub fn hundredths(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Price {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductRow {
    /// Its name.
    pub name: Span,
    /// A line about it.
    pub slogan: Span,
    /// A text about it.
    pub description: Span,
    /// Its category, such as "Jackets".
    pub category: Span,
    /// What it costs, if its style does not say otherwise.
    pub default_price: Price,
}

/// Something that a product has, such as a fabric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureRow {
    /// Its number among all features, by which they are ordered.
    pub id: u64,
    /// Its name.
    pub feature: Span,
    /// Its value, if it has one.
    pub value: Option<Span>,
}

/// A style of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StyleRow {
    /// Its id.
    pub style_id: StyleId,
    /// Its name.
    pub name: Span,
    /// What it costs.
    pub original_price: Price,
    /// What it costs for now, if it is on sale.
    pub sale_price: Option<Price>,
    /// Whether it is shown first.
    pub is_default: bool,
}

/// A photo of a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StylePhotoRow {
    /// Its id.
    pub photo_id: PhotoId,
    /// The style that it shows.
    pub style_id: StyleId,
    /// Where the picture is.
    pub url: Span,
    /// Where its small version is.
    pub thumbnail_url: Span,
}

/// A size of a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkuRow {
    /// Its id.
    pub sku_id: SkuId,
    /// The style.
    pub style_id: StyleId,
    /// The size, such as "XS".
    pub size: Span,
    /// How many there are.
    pub quantity: u32,
}

/// All rows of one product of the catalogue, in no particular order but for `related`. Readers
/// ignore rows whose style is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRows {
    /// The product's id.
    pub product_id: ProductId,
    /// The product; `None` when the catalogue does not have it.
    pub product: Option<ProductRow>,
    /// When the catalogue was imported; the beginning of 1970 when it never was.
    pub imported_at: Timestamp,
    /// What it has.
    pub features: Vec<FeatureRow>,
    /// Its styles.
    pub styles: Vec<StyleRow>,
    /// Their photos.
    pub photos: Vec<StylePhotoRow>,
    /// Their sizes.
    pub skus: Vec<SkuRow>,
    /// Related products that the catalogue has, in the order of the file, each once.
    pub related: Vec<ProductId>,
    /// The texts that the rows' spans point into.
    pub texts: Texts,
}

impl CatalogueRows {
    /// A product that the catalogue does not have.
    pub fn new(product_id: ProductId) -> Self {
        Self {
            product_id,
            product: None,
            imported_at: Timestamp::nearest(0),
            features: Vec::new(),
            styles: Vec::new(),
            photos: Vec::new(),
            skus: Vec::new(),
            related: Vec::new(),
            texts: Texts::default(),
        }
    }
}

/// What of a product is shown, and what a store reads for it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductPart {
    /// The product with its features.
    Product,
    /// Its styles, with photos and SKUs.
    Styles,
    /// The ids of related products.
    Related,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_two_decimals() {
        for (text, shown) in
            [("140", "140.00"), ("0", "0.00"), ("9.9", "9.90"), ("007.05", "7.05"), ("1.", ""), (".5", "")]
        {
            let price = Price::parse(text).map(|price| price.to_string());
            assert_eq!(price.unwrap_or_default(), shown, "{text}");
        }
        for text in ["", "-1", "+1", "1e3", "1,50", "1.999", "$5", "99999999999999999999", "10000000000.01"] {
            assert_eq!(Price::parse(text), Err(InvalidPrice), "{text}");
        }
    }
}
