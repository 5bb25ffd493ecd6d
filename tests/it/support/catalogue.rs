//! A few products with their styles, and reviews as an import makes them. The products are the same
//! in every test; reviews are made by the test.

use atelier::domain::{Kind, Set, Timestamp};
use atelier::store::{BulkLoad, LoadMode, RowBatch};

use super::batches::{Value, add};
use super::rows::EMAIL;
use super::shop::Shop;

/// When the products were imported.
const IMPORTED_AT: &str = "2021-08-13T14:38:44.509Z";

use Value::{Nothing, Number, Text};

/// A review of product 1, unless said otherwise, with values that no test depends on.
pub(crate) fn review(id: u64) -> Review {
    Review {
        id,
        product: 1,
        rating: 5,
        written_at: "2020-01-01",
        summary: "Good",
        body: "It is good.",
        recommend: true,
        reported: false,
        name: "somebody",
        response: None,
        helpful: 0,
        photos: Vec::new(),
        rated: Vec::new(),
    }
}

/// A review with its photos and what it gives to characteristics.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    id: u64,
    product: u64,
    rating: u64,
    written_at: &'static str,
    summary: &'static str,
    body: &'static str,
    recommend: bool,
    reported: bool,
    name: &'static str,
    response: Option<&'static str>,
    helpful: u32,
    photos: Vec<(u64, &'static str)>,
    rated: Vec<(u64, u64)>,
}

impl Review {
    pub(crate) fn of(mut self, product: u64) -> Self {
        self.product = product;
        self
    }

    pub(crate) fn stars(mut self, rating: u64) -> Self {
        self.rating = rating;
        self
    }

    pub(crate) fn written_at(mut self, time: &'static str) -> Self {
        self.written_at = time;
        self
    }

    pub(crate) fn text(mut self, summary: &'static str, body: &'static str) -> Self {
        (self.summary, self.body) = (summary, body);
        self
    }

    pub(crate) fn by(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn advises_against(mut self) -> Self {
        self.recommend = false;
        self
    }

    pub(crate) fn reported(mut self) -> Self {
        self.reported = true;
        self
    }

    pub(crate) fn answered(mut self, response: &'static str) -> Self {
        self.response = Some(response);
        self
    }

    pub(crate) fn helpful(mut self, helpful: u32) -> Self {
        self.helpful = helpful;
        self
    }

    pub(crate) fn photo(mut self, id: u64, url: &'static str) -> Self {
        self.photos.push((id, url));
        self
    }

    /// Characteristics with their stars.
    pub(crate) fn rated(mut self, rated: impl IntoIterator<Item = (u64, u64)>) -> Self {
        self.rated.extend(rated);
        self
    }
}

/// Rows of one kind on their way into a load.
struct Rows(RowBatch);

impl Rows {
    fn of(kind: Kind) -> Self {
        Self(RowBatch::new(kind))
    }

