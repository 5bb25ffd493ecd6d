//! The catalogue and reviews without a service or a store: from rows to a record, and from a record
//! to what a product page asks for. Rows are made up here, as many of each kind as a shop with a
//! million products has.

use std::hint::black_box;

use atelier::domain::{
    CHARACTERISTICS, CatalogueRows, CharacteristicRow, DEFAULT_PAGE_SIZE, FeatureRow, Id, MAX_PAGE_SIZE,
    Page, Price, ProductRow, ReviewOrder, ReviewPhotoRow, ReviewRow, ReviewRows, SkuRow, Span, Stars,
    StylePhotoRow, StyleRow, Texts, Timestamp,
};
use atelier::view::{Campus, Catalogue, ProductPart, Reviews, TextPool};

use super::Operation;

const PRODUCTS: u32 = 1_024;

/// Addresses of photos that occur again and again.
const ADDRESSES: u64 = 300;

const DESCRIPTION: &str = "The So Fatigues will wake you up and fit you in. This high energy camo will have \
    you blending in to even the wildest surroundings.";

const BODY: &str = "I really did or did not like this product based on whether it was sustainably sourced. \
    Then I found out that its made from nothing at all.";

fn id<I: Id>(number: u64) -> I {
    I::new(number).expect("in range")
}

fn address(texts: &mut Texts, number: u64, width: u32) -> Span {
    let number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % ADDRESSES;
    texts.keep(&format!(
        "https://images.unsplash.com/photo-15011{number:08}-71c79fa3283e?ixlib=rb-1.2.1&\
         ixid=eyJhcHBfaWQiOjEyMDd9&auto=format&fit=crop&w={width}&q=80"
    ))
}

/// Numbers of rows whose average over products is so many hundredths.
fn some(number: u64, hundredths: u64) -> u64 {
    (number * 37 % 100 + hundredths) / 100
}

fn catalogue_rows(number: u64) -> CatalogueRows {
    let mut rows = CatalogueRows::new(id(number));
    let texts = &mut rows.texts;
    let price = |hundredths| Price::from_hundredths(hundredths).expect("in range");
    rows.product = Some(ProductRow {
        name: texts.keep("Camo Onesie"),
        slogan: texts.keep("Blend in to your crowd"),
        description: texts.keep(DESCRIPTION),
        category: texts.keep("Jackets"),
        default_price: price(14_000 + number % 1_000),
    });
    rows.imported_at = Timestamp::nearest(1_628_865_524_509);
    for feature in 0..some(number, 220) {
        let (name, value) = (texts.keep("UV Protection"), texts.keep("Canvas"));
        rows.features.push(FeatureRow { id: number * 3 + feature, feature: name, value: Some(value) });
    }
    for style in 0..some(number, 196) {
        let style_id = id(number * 2 + style);
        rows.styles.push(StyleRow {
            style_id,
            name: texts.keep("Forest Green & Black"),
            original_price: price(14_000),
            sale_price: style.is_multiple_of(2).then(|| price(10_000)),
            is_default: style == 0,
        });
        for photo in 0..some(number, 289) {
            let photo_id = id(number * 8 + style * 4 + photo);
            let url = address(texts, number * 8 + photo, 668);
            let thumbnail_url = address(texts, number * 8 + photo, 300);
            rows.photos.push(StylePhotoRow { photo_id, style_id, url, thumbnail_url });
        }
        for (sku, size) in (0..some(number, 577)).zip(["XS", "S", "M", "L", "XL", "XXL", "7.5"]) {
            let sku_id = id(number * 16 + style * 8 + sku + 1);
            let quantity = u32::try_from((number + sku) % 60).expect("small");
            rows.skus.push(SkuRow { sku_id, style_id, size: texts.keep(size), quantity });
        }
    }
    rows.related = (0..some(number, 451)).map(|place| id(number * 31 % 1_000_000 + place + 1)).collect();
    rows
}

