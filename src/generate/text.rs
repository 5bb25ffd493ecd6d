//! Writes a text from phrases: an opening, the subject, a detail or two, a closing, each but the
//! subject only sometimes. The phrases themselves are in `data/`.

use super::data::{DATA, Department, Good, Shelf, Topic};
use super::random::Random;

/// What is sold under one product id.
#[derive(Clone, Copy)]
pub(super) struct Product {
    /// The department's place in the list.
    pub(super) place: usize,
    department: &'static Department,
    pub(super) item: &'static str,
}

impl Product {
    pub(super) fn draw(random: &mut Random) -> Self {
        let place = random.index(DATA.departments.len());
        let department = &DATA.departments[place];
        Self { place, department, item: random.pick(&department.items).as_str() }
    }

    /// Its department for the catalogue and the reviews.
    pub(super) fn shelf(self) -> &'static Shelf {
        &DATA.shelves[self.place]
    }

    /// Its item for the catalogue.
    pub(super) fn good(self) -> &'static Good {
        self.shelf().items.get(self.item).expect("every item is on its shelf: a test looks for all of them")
    }

    /// Something to ask about this product: more often about the item than about the shop.
    pub(super) fn draw_topic(self, random: &mut Random) -> &'static Topic {
        let topics = if random.percent(65) { &self.department.topics } else { &DATA.topics };
        random.pick(topics)
    }
}

/// One text at a time, in a buffer that is used again.
#[derive(Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    /// Positions of the last words that were filled in: two of a kind in one text must differ.
    last_use: usize,
    last_size: usize,
    last_color: usize,
    last_city: usize,
    last_person: usize,
}

impl Text {
    /// A text of phrases from these lists, each with how often of a hundred times it is drawn from.
    pub(super) fn compose(
        &mut self,
        random: &mut Random,
        product: Product,
        parts: &[(u64, &[String])],
    ) -> &[u8] {
        self.bytes.clear();
        for &(percent, phrases) in parts {
            self.sometimes(percent, random, product, phrases);
        }
        &self.bytes
    }

    /// A customer's question.
    pub(super) fn question(&mut self, random: &mut Random, product: Product, topic: &Topic) -> &[u8] {
        self.bytes.clear();
        self.sometimes(50, random, product, &DATA.question_openings);
        self.say(random, product, &topic.questions);
        self.sometimes(50, random, product, &DATA.question_details);
        self.sometimes(75, random, product, &DATA.question_closings);
        &self.bytes
    }

    /// A customer's answer.
    pub(super) fn answer(&mut self, random: &mut Random, product: Product, topic: &Topic) -> &[u8] {
        self.bytes.clear();
        self.sometimes(60, random, product, &DATA.answer_openings);
        self.say(random, product, &topic.answers);
        self.sometimes(80, random, product, &DATA.answer_remarks);
        self.sometimes(65, random, product, &DATA.answer_afterthoughts);
        self.sometimes(50, random, product, &DATA.answer_closings);
        &self.bytes
    }

    /// The shop's answer.
    pub(super) fn seller_answer(&mut self, random: &mut Random, product: Product, topic: &Topic) -> &[u8] {
        self.bytes.clear();
        self.say(random, product, &DATA.seller_openings);
        self.say(random, product, &topic.seller_answers);
        self.sometimes(60, random, product, &DATA.seller_closings);
        &self.bytes
    }

    fn sometimes(&mut self, percent: u64, random: &mut Random, product: Product, phrases: &[String]) {
        if random.percent(percent) {
            self.say(random, product, phrases);
        }
    }

    /// Adds one of the phrases, after a space unless a line ends there.
    fn say(&mut self, random: &mut Random, product: Product, phrases: &[String]) {
        let phrase = random.pick(phrases);
        if self.bytes.last().is_some_and(|&last| last != b'\n') && !phrase.starts_with('\n') {
            self.bytes.push(b' ');
        }
        let mut rest = phrase.as_str();
        while let Some((before, marked)) = rest.split_once('{') {
            let (word, after) = marked.split_once('}').expect("braces in phrases come in pairs");
            self.bytes.extend_from_slice(before.as_bytes());
            self.fill_in(word, random, product);
            rest = after;
        }
        self.bytes.extend_from_slice(rest.as_bytes());
    }

