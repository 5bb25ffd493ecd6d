//! The files of the catalogue: products, their styles, features, photos and sizes, and related
//! products. What a product is was decided before (`questions`).
//!
//! All rows come from one stream of random numbers, in the order of writing. So a change here
//! changes the bytes of these files.

use super::counts::Deck;
use super::csv::{CsvFile, Folder};
use super::data::DATA;
use super::group::Group;
use super::pictures::Pictures;
use super::questions::ROWS_PER_SWAP;
use super::random::Random;
use super::text::{Product, Text};
use crate::domain::Kind;
use crate::files::FileError;

/// Told from the stream of the questions, which has the seed itself.
const STREAM: u64 = 0xC47A_1060;

/// The first products are the ones that the shop is known for, so the first page has all of them.
const KNOWN_PRODUCTS: u64 = 12;

/// Styles in a thousand without any size, and styles with a size that is there twice.
const STYLES_WITHOUT_SIZES: u64 = 2;
const STYLES_WITH_A_SIZE_TWICE: u64 = 5;

/// Styles after the first, in a thousand, that are a default as well.
const OTHER_DEFAULTS: u64 = 5;

/// Related products in a thousand that the product's page cannot show.
const ODD_RELATIONS: u64 = 12;

/// The unfinished files and the state that the next row depends on.
pub(super) struct Catalogue<'a> {
    random: Random,
    pictures: &'a Pictures,
    style_counts: Deck,
    feature_counts: Deck,
    photo_counts: Deck,
    related_counts: Deck,
    products: CsvFile,
    styles: CsvFile,
    features: CsvFile,
    photos: CsvFile,
    skus: CsvFile,
    related: CsvFile,
    text: Text,
    scratch: Vec<u8>,
}

impl<'a> Catalogue<'a> {
    pub(super) fn start(folder: &Folder<'_>, seed: u64, pictures: &'a Pictures) -> Result<Self, FileError> {
        Ok(Self {
            random: Random::new(seed ^ STREAM),
            pictures,
            style_counts: Deck::new(&DATA.styles_per_product),
            feature_counts: Deck::new(&DATA.features_per_product),
            photo_counts: Deck::new(&DATA.photos_per_style),
            related_counts: Deck::new(&DATA.related_per_product),
            products: folder.create(Kind::Product)?,
            styles: folder.create(Kind::Style)?,
            features: folder.create(Kind::Feature)?,
            photos: folder.create(Kind::StylePhoto)?,
            skus: folder.create(Kind::Sku)?,
            related: folder.create(Kind::Related)?,
            text: Text::default(),
            scratch: Vec::new(),
        })
    }

    /// Writes all rows of a product. Products come in the order of their ids.
    pub(super) fn product(
        &mut self,
        product_id: u64,
        product: Product,
        group: &Group,
    ) -> Result<(), FileError> {
        let price = price(&mut self.random, product.good().euros());
        self.product_row(product_id, product, price);
        self.features(product_id, product);
        let mut color = self.random.index(DATA.style_colors.len());
        for place in 0..self.style_counts.deal(&mut self.random) {
            // Neighbours in the list look alike, so one or two are left out between styles.
            color = (color + 3 + self.random.index(3)) % DATA.style_colors.len();
            self.style(product_id, product, price, place == 0, color);
        }
        self.related(product_id, product, group);
        for file in self.files() {
            file.end_group()?;
        }
        Ok(())
    }

    /// Returns the files.
    pub(super) fn finish(self) -> [CsvFile; 6] {
        [self.products, self.styles, self.features, self.photos, self.skus, self.related]
    }

    fn files(&mut self) -> [&mut CsvFile; 6] {
        [
            &mut self.products,
            &mut self.styles,
            &mut self.features,
            &mut self.photos,
            &mut self.skus,
            &mut self.related,
        ]
    }

    fn product_row(&mut self, product_id: u64, product: Product, price: u64) {
        let (random, row, shelf) = (&mut self.random, &mut self.products, product.shelf());
        row.number(product_id);
        if product_id <= KNOWN_PRODUCTS || random.percent(10) {
            row.text(product.good().known_name().as_bytes());
            row.text(product.good().known_slogan().as_bytes());
        } else {
            write_name(random.pick(&DATA.collections).as_str(), product.item, &mut self.scratch);
            row.text(&self.scratch);
            row.text(random.pick(&shelf.slogans).as_bytes());
        }
        let parts: [(u64, &[String]); 3] =
            [(100, &shelf.openings), (100, &shelf.details), (60, &DATA.description_closings)];
        row.text(self.text.compose(random, product, &parts));
        row.text(shelf.category.as_bytes());
        write_price(row, price);
        row.end_row(swaps(random));
    }

    fn features(&mut self, product_id: u64, product: Product) {
        let (random, row, features) = (&mut self.random, &mut self.features, &product.shelf().features);
        let first = random.index(features.len());
        let count = usize::from(self.feature_counts.deal(random)).min(features.len());
        for (name, values) in features.iter().cycle().skip(first).take(count) {
            row.number(row.rows() + 1);
            row.number(product_id);
            row.text(name.as_bytes());
            row.text(random.pick(values).as_bytes());
            row.end_row(swaps(random));
        }
    }

