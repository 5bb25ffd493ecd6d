//! Records against a model that knows rows and writes JSON with `serde_json`.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::{
    FeatureRow, Id, PhotoId, Price, ProductRow, SkuId, SkuRow, Span, StyleId, StylePhotoRow, StyleRow, Texts,
};

fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("in range")
}

fn price(hundredths: u64) -> Price {
    Price::from_hundredths(hundredths).expect("in range")
}

/// Texts, prices and numbers for one row.
type Made = (String, Option<u64>, u64);

fn made() -> impl Strategy<Value = Made> {
    let number = prop_oneof![1..200_u64, any::<u64>().prop_map(|number| number >> 20)];
    ("[a\"\n😀]{0,40}", prop::option::of(0..100_000_u64), number)
}

/// Rows with their numbers. The last one comes first, so that packing has to sort.
fn backwards(made: &[Made]) -> impl Iterator<Item = (u64, &Made)> {
    let numbers = (1..=made.len()).rev();
    numbers.map(|number| (number as u64, &made[number - 1]))
}

/// A product with as many rows of each kind as there are made-up ones. The last style of each row's
/// choice is not there.
fn product(
    product: &Made,
    features: &[Made],
    styles: &[Made],
    photos: &[Made],
    skus: &[Made],
) -> CatalogueRows {
    let mut rows = CatalogueRows::new(id(40_344));
    let texts = &mut rows.texts;
    let text = texts.keep(&product.0);
    let name = texts.keep("Camo Onesie");
    let default_price = price(product.2 % 1_000_000);
    rows.product = Some(ProductRow { name, slogan: text, description: text, category: name, default_price });
    rows.imported_at = Timestamp::nearest(1_628_865_524_509);
    for (number, (feature, value, _)) in backwards(features) {
        let value = value.map(|value| texts.keep(&value.to_string()));
        rows.features.push(FeatureRow { id: number, feature: texts.keep(feature), value });
    }
    for (number, (name, sale_price, original)) in backwards(styles) {
        rows.styles.push(StyleRow {
            style_id: id(number),
            name: texts.keep(name),
            original_price: price(original % 1_000_000),
            sale_price: sale_price.map(price),
            is_default: original.is_multiple_of(2),
        });
    }
    let style = |choice: u64| id::<StyleId>(choice % (styles.len() as u64 + 1) + 1);
    for (number, (url, thumbnail, choice)) in backwards(photos) {
        let url = texts.keep(url);
        let thumbnail_url =
            thumbnail.map_or(url, |number| texts.keep(&format!("https://example.com/{}.jpg", number % 3)));
        let photo_id: PhotoId = id(number);
        rows.photos.push(StylePhotoRow { photo_id, style_id: style(*choice), url, thumbnail_url });
    }
    for (number, (size, quantity, choice)) in backwards(skus) {
        let sku_id: SkuId = id(number * (1 + choice % 1_000_000));
        let quantity = quantity.map_or(u32::MAX, |quantity| u32::try_from(quantity).expect("small"));
        if rows.skus.iter().all(|row| row.sku_id != sku_id) {
            rows.skus.push(SkuRow { sku_id, style_id: style(*choice), size: texts.keep(size), quantity });
        }
    }
    rows.related = skus.iter().filter_map(|(_, _, number)| ProductId::new(*number).ok()).collect();
    rows
}

fn quoted(texts: &Texts, span: Span) -> String {
    Value::from(texts.get(span)).to_string()
}

