//! The files of questions, answers and their photos, written at the same time, product by product.
//! This part also decides what each product is. Texts and the format of rows are not made here.
//!
//! All rows come from one stream of random numbers, in the order of writing. So a change here
//! changes the bytes of every generated file.

use super::counts::{self, Deck};
use super::csv::{CsvFile, Folder};
use super::data::{DATA, Topic};
use super::people::{self, Person};
use super::pictures::Pictures;
use super::random::Random;
use super::text::{Product, Text};
use crate::domain::Kind;
use crate::files::FileError;

/// 2018-01-01T00:00:00Z in milliseconds: no question is older.
pub(super) const FIRST_ASKED_AT: u64 = 1_514_764_800_000;

/// 2025-10-01T00:00:00Z in milliseconds: every question is older.
pub(super) const LAST_ASKED_AT: u64 = 1_759_276_800_000;

/// The longest delay of an answer, in milliseconds: 90 days. So no answer is later than 2025.
const MAX_ANSWER_DELAY: u64 = 90 * 86_400_000;

/// As in the original, this many answers at the beginning are not in the order of their questions.
const SCATTERED_ANSWERS: usize = 100;

/// One row in this many is swapped with the row before it.
pub(super) const ROWS_PER_SWAP: u64 = 2_000;

/// One answer in this many comes late and belongs to another question of its product.
const ANSWERS_PER_LATE_ONE: u64 = 200;

/// What an answer needs to know of its question.
#[derive(Clone, Copy)]
struct Parent {
    question_id: u64,
    asked_at: u64,
    product: Product,
    topic: &'static Topic,
}

/// The unfinished files and the state that the next row depends on.
pub(super) struct Questions<'a> {
    random: Random,
    /// Where photos are; `None` for addresses of a shop that is nowhere.
    pictures: Option<&'a Pictures>,
    question_counts: Deck,
    answer_counts: Deck,
    photo_counts: Deck,
    questions: CsvFile,
    answers: CsvFile,
    photos: CsvFile,
    /// The questions of the product at hand.
    current: Vec<Parent>,
    /// The questions of the first answers, until there are enough to scatter; `None` once they are
    /// written.
    first_answered: Option<Vec<Parent>>,
    text: Text,
    scratch: Vec<u8>,
}

impl<'a> Questions<'a> {
    pub(super) fn start(
        folder: &Folder<'_>,
        seed: u64,
        pictures: Option<&'a Pictures>,
    ) -> Result<Self, FileError> {
        Ok(Self {
            random: Random::new(seed),
            pictures,
            question_counts: Deck::new(&DATA.questions_per_product),
            answer_counts: Deck::new(&DATA.answers_per_question),
            photo_counts: Deck::new(&DATA.photos_per_answer),
            questions: folder.create(Kind::Question)?,
            answers: folder.create(Kind::Answer)?,
            photos: folder.create(Kind::Photo)?,
            current: Vec::new(),
            first_answered: Some(Vec::with_capacity(SCATTERED_ANSWERS)),
            text: Text::default(),
            scratch: Vec::new(),
        })
    }

    /// Decides what a product is, and writes its rows. Products come in the order of their ids.
    pub(super) fn product(&mut self, product_id: u64) -> Result<Product, FileError> {
        let product = Product::draw(&mut self.random);
        self.current.clear();
        for _ in 0..self.question_counts.deal(&mut self.random) {
            let asked = self.question(product_id, product);
            self.current.push(asked);
        }
        for position in 0..self.current.len() {
            for _ in 0..self.answer_counts.deal(&mut self.random) {
                let late = self.random.below(ANSWERS_PER_LATE_ONE) == 0;
                let position = if late { self.random.index(self.current.len()) } else { position };
                self.answer_or_keep(self.current[position]);
            }
        }
        self.questions.end_group()?;
        self.answers.end_group()?;
        self.photos.end_group()?;
        Ok(product)
    }

    /// Writes what was kept back, and returns the files.
    pub(super) fn finish(mut self) -> [CsvFile; 3] {
        self.write_first_answers();
        [self.questions, self.answers, self.photos]
    }

    fn question(&mut self, product_id: u64, product: Product) -> Parent {
        let random = &mut self.random;
        let row = &mut self.questions;
        let question_id = row.rows() + 1;
        let asked_at = FIRST_ASKED_AT + random.below(LAST_ASKED_AT - FIRST_ASKED_AT);
        let topic = product.draw_topic(random);
        row.number(question_id);
        row.number(product_id);
        row.text(self.text.question(random, product, topic));
        row.number(asked_at);
        write_person(row, random, &mut self.scratch);
        end_entry(row, random);
        Parent { question_id, asked_at, product, topic }
    }

    fn answer_or_keep(&mut self, asked: Parent) {
        let Some(first_answered) = &mut self.first_answered else {
            return self.answer(asked);
        };
        first_answered.push(asked);
        if first_answered.len() == SCATTERED_ANSWERS {
            self.write_first_answers();
        }
    }

    fn write_first_answers(&mut self) {
        let mut first_answered = self.first_answered.take().unwrap_or_default();
        self.random.shuffle(&mut first_answered);
        for asked in first_answered {
            self.answer(asked);
        }
    }

    fn answer(&mut self, asked: Parent) {
        let random = &mut self.random;
        let row = &mut self.answers;
        let answer_id = row.rows() + 1;
        let by_seller = random.percent(12);
        row.number(answer_id);
        row.number(asked.question_id);
        row.text(if by_seller {
            self.text.seller_answer(random, asked.product, asked.topic)
        } else {
            self.text.answer(random, asked.product, asked.topic)
        });
        // A random limit, so that most answers come soon.
        let delay_limit = 1 + random.below(MAX_ANSWER_DELAY);
        row.number(asked.asked_at + random.below(delay_limit));
        if by_seller {
            row.plain(people::SELLER_NAME);
            row.plain(people::SELLER_EMAIL);
        } else {
            write_person(row, random, &mut self.scratch);
        }
        end_entry(row, random);
        for _ in 0..self.photo_counts.deal(&mut self.random) {
            self.photo(answer_id, asked.product);
        }
    }

    fn photo(&mut self, answer_id: u64, product: Product) {
        let row = &mut self.photos;
        row.number(row.rows() + 1);
        row.number(answer_id);
        match self.pictures {
            None => people::write_photo_url(&mut self.random, &mut self.scratch),
            Some(pictures) => {
                // As many numbers as an address of the other kind takes, so that all else is equal.
                let [_, chance, _] = [(); 3].map(|()| self.random.next());
                pictures.write_any(product.good().picture(), &mut Random::new(chance), &mut self.scratch);
            }
        }
        row.plain(&self.scratch);
        row.end_row(self.random.below(ROWS_PER_SWAP) == 0);
    }
}

pub(super) fn write_person(row: &mut CsvFile, random: &mut Random, scratch: &mut Vec<u8>) {
    let person = Person::draw(random);
    person.write_name(random, scratch);
    row.text(scratch);
    person.write_email(random, scratch);
    row.plain(scratch);
}

/// The last two columns of a question or an answer, and the end of its row.
fn end_entry(row: &mut CsvFile, random: &mut Random) {
    row.plain(if counts::reported(random) { b"1" } else { b"0" });
    row.number(counts::helpful(random));
    row.end_row(random.below(ROWS_PER_SWAP) == 0);
}
