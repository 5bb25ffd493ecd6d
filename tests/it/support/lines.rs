//! Reviews and products of the catalogue as lines that read well in a failed test: equal rows give
//! equal lines, on every store.

use atelier::domain::{CatalogueRows, ReviewRows};

/// A product's reviews as lines, in order of kind and id. Photos without a visible review are left
/// out, as every reader of rows does.
pub(crate) fn review_lines(rows: &ReviewRows) -> Vec<String> {
    let text = |span| rows.texts.get(span);
    let mut lines = Vec::new();
    let mut reviews = rows.reviews.clone();
    reviews.sort_by_key(|row| row.review_id);
    for row in &reviews {
        let (summary, body, name) = (text(row.summary), text(row.body), text(row.name));
        let response = row.response.map(|response| format!(" response {:?}", text(response)));
        lines.push(format!(
            "R{} {}* {} {summary:?} {body:?} {name} {} +{}{}",
            row.review_id,
            row.rating.get(),
            if row.recommend { "yes" } else { "no" },
            row.written_at,
            row.helpful,
            response.unwrap_or_default()
        ));
    }
    let mut photos = rows.photos.clone();
    photos.retain(|row| reviews.iter().any(|review| review.review_id == row.review_id));
    photos.sort_by_key(|row| row.photo_id);
    for row in &photos {
        lines.push(format!("P{} of R{} {}", row.photo_id, row.review_id, text(row.url)));
    }
    let mut characteristics = rows.characteristics.clone();
    characteristics.sort_by_key(|row| row.characteristic_id);
    for row in &characteristics {
        let name = text(row.name);
        lines.push(format!("C{} {name} {}/{}", row.characteristic_id, row.stars, row.ratings));
    }
    lines
}

/// A product as lines: sorted, but for related products, which come last and in their order.
pub(crate) fn catalogue_lines(rows: &CatalogueRows) -> Vec<String> {
    let text = |span| rows.texts.get(span);
    let mut lines = Vec::new();
    if let Some(product) = rows.product {
        let (name, slogan, description) =
            (text(product.name), text(product.slogan), text(product.description));
        let (category, price) = (text(product.category), product.default_price);
        lines.push(format!("P {name:?} {slogan:?} {description:?} {category} {price}"));
    }
    for row in &rows.styles {
        let sale = row.sale_price.map(|price| format!(" sale {price}")).unwrap_or_default();
        let default = if row.is_default { " default" } else { "" };
        lines.push(format!("S{} {:?} {}{sale}{default}", row.style_id, text(row.name), row.original_price));
    }
    for row in &rows.features {
        lines.push(format!("F{} {} {:?}", row.id, text(row.feature), row.value.map(text)));
    }
    for row in &rows.photos {
        let (url, small) = (text(row.url), text(row.thumbnail_url));
        lines.push(format!("I{} of S{} {url} {small}", row.photo_id, row.style_id));
    }
    for row in &rows.skus {
        lines.push(format!("K{} of S{} {} {}", row.sku_id, row.style_id, text(row.size), row.quantity));
    }
    lines.extend(rows.related.iter().map(|related| format!("-> {related}")));
    sort_catalogue_lines(&mut lines);
    lines
}

/// Sorts a product's lines, but for related products, which come last and stay in their order.
pub(crate) fn sort_catalogue_lines(lines: &mut [String]) {
    lines.sort_by(|one, other| match (one.starts_with("->"), other.starts_with("->")) {
        (false, false) => one.cmp(other),
        (one, other) => one.cmp(&other),
    });
}
