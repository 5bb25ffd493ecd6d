//! A text as its words, each with its place in the text: what the automatons read. Words are those
//! of UAX #29, and end at punctuation inside them as well. Deliberately absent: the lists (`list`),
//! and words that are disguised (`loose`).

use super::character::{Kind, Unit, each_unit};
use super::disguises::{MIN_SPELLED, is_symbol_for_letter, may_begin_word};
use super::scripts::{Class, Languages, is_turkish};

/// Longest run of a letter that is told from a longer one.
const MAX_EQUAL_LETTERS: u8 = 2;

/// A word of a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Where it begins in the stream, in bytes.
    pub(super) at: usize,
    /// Where it begins in the text, in Unicode scalar values.
    pub(super) from: u32,
    /// Where it ends there.
    pub(super) to: u32,
    /// Its scripts.
    pub(super) class: Class,
    /// Whether it is there only if digits, symbols or spaces are no disguise.
    pub(super) is_loose: bool,
    /// Whether it has one character.
    pub(super) is_single: bool,
}

/// Words with a space before, between and behind them.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
}

impl Stream {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes + 2);
        text.push(' ');
        Self { text, tokens: Vec::new() }
    }

    /// The words that a match of these bytes lies in: the first and the last one. `None` when there
    /// is none, which cannot be: entries have letters.
    pub(super) fn words(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let matched = self.text.get(start..end)?;
        let first = start + (matched.len() - matched.trim_start_matches(' ').len());
        let last = (start + matched.trim_end_matches(' ').len()).checked_sub(1)?;
        let word = |at: usize| self.tokens.partition_point(|token| token.at <= at).checked_sub(1);
        Some((word(first)?, word(last)?))
    }
}

/// A text as its words.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) stream: Stream,
    pub(super) languages: Languages,
    /// Whether something may be disguised, so that it is worth a second look.
    pub(super) may_disguise: bool,
    /// Characters and parts of them that were looked at.
    pub(super) steps: u64,
}

/// A word that is not complete.
struct Open {
    token: Token,
    kind: Kind,
    last: char,
    equal: u8,
    is_turkish: bool,
    has_digit: bool,
    length: u32,
}

/// Takes a text apart.
pub(super) fn words_of(text: &str) -> Words {
    let mut builder = Builder::new(text.len());
    for (place, character) in (0_u32..).zip(text.chars()) {
        builder.steps += 1;
        each_unit(character, |unit| builder.take(&unit, character, place));
    }
    builder.end_word();
    Words {
        stream: builder.stream,
        languages: builder.languages,
        may_disguise: builder.may_disguise,
        steps: builder.steps,
    }
}

struct Builder {
    stream: Stream,
    languages: Languages,
    open: Option<Open>,
    singles: u32,
    /// Where the last symbol is that may stand for a letter.
    symbol_at: Option<u32>,
    may_disguise: bool,
    steps: u64,
}

impl Builder {
    fn new(bytes: usize) -> Self {
        Self {
            stream: Stream::with_capacity(bytes),
            languages: Languages::default(),
            open: None,
            singles: 0,
            symbol_at: None,
            may_disguise: false,
            steps: 0,
        }
    }

    fn take(&mut self, unit: &Unit, original: char, place: u32) {
        self.steps += 1;
        let continues = |open: &Open| match unit.kind {
            Kind::Extend => true,
            Kind::Letter | Kind::Katakana => open.kind == unit.kind,
            Kind::Single | Kind::Other => false,
        };
        if !self.open.as_ref().is_some_and(continues) {
            self.end_word();
            if matches!(unit.kind, Kind::Other | Kind::Extend) {
                if is_symbol_for_letter(unit.character()) {
                    self.symbol_at = Some(place);
                    self.may_disguise |= may_begin_word(unit.character());
                }
                return;
            }
            // A symbol between letters.
            self.may_disguise |= self.symbol_at.is_some_and(|at| at + 1 == place);
            self.open = Some(Open::new(unit.kind, self.stream.text.len(), place));
        }
        self.languages.add(unit);
        if let Some(open) = &mut self.open {
            open.token.to = place + 1;
            open.token.class.add(unit, original);
            open.is_turkish |= is_turkish(original);
            for &look in unit.looks() {
                if open.repeats(look) {
                    self.may_disguise = true;
                } else {
                    self.stream.text.push(look);
                    open.length += 1;
                    open.has_digit |= look.is_ascii_digit();
                }
            }
        }
    }

    fn end_word(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.token.is_single = open.length == 1;
        self.singles = if open.token.is_single { self.singles + 1 } else { 0 };
        self.may_disguise |= open.has_digit && open.token.class.has_letters();
        self.may_disguise |= self.singles >= MIN_SPELLED;
        self.languages.add_word(open.token.class, open.is_turkish);
        self.stream.tokens.push(open.token);
        self.stream.text.push(' ');
    }
}

impl Open {
    fn new(kind: Kind, at: usize, place: u32) -> Self {
        let (class, is_loose, is_single) = (Class::NONE, false, false);
        let token = Token { at, from: place, to: place, class, is_loose, is_single };
        Self { token, kind, last: '\0', equal: 0, is_turkish: false, has_digit: false, length: 0 }
    }

    /// Notes a letter; whether it is one more of too many equal ones.
    fn repeats(&mut self, look: char) -> bool {
        self.equal = if look == self.last && look.is_alphabetic() { self.equal.saturating_add(1) } else { 1 };
        self.last = look;
        self.equal > MAX_EQUAL_LETTERS
    }
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation as _;

    use super::*;

    #[test]
    fn words_are_those_of_the_segmentation_but_end_at_punctuation() {
        for text in [
            "Well-made, isn't it? S/M/L, 100% cotton; size 6S. U.S.A. 3.5 a_b l\u{2019}ami",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{30ab}\u{30bf}\u{30ab}\u{30ca}\u{6f22}\u{5b57}\u{3042}\u{3044} abc\u{6f22}",
            "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{1f600}x\u{1f1e9}\u{1f1ea}y",
        ] {
            let is_inside = |character: char| character.is_alphanumeric();
            let expected: Vec<&str> = text
                .unicode_words()
                .flat_map(|word| word.split(|character| !is_inside(character)))
                .filter(|word| !word.is_empty())
                .collect();
            let words = words_of(text);
            let characters: Vec<char> = text.chars().collect();
            let found: Vec<String> = words
                .stream
                .tokens
                .iter()
                .map(|token| characters[token.from as usize..token.to as usize].iter().collect())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn three_equal_letters_are_two_and_places_are_the_texts() {
        let words = words_of("  Yeees\u{301}\u{301}sss 1000!");
        assert_eq!(words.stream.text, " yeess 1000 ");
        let [first, second] = words.stream.tokens[..] else { panic!("two words") };
        assert_eq!((first.from, first.to, second.from, second.to), (2, 12, 13, 17));
        assert_eq!(words.stream.words(0, 7), Some((0, 0)));
        assert_eq!(words.stream.words(1, 12), Some((0, 1)));
    }
}