fn model_product(rows: &CatalogueRows, has_features: bool) -> String {
    let product = rows.product.expect("it is there");
    let text = |span| quoted(&rows.texts, span);
    let mut features: Vec<_> = rows.features.iter().collect();
    features.sort_by_key(|row| row.id);
    let features: Vec<String> = features
        .iter()
        .map(|row| {
            let value = row.value.map_or_else(|| "null".to_owned(), text);
            format!(r#"{{"feature":{},"value":{value}}}"#, text(row.feature))
        })
        .collect();
    let features =
        if has_features { format!(r#","features":[{}]"#, features.join(",")) } else { String::new() };
    format!(
        r#"{{"id":{},"campus":"a \"b\"","name":{},"slogan":{},"description":{},"category":{},"default_price":"{}","created_at":"{}","updated_at":"{}"{features}}}"#,
        rows.product_id,
        text(product.name),
        text(product.slogan),
        text(product.description),
        text(product.category),
        product.default_price,
        rows.imported_at,
        rows.imported_at,
    )
}

fn model_styles(rows: &CatalogueRows) -> String {
    let text = |span| quoted(&rows.texts, span);
    let mut styles: Vec<_> = rows.styles.iter().collect();
    styles.sort_by_key(|row| row.style_id);
    let styles: Vec<String> = styles
        .iter()
        .map(|style| {
            let mut photos: Vec<_> =
                rows.photos.iter().filter(|row| row.style_id == style.style_id).collect();
            photos.sort_by_key(|row| row.photo_id);
            let mut shown: Vec<String> = photos
                .iter()
                .map(|row| {
                    format!(r#"{{"thumbnail_url":{},"url":{}}}"#, text(row.thumbnail_url), text(row.url))
                })
                .collect();
            if shown.is_empty() {
                shown.push(r#"{"thumbnail_url":null,"url":null}"#.to_owned());
            }
            let mut skus: Vec<_> = rows.skus.iter().filter(|row| row.style_id == style.style_id).collect();
            skus.sort_by_key(|row| row.sku_id);
            let mut sizes: Vec<String> = skus
                .iter()
                .map(|row| {
                    format!(r#""{}":{{"quantity":{},"size":{}}}"#, row.sku_id, row.quantity, text(row.size))
                })
                .collect();
            if sizes.is_empty() {
                sizes.push(r#""null":{"quantity":null,"size":null}"#.to_owned());
            }
            format!(
                r#"{{"style_id":{},"name":{},"original_price":"{}","sale_price":{},"default?":{},"photos":[{}],"skus":{{{}}}}}"#,
                style.style_id,
                text(style.name),
                style.original_price,
                style.sale_price.map_or_else(|| "null".to_owned(), |price| format!("\"{price}\"")),
                style.is_default,
                shown.join(","),
                sizes.join(",")
            )
        })
        .collect();
    format!(r#"{{"product_id":"{}","results":[{}]}}"#, rows.product_id, styles.join(","))
}

fn written(record: &Catalogue, part: ProductPart, pool: &TextPool) -> String {
    let mut output = Vec::new();
    record.write(part, &Campus::new("a \"b\""), pool, &mut output);
    String::from_utf8(output).expect("UTF-8")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_part_is_that_of_the_model(
        one in made(),
        features in prop::collection::vec(made(), 0..4),
        styles in prop::collection::vec(made(), 0..4),
        photos in prop::collection::vec(made(), 0..8),
        skus in prop::collection::vec(made(), 0..12),
    ) {
        let pool = TextPool::new();
        let mut rows = product(&one, &features, &styles, &photos, &skus);
        let record = Catalogue::pack(&rows, &pool);
        prop_assert_eq!(written(&record, ProductPart::Product, &pool), model_product(&rows, true));
        prop_assert_eq!(written(&record, ProductPart::Styles, &pool), model_styles(&rows));
        let related: Vec<String> = rows.related.iter().map(ToString::to_string).collect();
        prop_assert_eq!(written(&record, ProductPart::Related, &pool), format!("[{}]", related.join(",")));
        let mut output = Vec::new();
        record.write_in_list(&Campus::new("a \"b\""), &mut output);
        prop_assert_eq!(String::from_utf8_lossy(&output), model_product(&rows, false));

        // Another process has other numbers in its pool, and reads rows in another order.
        rows.styles.reverse();
        rows.skus.reverse();
        let other_pool = TextPool::new();
        other_pool.number(b"a text of another product");
        prop_assert_eq!(Catalogue::pack(&rows, &other_pool).fingerprint(), record.fingerprint());
    }
}

#[test]
fn a_product_that_the_catalogue_lacks_is_small_and_says_so() {
    let mut rows = CatalogueRows::new(id(5));
    rows.related.push(id(7));
    let record = Catalogue::pack(&rows, &TextPool::new());
    assert!(!record.has_product());
    assert!(record.bytes() < 64, "{}", record.bytes());
}

#[test]
fn everything_that_changes_a_part_changes_its_tag() {
    let one = ("text".to_owned(), Some(5), 6);
    let row = std::slice::from_ref(&one);
    let pool = TextPool::new();
    let pack = |rows: &CatalogueRows| Catalogue::pack(rows, &pool);
    let rows = || product(&one, row, row, row, row);
    let mut products = vec![rows(); 9];
    products[1].features[0].value = None;
    products[2].styles[0].is_default = false;
    products[3].skus[0].quantity += 1;
    products[4].related.clear();
    products[5].imported_at = Timestamp::nearest(5);
    products[6].product_id = id(8);
    products[7].styles[0].sale_price = None;
    products[8].photos.clear();
    let (campus, other) = (Campus::new("one"), Campus::new("other"));
    let parts = [ProductPart::Product, ProductPart::Styles, ProductPart::Related];
    let records: Vec<Catalogue> = products.iter().map(pack).collect();
    let mut tags: Vec<ListTag> =
        records.iter().flat_map(|record| parts.map(|part| record.tag(part, &campus))).collect();
    tags.push(records[0].tag(ProductPart::Product, &other));
    for (offset, size, campus, shown) in [
        (0, 5, &campus, 0..2),
        (5, 5, &campus, 0..2),
        (0, 6, &campus, 0..2),
        (0, 5, &other, 0..2),
        (0, 5, &campus, 0..1),
    ] {
        let mut tag = ProductsTag::new(offset, size, campus);
        records[shown].iter().for_each(|record| tag.add(record));
        tags.push(tag.tag());
    }
    let different: HashSet<ListTag> = tags.iter().copied().collect();
    assert_eq!(different.len(), tags.len());
}