fn review_rows(number: u64) -> ReviewRows {
    let mut rows = ReviewRows::new(id(number));
    let texts = &mut rows.texts;
    for place in 0..some(number, 577) {
        let review_id = id(number * 8 + place);
        rows.reviews.push(ReviewRow {
            review_id,
            written_at: Timestamp::nearest(
                1_600_000_000_000 + i64::try_from(place * 86_400_000).expect("small"),
            ),
            rating: Stars::new(place % 5 + 1).expect("in range"),
            recommend: place.is_multiple_of(2),
            helpful: u32::try_from((number + place * 7) % 30).expect("small"),
            summary: texts.keep("This product was great!"),
            body: texts.keep(BODY),
            name: texts.keep("funtime"),
            response: place.is_multiple_of(4).then(|| texts.keep("Glad you're enjoying the product!")),
        });
        if place.is_multiple_of(2) {
            let url = address(texts, number + place, 975);
            rows.photos.push(ReviewPhotoRow { photo_id: id(number * 8 + place), review_id, url });
        }
    }
    for (place, name) in (0..some(number, 335)).zip(CHARACTERISTICS) {
        let name = texts.keep(name);
        let characteristic_id = id(number * 4 + place);
        rows.characteristics.push(CharacteristicRow { characteristic_id, name, stars: 916, ratings: 301 });
    }
    rows
}

fn numbers() -> impl Iterator<Item = u64> {
    // Seven digits, as most ids of such a shop.
    (1..=u64::from(PRODUCTS)).map(|number| 900_000 + number)
}

/// Calls with one product after the other.
fn each<T: 'static>(products: Vec<T>, mut call: impl FnMut(&T) + 'static) -> Operation {
    let mut next = (0..products.len()).cycle();
    let call = move || call(&products[next.next().expect("they begin again")]);
    Operation { items: 1, round: PRODUCTS, call: Box::new(call) }
}

fn part(part: ProductPart) -> Operation {
    let (campus, pool) = (Campus::new("hr-rfp"), TextPool::new());
    let products = numbers().map(|number| Catalogue::pack(&catalogue_rows(number), &pool)).collect();
    let mut json = Vec::with_capacity(1 << 20);
    each(products, move |product| {
        json.clear();
        product.write(black_box(part), &campus, &pool, &mut json);
        black_box(&json);
    })
}

/// Writes a product with its features into an existing buffer.
pub(crate) fn product() -> Operation {
    part(ProductPart::Product)
}

/// Writes a product's styles, photos and SKUs.
pub(crate) fn styles() -> Operation {
    part(ProductPart::Styles)
}

/// Writes the ids of related products.
pub(crate) fn related() -> Operation {
    part(ProductPart::Related)
}

/// Escapes, sorts and lays out a product's rows.
pub(crate) fn product_packed() -> Operation {
    let pool = TextPool::new();
    each(numbers().map(catalogue_rows).collect(), move |rows| {
        black_box(Catalogue::pack(black_box(rows), &pool));
    })
}

fn all_reviews(pool: &TextPool) -> Vec<Reviews> {
    numbers().map(|number| Reviews::pack(&review_rows(number), pool)).collect()
}

/// Writes the first page of a product's reviews.
pub(crate) fn page_of_reviews() -> Operation {
    let pool = TextPool::new();
    let page = Page::new(1, DEFAULT_PAGE_SIZE.into(), MAX_PAGE_SIZE);
    let mut json = Vec::with_capacity(1 << 20);
    each(all_reviews(&pool), move |reviews| {
        json.clear();
        reviews.write_list(black_box(page), ReviewOrder::Relevant, &pool, &mut json);
        black_box(&json);
    })
}

/// Writes the sums of a product's reviews.
pub(crate) fn sums() -> Operation {
    let mut json = Vec::with_capacity(1 << 20);
    each(all_reviews(&TextPool::new()), move |reviews| {
        json.clear();
        reviews.write_sums(&mut json);
        black_box(&json);
    })
}

/// Escapes, sorts and lays out the rows of a product's reviews.
pub(crate) fn reviews_packed() -> Operation {
    let pool = TextPool::new();
    each(numbers().map(review_rows).collect(), move |rows| {
        black_box(Reviews::pack(black_box(rows), &pool));
    })
}
