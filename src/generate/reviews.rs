//! The files of reviews: characteristics of products, reviews, their photos, and what they give to
//! characteristics. What a product is was decided before (`questions`).
//!
//! All rows come from one stream of random numbers, in the order of writing. So a change here
//! changes the bytes of these files.

use super::counts::{self, Deck};
use super::csv::{CsvFile, Folder};
use super::data::{DATA, Mood};
use super::pictures::Pictures;
use super::questions::{FIRST_ASKED_AT, LAST_ASKED_AT, ROWS_PER_SWAP, write_person};
use super::random::Random;
use super::text::{Product, Text};
use crate::domain::Kind;
use crate::files::FileError;

/// Told from the streams of the other files.
const STREAM: u64 = 0x4E71_E350;

/// Of a hundred products, how many are good and how many are middling; the others are bad.
const GOOD_PRODUCTS: u64 = 60;
const MIDDLING_PRODUCTS: u64 = 30;

/// Of a hundred reviews of one to five stars, how many recommend the product, and how many the shop
/// responds to.
const RECOMMENDED: [u64; 5] = [2, 6, 55, 95, 99];
const RESPONDED: [u64; 5] = [40, 35, 15, 6, 8];

/// The unfinished files and the state that the next row depends on.
pub(super) struct Reviews<'a> {
    random: Random,
    pictures: &'a Pictures,
    review_counts: Deck,
    photo_counts: Deck,
    characteristics: CsvFile,
    reviews: CsvFile,
    photos: CsvFile,
    ratings: CsvFile,
    text: Text,
    scratch: Vec<u8>,
}

impl<'a> Reviews<'a> {
    pub(super) fn start(folder: &Folder<'_>, seed: u64, pictures: &'a Pictures) -> Result<Self, FileError> {
        Ok(Self {
            random: Random::new(seed ^ STREAM),
            pictures,
            review_counts: Deck::new(&DATA.reviews_per_product),
            photo_counts: Deck::new(&DATA.photos_per_review),
            characteristics: folder.create(Kind::Characteristic)?,
            reviews: folder.create(Kind::Review)?,
            photos: folder.create(Kind::ReviewPhoto)?,
            ratings: folder.create(Kind::Rating)?,
            text: Text::default(),
            scratch: Vec::new(),
        })
    }

    /// Writes all rows of a product. Products come in the order of their ids.
    pub(super) fn product(&mut self, product_id: u64, product: Product) -> Result<(), FileError> {
        let names = &product.shelf().characteristics;
        let first_characteristic = self.characteristics.rows() + 1;
        for name in names {
            let row = &mut self.characteristics;
            row.number(row.rows() + 1);
            row.number(product_id);
            row.text(name.as_bytes());
            row.end_row(self.random.below(ROWS_PER_SWAP) == 0);
        }
        let stars = match self.random.below(100) {
            0..GOOD_PRODUCTS => &DATA.stars[0],
            quality if quality < GOOD_PRODUCTS + MIDDLING_PRODUCTS => &DATA.stars[1],
            _ => &DATA.stars[2],
        };
        for _ in 0..self.review_counts.deal(&mut self.random) {
            let stars = draw_stars(&mut self.random, stars);
            let review_id = self.review(product_id, product, stars);
            for _ in 0..self.photo_counts.deal(&mut self.random) {
                self.photo(review_id, product);
            }
            for (characteristic_id, name) in (first_characteristic..).zip(names) {
                self.rating(characteristic_id, name, review_id, stars);
            }
        }
        for file in [&mut self.characteristics, &mut self.reviews, &mut self.photos, &mut self.ratings] {
            file.end_group()?;
        }
        Ok(())
    }

    /// Returns the files.
    pub(super) fn finish(self) -> [CsvFile; 4] {
        [self.characteristics, self.reviews, self.photos, self.ratings]
    }

    fn review(&mut self, product_id: u64, product: Product, stars: usize) -> u64 {
        let (random, row, text) = (&mut self.random, &mut self.reviews, &mut self.text);
        let review_id = row.rows() + 1;
        let (mood, subject) = mood(product, stars);
        row.number(review_id);
        row.number(product_id);
        row.number(stars as u64);
        row.number(FIRST_ASKED_AT + random.below(LAST_ASKED_AT - FIRST_ASKED_AT));
        row.text(text.compose(random, product, &[(100, &mood.summaries)]));
        let parts: [(u64, &[String]); 4] =
            [(45, &mood.openings), (100, subject), (60, &mood.remarks), (45, &mood.closings)];
        row.text(text.compose(random, product, &parts));
        row.plain(if random.percent(RECOMMENDED[stars - 1]) { b"true" } else { b"false" });
        row.plain(if counts::reported(random) { b"true" } else { b"false" });
        write_person(row, random, &mut self.scratch);
        if random.percent(RESPONDED[stars - 1]) {
            let responses = if stars > 3 { &DATA.responses.glad } else { &DATA.responses.sorry };
            row.text(text.compose(random, product, &[(100, responses)]));
        } else {
            row.null();
        }
        row.number(counts::helpful(random));
        row.end_row(random.below(ROWS_PER_SWAP) == 0);
        review_id
    }

    fn photo(&mut self, review_id: u64, product: Product) {
        let (random, row) = (&mut self.random, &mut self.photos);
        row.number(row.rows() + 1);
        row.number(review_id);
        self.pictures.write_any(product.good().picture(), random, &mut self.scratch);
        row.plain(&self.scratch);
        row.end_row(random.below(ROWS_PER_SWAP) == 0);
    }

    fn rating(&mut self, characteristic_id: u64, name: &str, review_id: u64, stars: usize) {
        let (random, row) = (&mut self.random, &mut self.ratings);
        // Of a size or a length, three is just right, and five is too much.
        let around = if matches!(name, "Comfort" | "Quality") { stars as u64 } else { 3 };
        let value = match random.below(10) {
            0..2 => around - 1,
            2..4 => around + 1,
            _ => around,
        };
        row.number(row.rows() + 1);
        row.number(characteristic_id);
        row.number(review_id);
        row.number(value.clamp(1, 5));
        row.end_row(random.below(ROWS_PER_SWAP) == 0);
    }
}

/// One to five stars, each as often as the list says.
fn draw_stars(random: &mut Random, percents: &[u64; 5]) -> usize {
    let mut left = random.below(100);
    for (percent, stars) in percents.iter().zip(1..) {
        match left.checked_sub(*percent) {
            None => return stars,
            Some(rest) => left = rest,
        }
    }
    percents.len()
}

/// How content the author is, and what to say of the product.
fn mood(product: Product, stars: usize) -> (&'static Mood, &'static [String]) {
    let shelf = product.shelf();
    match stars {
        5 => (&DATA.moods.delighted, &shelf.praise),
        4 => (&DATA.moods.content, &shelf.praise),
        3 => (&DATA.moods.undecided, &shelf.doubts),
        _ => (&DATA.moods.annoyed, &shelf.complaints),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_as_often_as_the_list_says() {
        let mut random = Random::new(5);
        let mut seen = [0_u64; 5];
        for _ in 0..10_000 {
            seen[draw_stars(&mut random, &DATA.stars[1]) - 1] += 1;
        }
        for (seen, percent) in seen.iter().zip(DATA.stars[1]) {
            assert!(seen.abs_diff(percent * 100) < 200, "{seen} are not {percent} %");
        }
    }
}
