//! Words behind digits and symbols that stand for letters, behind spaces between their letters, and
//! behind letters that are drawn out. All of it may be innocent, so it is only ever a reason to
//! look. Deliberately absent: words as they stand (`stream`).

use super::character::{Kind, each_unit};
use super::scripts::Class;
use super::stream::{Stream, Token};

/// So many words of one letter in a row may be one word that is spelled out.
pub(super) const MIN_SPELLED: u32 = 3;

/// Which letter a character stands for that may stand for two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upright {
    I,
    L,
}

/// Whether a symbol may stand for a letter.
pub(super) fn is_symbol_for_letter(symbol: char) -> bool {
    !symbol.is_alphanumeric() && letter_for(symbol, Upright::I).is_some()
}

/// The letter that a digit or a symbol may stand for.
fn letter_for(character: char, upright: Upright) -> Option<char> {
    Some(match character {
        '0' => 'o',
        '1' | '!' | '|' => match upright {
            Upright::I => 'i',
            Upright::L => 'l',
        },
        '3' | '\u{20ac}' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        _ => return None,
    })
}

/// A text as its words, with disguises taken off.
#[derive(Debug)]
pub(super) struct Loose {
    pub(super) stream: Stream,
    /// Whether it would be another one with the other [`Upright`].
    pub(super) has_upright: bool,
    /// Characters and parts of them that were looked at.
    pub(super) steps: u64,
}

/// A word that is not complete.
#[derive(Default)]
struct Open {
    letters: Vec<Letter>,
    /// Symbols that belong to the word only if it goes on behind them.
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
    let mut words: Vec<Vec<Letter>> = Vec::new();
    let (mut open, mut steps) = (Open::default(), 0_u64);
    for (place, character) in (0_u32..).zip(text.chars()) {
        steps += 1;
        each_unit(character, |unit| {
            steps += 1;
            let is_symbol = unit.kind == Kind::Other && is_symbol_for_letter(unit.character());
            if unit.kind == Kind::Other && !is_symbol {
                return open.end(&mut words);
            }
            if matches!(unit.kind, Kind::Single | Kind::Katakana) {
                open.end(&mut words);
            }
            // A word may begin and end with these two, but not with other symbols.
            let is_firm = !is_symbol || matches!(unit.character(), '@' | '$');
            if !is_firm && open.letters.is_empty() {
                return;
            }
            let mut class = Class::NONE;
            class.add(&unit, character);
            open.letters.extend(unit.looks().iter().map(|&look| Letter { look, place, class }));
            open.symbols = if is_firm { 0 } else { open.symbols + 1 };
        });
    }
    open.end(&mut words);
    joined(&words, upright, steps)
}

impl Open {
    fn end(&mut self, words: &mut Vec<Vec<Letter>>) {
        self.letters.truncate(self.letters.len() - self.symbols);
        self.symbols = 0;
        if self.letters.iter().any(|letter| letter.look.is_alphanumeric()) {
            words.push(std::mem::take(&mut self.letters));
        } else {
            self.letters.clear();
        }
    }
}

/// Puts the letters of spelled-out words together.
fn joined(words: &[Vec<Letter>], upright: Upright, steps: u64) -> Loose {
    let bytes = words.iter().map(|word| word.len() + 1).sum();
    let mut loose = Loose { stream: Stream::with_capacity(bytes), has_upright: false, steps };
    let mut rest = words;
    while let [word, others @ ..] = rest {
        let singles = rest.iter().take_while(|word| word.len() == 1).count();
        if singles >= MIN_SPELLED as usize {
            let (spelled, others) = rest.split_at(singles);
            loose.push(&spelled.concat(), true, upright);
            rest = others;
        } else {
            loose.push(word, false, upright);
            rest = others;
        }
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