    fn push<const WIDTH: usize>(&mut self, product: u64, values: [Value<'_>; WIDTH]) {
        add(&mut self.0, product, &values);
    }
}

fn load(bulk: &mut dyn BulkLoad, rows: impl IntoIterator<Item = Rows>) {
    for Rows(batch) in rows {
        bulk.add(&batch).expect("the rows fit");
    }
}

fn optional(text: Option<&'static str>) -> Value<'static> {
    text.map_or(Nothing, Text)
}

/// Style, product, name, reduced and usual price in whole units, and whether it is shown first.
type Style = (u64, u64, &'static str, Option<u64>, u64, bool);

const STYLES: [Style; 10] = [
    (1, 1, "Forest Green & Black", None, 140, true),
    (2, 1, "Desert Brown & Tan", None, 140, false),
    (3, 1, "Ocean Blue & Grey", Some(100), 140, false),
    (4, 1, "Digital Red & Black", None, 140, false),
    (5, 1, "Sky Blue & White", Some(100), 140, false),
    (6, 1, "Dark Grey & Black", None, 170, false),
    (7, 2, "Black \"Lenses\", Black Frame", None, 69, true),
    (8, 2, "Gold", None, 69, true),
    (9, 3, "Black", None, 40, false),
    (10, 8, "None", Some(0), 40, false),
];

/// Product 1 has everything. Product 2 has two defaults and lacks photos and SKUs. Product 9 has
/// nothing.
fn catalogue() -> Vec<Rows> {
    let mut products = Rows::of(Kind::Product);
    for (id, name, price) in [
        (1, "Camo Onesie", 14_000),
        (2, "Bright Future Sunglasses", 6_900),
        (3, "Morning Joggers", 4_000),
        (7, "Blues Suede Shoes", 12_005),
        (8, "YEasy 350", 45_000),
        (9, "Summer Shoes", 5_999),
        (40, "A <b>\"cap\"</b>", 0),
    ] {
        let values =
            [Number(id), Text(name), Text("Blend in"), Text("It fits."), Text("Jackets"), Number(price)];
        products.push(id, values);
    }
    let mut styles = Rows::of(Kind::Style);
    for (id, product, name, sale, price, is_default) in STYLES {
        let sale = sale.map_or(Nothing, |price| Number(price * 100));
        let values =
            [Number(id), Number(product), Text(name), sale, Number(price * 100), Number(is_default.into())];
        styles.push(product, values);
    }
    let mut features = Rows::of(Kind::Feature);
    for (id, product, feature, value) in [
        (2, 1, "Buttons", Some("Brass")),
        (1, 1, "Fabric", Some("Canvas")),
        (4, 2, "UV Protection", None),
        (3, 2, "Lenses", Some("Ultrasheen")),
    ] {
        features.push(product, [Number(id), Number(product), Text(feature), optional(value)]);
    }
    let mut photos = Rows::of(Kind::StylePhoto);
    for (id, style, url, thumbnail) in [
        (2, 1, "https://a.example/2.jpg", "https://a.example/small/2.jpg"),
        (1, 1, "https://a.example/1.jpg", "https://a.example/small/1.jpg"),
        (3, 3, "https://a.example/3.jpg", "https://a.example/small/3.jpg"),
    ] {
        photos.push(1, [Number(id), Number(style), Text(url), Text(thumbnail)]);
    }
    let mut skus = Rows::of(Kind::Sku);
    for (id, style, size, quantity) in
        [(1, 1, "XS", 8), (5, 1, "XL", 15), (6, 1, "XL", 4), (8, 2, "XS", 8), (7, 2, "S", 16)]
    {
        skus.push(1, [Number(id), Number(style), Text(size), Number(quantity)]);
    }
    vec![products, styles, features, photos, skus, related()]
}

/// Of what is related to product 1, only 2, 3, 8 and 7 are shown. To product 3 nothing is.
fn related() -> Rows {
    let mut rows = Rows::of(Kind::Related);
    let relations = [(1, 2), (1, 3), (1, 1), (1, 8), (1, 0), (1, 3), (1, 7), (1, 404), (2, 40), (3, 3)];
    let mut seen = Vec::new();
    for (position, (product, other)) in (1_u64..).zip(relations) {
        let is_shown = ![0, 404, product].contains(&other) && !seen.contains(&(product, other));
        seen.push((product, other));
        let values =
            [Number(position), Number(product), Number(other), Number(position), Number(is_shown.into())];
        rows.push(product, values);
    }
    rows
}

/// The rows of reviews: `characteristics` are ids with their product and name.
fn reviews(characteristics: &[(u64, u64, &'static str)], reviews: &[Review]) -> Vec<Rows> {
    let mut named = Rows::of(Kind::Characteristic);
    for &(id, product, name) in characteristics {
        named.push(product, [Number(id), Number(product), Text(name)]);
    }
    let (mut written, mut shown) = (Rows::of(Kind::Review), Rows::of(Kind::ReviewPhoto));
    let (mut ratings, mut rating_id) = (Rows::of(Kind::Rating), 0);
    for review in reviews {
        let (id, product) = (review.id, review.product);
        let time = Timestamp::parse(review.written_at).expect("a time").milliseconds().cast_unsigned();
        written.push(
            product,
            [
                Number(id),
                Number(product),
                Number(review.rating),
                Number(time),
                Text(review.summary),
                Text(review.body),
                Number(review.recommend.into()),
                // Published, or hidden.
                Number(if review.reported { 3 } else { 0 }),
                Text(review.name),
                Text(EMAIL),
                optional(review.response),
                Number(review.helpful.into()),
            ],
        );
        for &(photo, url) in &review.photos {
            shown.push(product, [Number(photo), Number(id), Text(url)]);
        }
        for &(characteristic, stars) in &review.rated {
            rating_id += 1;
            ratings.push(product, [Number(rating_id), Number(characteristic), Number(id), Number(stars)]);
        }
    }
    let mut sums = Rows::of(Kind::CharacteristicSum);
    for &(id, product, _) in characteristics {
        let visible = reviews.iter().filter(|review| !review.reported).flat_map(|review| &review.rated);
        let stars: Vec<u64> = visible.filter(|(rated, _)| *rated == id).map(|(_, stars)| *stars).collect();
        sums.push(product, [Number(id), Number(stars.iter().sum()), Number(stars.len() as u64)]);
    }
    vec![named, written, shown, ratings, sums]
}

impl Shop {
    /// Imports the products, in place of those that are there.
    pub(crate) fn stock_products(&self) {
        self.load(Set::Catalogue, catalogue());
    }

    /// Imports characteristics (id, product, name) and reviews, in place of those that are there.
    pub(crate) fn stock_reviews(
        &self,
        characteristics: &[(u64, u64, &'static str)],
        written: impl IntoIterator<Item = Review>,
    ) {
        let written: Vec<Review> = written.into_iter().collect();
        self.load(Set::Reviews, reviews(characteristics, &written));
    }

    /// What a page of product 1 shows.
    pub(crate) fn stock_page(&self) {
        self.stock_products();
        let first = review(1)
            .written_at("2019-01-01")
            .helpful(8)
            .text("This product was great!", "I really did.")
            .by("funtime")
            .rated([(1, 4), (2, 3), (3, 5), (4, 4)]);
        let second = review(2)
            .written_at("2019-01-11")
            .helpful(2)
            .stars(4)
            .text("This product was ok!", "I am tiny.")
            .by("mymainstreammother")
            .advises_against()
            .rated([(1, 4), (2, 4), (3, 5), (4, 4)]);
        let of_another = review(5)
            .of(2)
            .stars(3)
            .answered("Glad you're enjoying the product!")
            .photo(1, "https://a.example/1.jpg")
            .photo(2, "https://a.example/2.jpg");
        self.stock_reviews(&CHARACTERISTICS, [first, second, of_another]);
    }

    fn load(&self, set: Set, rows: Vec<Rows>) {
        assert!(self.is_closed(), "rows are imported while the shop is closed");
        let mut bulk = self.store.bulk_load(&[set], LoadMode::Replace).expect("a load begins");
        load(bulk.as_mut(), rows);
        bulk.commit(Timestamp::parse(IMPORTED_AT).expect("a time")).expect("the rows are kept");
    }
}

/// The characteristics of product 1.
pub(crate) const CHARACTERISTICS: [(u64, u64, &str); 4] =
    [(1, 1, "Fit"), (2, 1, "Length"), (3, 1, "Comfort"), (4, 1, "Quality")];
