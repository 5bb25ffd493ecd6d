//! Words behind digits and symbols that stand for letters, behind spaces between their letters, and
//! behind letters that are drawn out. All of it may be innocent, so it is only ever a reason to
//! look. Deliberately absent: words as they stand (`stream`).

use super::character::{Kind, each_unit};
use super::disguises::{MIN_SPELLED, Upright, is_symbol_for_letter, letter_for, may_begin_word};
use super::scripts::Class;
use super::stream::{Stream, Token};

/// A text as its words, with disguises taken off.
#[derive(Debug)]
pub(super) struct Loose {
    pub(super) stream: Stream,
    /// Whether it would be another one with the other [`Upright`].
    pub(super) has_upright: bool,
    /// Characters and parts of them that were looked at.
    pub(super) steps: u64,
}

/// The words of a text, the last one not complete.
#[derive(Default)]
struct Letters {
    all: Vec<Letter>,
    /// Where each word ends.
    ends: Vec<usize>,
    /// Symbols that belong to the last word only if it goes on behind them.
    symbols: usize,
}

#[derive(Clone, Copy)]
struct Letter {
    look: char,
    place: u32,
    class: Class,
}

/// Takes a text apart.
pub(super) fn loose_words_of(text: &str, upright: Upright) -> Loose {
    let (mut letters, mut steps) = (Letters::default(), 0_u64);
    letters.all.reserve(text.len());
    for (place, character) in (0_u32..).zip(text.chars()) {
        steps += 1;
        each_unit(character, |unit| {
            steps += 1;
            let is_symbol = unit.kind == Kind::Other && is_symbol_for_letter(unit.character());
            if unit.kind == Kind::Other && !is_symbol {
                return letters.end_word();
            }
            if matches!(unit.kind, Kind::Single | Kind::Katakana) {
                letters.end_word();
            }
            // A word may begin and end with these two, but not with other symbols.
            let is_firm = !is_symbol || may_begin_word(unit.character());
            if !is_firm && letters.word().is_empty() {
                return;
            }
            let mut class = Class::NONE;
            class.add(&unit, character);
            letters.all.extend(unit.looks().iter().map(|&look| Letter { look, place, class }));
            letters.symbols = if is_firm { 0 } else { letters.symbols + 1 };
        });
    }
    letters.end_word();
    joined(&letters, upright, steps)
}

impl Letters {
    /// The word that is not complete.
    fn word(&self) -> &[Letter] {
        &self.all[self.ends.last().copied().unwrap_or_default()..]
    }

    fn end_word(&mut self) {
        self.all.truncate(self.all.len() - self.symbols);
        self.symbols = 0;
        if self.word().iter().any(|letter| letter.look.is_alphanumeric()) {
            self.ends.push(self.all.len());
        } else {
            self.all.truncate(self.ends.last().copied().unwrap_or_default());
        }
    }

    /// The letters of some words in a row.
    fn words(&self, words: std::ops::Range<usize>) -> &[Letter] {
        let end = |place: usize| place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[end(words.start)..end(words.end)]
    }
}

/// Puts the letters of spelled-out words together.
fn joined(letters: &Letters, upright: Upright, steps: u64) -> Loose {
    let (words, bytes) = (letters.ends.len(), letters.all.len() + letters.ends.len());
    let mut loose = Loose { stream: Stream::with_capacity(bytes), has_upright: false, steps };
    let mut at = 0;
    while at < words {
        let is_single = |place: &usize| letters.words(*place..place + 1).len() == 1;
        let singles = (at..words).take_while(is_single).count();
        let is_spelled = singles >= MIN_SPELLED as usize;
        let next = at + if is_spelled { singles } else { 1 };
        loose.push(letters.words(at..next), is_spelled, upright);
        at = next;
    }
    loose
}

impl Loose {
    /// Adds a word. Digits and symbols are letters in it if there are letters besides.
    fn push(&mut self, word: &[Letter], is_spelled: bool, upright: Upright) {
        let (Some(first), Some(last)) = (word.first(), word.last()) else { return };
        let has_letters = word.iter().any(|letter| letter.look.is_alphabetic());
        let at = self.stream.text.len();
        let (mut class, mut is_loose) = (Class::NONE, is_spelled);
        let mut rest = word;
        while let [letter, ..] = rest {
            let equal = rest.iter().take_while(|next| next.look == letter.look).count();
            let stands_for = letter_for(letter.look, upright).filter(|_| has_letters);
            is_loose |= stands_for.is_some();
            self.has_upright |= stands_for.is_some() && matches!(letter.look, '1' | '!' | '|');
            let look = stands_for.unwrap_or(letter.look);
            // Three are drawn out, two are mostly right.
            let is_drawn_out = equal > 2 && look.is_alphabetic();
            is_loose |= is_drawn_out;
            let shown = if is_drawn_out { 1 } else { equal };
            self.stream.text.extend(std::iter::repeat_n(look, shown));
            class = rest[..equal].iter().fold(class, |class, letter| class.with(letter.class));
            rest = &rest[equal..];
        }
        let (from, to) = (first.place, last.place + 1);
        self.stream.tokens.push(Token { at, from, to, class, is_loose, is_single: false });
        self.stream.text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loosely(text: &str) -> String {
        loose_words_of(text, Upright::I).stream.text.trim().to_owned()
    }

    #[test]
    fn digits_and_symbols_stand_for_letters() {
        for (text, expected) in [
            ("sh1t b00bs @ss pa$$ sh!t", "shit boobs ass pass shit"),
            ("Hello! 100% 1+1 a+b", "hello 100 1+1 atb"),
            ("s h i t", "shit"),
            ("f.u-c/k you", "fuck you"),
            ("S/M", "s m"),
            ("fuuuuck", "fuck"),
            ("\u{6f22}\u{5b57}", "\u{6f22} \u{5b57}"),
        ] {
            assert_eq!(loosely(text), expected, "{text}");
        }
        assert_eq!(loose_words_of("c1ass", Upright::L).stream.text, " class ");
    }
}