    fn style(&mut self, product_id: u64, product: Product, price: u64, is_first: bool, color: usize) {
        let (random, row) = (&mut self.random, &mut self.styles);
        let style_id = row.rows() + 1;
        let (name, picture_color) = &DATA.style_colors[color];
        row.number(style_id);
        row.number(product_id);
        self.scratch.clear();
        self.scratch.extend_from_slice(name.as_bytes());
        if random.percent(35) {
            let other = (color + 7 + random.index(20)) % DATA.style_colors.len();
            self.scratch.extend_from_slice(b" & ");
            self.scratch.extend_from_slice(DATA.style_colors[other].0.as_bytes());
        }
        row.text(&self.scratch);
        let original = if random.percent(10) { price / 100 * 100 + 1_000 } else { price };
        if random.percent(20) {
            // A whole number of euros, and less than before.
            write_price(row, (original * (60 + random.below(30)) / 10_000 * 100).max(100));
        } else {
            row.null();
        }
        write_price(row, original);
        let is_default = is_first || random.below(1_000) < OTHER_DEFAULTS;
        row.plain(if is_default { b"1" } else { b"0" });
        row.end_row(swaps(random));
        self.photos(style_id, product, picture_color);
        self.skus(style_id, product);
    }

    fn photos(&mut self, style_id: u64, product: Product, color: &str) {
        let (random, row) = (&mut self.random, &mut self.photos);
        for view in 0..usize::from(self.photo_counts.deal(random)) {
            row.number(row.rows() + 1);
            row.number(style_id);
            self.pictures.write(product.good().picture(), color, view, &mut self.scratch);
            // A picture without pixels is its own thumbnail.
            row.plain(&self.scratch);
            row.plain(&self.scratch);
            row.end_row(swaps(random));
        }
    }

    fn skus(&mut self, style_id: u64, product: Product) {
        let (random, row) = (&mut self.random, &mut self.skus);
        let case = random.below(1_000);
        let sizes = &product.shelf().sizes;
        if case < STYLES_WITHOUT_SIZES {
            return;
        }
        let is_twice = case < STYLES_WITHOUT_SIZES + STYLES_WITH_A_SIZE_TWICE;
        for size in sizes.iter().chain(sizes.last().filter(|_| is_twice)) {
            row.number(row.rows() + 1);
            row.number(style_id);
            row.text(size.as_bytes());
            let limit = random.below(61) + 1;
            row.number(if random.percent(10) { 0 } else { random.below(limit) });
            row.end_row(swaps(random));
        }
    }

    fn related(&mut self, product_id: u64, product: Product, group: &Group) {
        let (random, row) = (&mut self.random, &mut self.related);
        let mut former = [0_u64; 16];
        for place in 0..usize::from(self.related_counts.deal(random)) {
            let other = if random.below(1_000) < ODD_RELATIONS {
                [0, product_id, former[0]][random.index(3)]
            } else {
                group.draw_another(random, product.place, product_id, &former)
            };
            former[place % former.len()] = other;
            row.number(row.rows() + 1);
            row.number(product_id);
            row.number(other);
            row.end_row(swaps(random));
        }
    }
}

/// Whether a row changes places with the one before it.
fn swaps(random: &mut Random) -> bool {
    random.below(ROWS_PER_SWAP) == 0
}

/// A price in hundredths around the usual one: mostly whole euros, else just below.
fn price(random: &mut Random, euros: u64) -> u64 {
    let whole = (euros * (60 + random.below(101)) / 100).max(3) * 100;
    match random.below(10) {
        0..6 => whole,
        6..9 => whole - 10,
        _ => whole - 5,
    }
}

/// Adds a price, as the original wrote them: without decimals when there are none.
fn write_price(row: &mut CsvFile, hundredths: u64) {
    match (hundredths / 100, hundredths % 100) {
        (euros, 0) => row.number(euros),
        (euros, cents) => row.plain(format!("{euros}.{cents:02}").as_bytes()),
    }
}

/// Replaces the content of `output` by a name such as "Harbour Chest of Drawers".
fn write_name(collection: &str, item: &str, output: &mut Vec<u8>) {
    output.clear();
    output.extend_from_slice(collection.as_bytes());
    for word in item.split(' ') {
        output.push(b' ');
        let begin = output.len();
        output.extend_from_slice(word.as_bytes());
        if word != "of" {
            output[begin].make_ascii_uppercase();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_on_their_shelves() {
        assert_eq!(DATA.shelves.len(), DATA.departments.len());
        for (department, shelf) in DATA.departments.iter().zip(&DATA.shelves) {
            let mut items: Vec<&String> = department.items.iter().collect();
            items.sort_unstable();
            assert!(items.into_iter().eq(shelf.items.keys()), "{}", shelf.category);
        }
    }

    #[test]
    fn names_have_capitals() {
        let mut name = Vec::new();
        for (item, expected) in [
            ("chest of drawers", "Harbour Chest of Drawers"),
            ("crème brûlée dish", "Harbour Crème Brûlée Dish"),
            ("T-shirt", "Harbour T-shirt"),
        ] {
            write_name("Harbour", item, &mut name);
            assert_eq!(String::from_utf8_lossy(&name), expected);
        }
    }

    #[test]
    fn prices_are_around_the_usual_one() {
        let mut random = Random::new(1);
        assert!((0..1_000).all(|_| (5_990..=16_000).contains(&price(&mut random, 100))));
        assert!((0..1_000).all(|_| price(&mut random, 1) >= 290));
    }
}