    fn fill_in(&mut self, word: &str, random: &mut Random, product: Product) {
        let filling = match word {
            "item" => product.item,
            "use" => pick_another(random, &product.department.uses, &mut self.last_use),
            "size" => pick_another(random, &product.department.sizes, &mut self.last_size),
            "color" => pick_another(random, &DATA.colors, &mut self.last_color),
            "city" => pick_another(random, &DATA.cities, &mut self.last_city),
            "month" => random.pick(&DATA.months),
            "person" => pick_another(random, &DATA.persons, &mut self.last_person),
            "person_start" => {
                let person = pick_another(random, &DATA.persons, &mut self.last_person);
                self.bytes.push(person.as_bytes()[0].to_ascii_uppercase());
                &person[1..]
            }
            "n" => return self.number(2 + random.below(11)),
            "price" => return self.number(12 + random.below(178)),
            "nth" => {
                self.number(4 + random.below(9));
                "th"
            }
            "n_digit" => return self.number(random.below(10)),
            unknown => unreachable!("no phrase has a {{{unknown}}}: a test fills in all of them"),
        };
        self.bytes.extend_from_slice(filling.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }
}

/// One of the words, but not the one at `last`.
fn pick_another(random: &mut Random, words: &'static [String], last: &mut usize) -> &'static str {
    *last = (*last + 1 + random.index(words.len() - 1)) % words.len();
    &words[*last]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Body;

    #[test]
    fn every_phrase_can_be_filled_in() {
        let shop = [
            &DATA.question_openings,
            &DATA.question_details,
            &DATA.question_closings,
            &DATA.answer_openings,
            &DATA.answer_remarks,
            &DATA.answer_afterthoughts,
            &DATA.answer_closings,
            &DATA.seller_openings,
            &DATA.seller_closings,
            &DATA.description_closings,
            &DATA.responses.glad,
            &DATA.responses.sorry,
        ];
        let mut random = Random::new(1);
        let mut text = Text::default();
        for (place, department) in DATA.departments.iter().enumerate() {
            for item in &department.items {
                let product = Product { place, department, item };
                let topics = department.topics.iter().chain(&DATA.topics);
                let of_topics =
                    topics.flat_map(|topic| [&topic.questions, &topic.answers, &topic.seller_answers]);
                let shelf = product.shelf();
                let of_shelf = [
                    &shelf.slogans,
                    &shelf.openings,
                    &shelf.details,
                    &shelf.praise,
                    &shelf.doubts,
                    &shelf.complaints,
                ];
                let moods = &DATA.moods;
                let of_moods = [&moods.delighted, &moods.content, &moods.undecided, &moods.annoyed];
                let of_moods = of_moods.into_iter().flat_map(|mood| {
                    let fits = |text: &String| text.replace("{item}", item).chars().count() <= 60;
                    assert!(mood.summaries.iter().all(fits), "{item}");
                    [&mood.summaries, &mood.openings, &mood.remarks, &mood.closings]
                });
                assert!(
                    crate::pictures::names().any(|name| name.starts_with(product.good().picture())),
                    "{item}"
                );
                let of_topics = of_topics.chain(of_shelf).chain(of_moods);
                for phrase in shop.into_iter().chain(of_topics).flatten() {
                    text.bytes.clear();
                    text.say(&mut random, product, std::slice::from_ref(phrase));
                    let filled = std::str::from_utf8(&text.bytes).unwrap();
                    assert!(!filled.contains(['{', '}']), "{filled}");
                    assert!(Body::parse(filled, 250).is_ok(), "{filled}");
                }
            }
        }
    }

    #[test]
    fn two_colors_in_one_text_differ() {
        let mut random = Random::new(2);
        let mut last = 0;
        let colors: Vec<_> = (0..500).map(|_| pick_another(&mut random, &DATA.colors, &mut last)).collect();
        assert!(colors.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(DATA.colors.iter().all(|color| colors.contains(&color.as_str())));
    }
}
