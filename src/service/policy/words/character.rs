//! What a character becomes before words are compared: compatibility forms are taken apart (NFKC
//! and the skeleton of UTS #39 both end in that), what is invisible and marks are dropped, case is
//! folded, and what only looks like another letter becomes that letter. Each character is worked
//! out once and kept in a page of 256. Deliberately absent: where words begin and end in a text
//! (`stream`).

use std::sync::OnceLock;

use caseless::Caseless as _;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::skeleton;
use unicode_segmentation::UnicodeSegmentation as _;

/// Characters below this are kept in pages; those above are rare, and worked out every time.
const FIRST_NOT_KEPT: usize = 0x2_0000;

/// Characters of a page.
const PAGE_CHARS: usize = 256;

/// Most characters that a letter is taken to look like.
const MAX_LOOKS: usize = 4;

/// How a character goes together with its neighbours, by UAX #29.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A letter or digit that makes one word with its like.
    Letter,
    /// A letter that makes one word with other Katakana.
    Katakana,
    /// A letter that is a word by itself: of scripts that do not write spaces.
    Single,
    /// A sign of a vowel and the like, which belongs to the letter before it.
    Extend,
    /// Space, punctuation, a symbol: no part of a word.
    Other,
}

/// A part of what a character becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    looks: [char; MAX_LOOKS],
    length: u8,
    /// How it goes together with its neighbours.
    pub(super) kind: Kind,
    /// Its script; that of digits and symbols is `Common`.
    pub(super) script: Script,
    /// Whether it looks like no Latin letter.
    pub(super) is_unmistakable: bool,
}

impl Unit {
    /// What it looks like: what is compared.
    pub(super) fn looks(&self) -> &[char] {
        &self.looks[..usize::from(self.length)]
    }

    /// Its only character.
    pub(super) fn character(&self) -> char {
        self.looks[0]
    }

    fn new(own: char) -> Self {
        let kind = kind(own);
        let is_letter = !own.is_ascii() && own.is_alphabetic();
        let seen = if is_letter { appearance(own) } else { Vec::new() };
        let is_known = (1..=MAX_LOOKS).contains(&seen.len());
        let seen = if is_known { seen } else { vec![own] };
        let mut looks = ['\0'; MAX_LOOKS];
        looks[..seen.len()].copy_from_slice(&seen);
        let length = u8::try_from(seen.len()).unwrap_or(1);
        Self { looks, length, kind, script: own.script(), is_unmistakable: is_letter && !seen[0].is_ascii() }
    }
}

/// The characters of a page, one after the other.
struct Page {
    units: Vec<Unit>,
    /// Where the units of each character end.
    ends: Vec<u32>,
}

impl Page {
    fn new(number: usize) -> Self {
        let mut page = Self { units: Vec::new(), ends: Vec::with_capacity(PAGE_CHARS) };
        for code in (0_u32..).skip(number * PAGE_CHARS).take(PAGE_CHARS) {
            if let Some(character) = char::from_u32(code) {
                page.units.extend(units(character));
            }
            page.ends.push(u32::try_from(page.units.len()).unwrap_or(u32::MAX));
        }
        page
    }

    fn units_of(&self, place: usize) -> &[Unit] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.units[start as usize..self.ends[place] as usize]
    }
}

/// Calls `take` for every part of what a character becomes; not at all for what is dropped.
pub(super) fn each_unit(character: char, mut take: impl FnMut(Unit)) {
    static PAGES: [OnceLock<Page>; FIRST_NOT_KEPT / PAGE_CHARS] =
        [const { OnceLock::new() }; FIRST_NOT_KEPT / PAGE_CHARS];
    let code = character as usize;
    match PAGES.get(code / PAGE_CHARS) {
        Some(page) => {
            let page = page.get_or_init(|| Page::new(code / PAGE_CHARS));
            page.units_of(code % PAGE_CHARS).iter().copied().for_each(take);
        }
        None => units(character).into_iter().for_each(&mut take),
    }
}

/// What a character becomes. Composed forms need no care: marks are dropped anyway.
fn units(character: char) -> Vec<Unit> {
    let shown = std::iter::once(character).filter(|character| !is_ignorable(*character));
    let apart = shown.nfkd().filter(|character| !is_dropped(*character));
    let folded: String = apart.default_case_fold().collect();
    folded.nfkd().filter(|character| !is_dropped(*character)).map(Unit::new).collect()
}

fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// Whether a character is invisible, or a mark. The vowels, nuktas, viramas and voicing signs of
/// Indic scripts and of Kana are marks too, but make other words: they have the classes 0, 7, 8 and
/// 9, and are kept.
fn is_dropped(character: char) -> bool {
    let makes_words = || match canonical_combining_class(character) {
        0 => character.script() != Script::Inherited && !is_enclosing(character),
        7..=9 => true,
        _ => false,
    };
    is_ignorable(character) || (is_combining_mark(character) && !makes_words())
}

/// Marks around a letter that have the script of that letter, those of Cyrillic.
fn is_enclosing(character: char) -> bool {
    matches!(character, '\u{488}' | '\u{489}' | '\u{A670}'..='\u{A672}')
}

/// What a letter looks like, by UTS #39. The table calls capitals and digits prototypes of some
/// letters, so case is folded again, and it writes m as r and n, which here is m: ASCII letters
/// stay as they are, so that "bum" is not "burn".
fn appearance(letter: char) -> Vec<char> {
    let mut buffer = [0; 4];
    let prototype = skeleton(letter.encode_utf8(&mut buffer)).filter(|character| !is_dropped(*character));
    let seen: Vec<char> = prototype.default_case_fold().filter(|character| !is_dropped(*character)).collect();
    if !seen.iter().all(|character| character.is_alphabetic()) {
        return Vec::new();
    }
    if seen == ['r', 'n'] { vec!['m'] } else { seen }
}

/// How a character goes together with others: asked of the segmentation of UAX #29, next to a Latin
/// and a Katakana letter.
fn kind(character: char) -> Kind {
    let joins = |letter: char| {
        let pair: String = [letter, character].into_iter().collect();
        pair.split_word_bounds().count() == 1
    };
    if is_combining_mark(character) {
        Kind::Extend
    } else if !character.is_alphanumeric() {
        Kind::Other
    } else if joins('a') {
        Kind::Letter
    } else if joins('\u{30A2}') {
        Kind::Katakana
    } else {
        Kind::Single
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(text: &str) -> String {
        let mut seen = String::new();
        for character in text.chars() {
            each_unit(character, |unit| seen.extend(unit.looks()));
        }
        seen
    }

    #[test]
    fn characters_become_what_they_look_like() {
        for (text, seen) in [
            ("Caf\u{e9} CAFE\u{301}", "cafe cafe"),
            ("\u{ff26}\u{ff55}\u{ff4c}\u{ff4c}", "full"),
            ("\u{1d41d}\u{1d422}\u{1d41c}\u{1d424} \u{24d3}", "dick d"),
            ("\u{130}\u{131}I", "iii"),
            ("Stra\u{df}e", "strasse"),
            ("\u{43c}o\u{433}e\u{44f}", "\u{28d}ore\u{1d19}"),
            ("\u{440}\u{430}\u{455}\u{435}", "pase"),
            ("a\u{200b}\u{ad}b\u{200d}\u{fe0f}", "ab"),
            ("modern burn 0O1lI|", "modern burn 0o1li|"),
            ("\u{3c1}\u{3bf}\u{3c1}", "pop"),
            ("\u{ba}\u{2122}\u{2026}", "otm..."),
            ("\u{e6}\u{153}\u{f8}", "aeoeo"),
        ] {
            assert_eq!(becomes(text), seen, "{text}");
        }
    }

    #[test]
    fn characters_above_the_pages_are_the_same_kind() {
        assert_eq!(becomes("\u{20000}\u{e0001}"), "\u{20000}");
    }

    #[test]
    fn kinds_are_those_of_the_segmentation() {
        for (character, expected) in [
            ('a', Kind::Letter),
            ('7', Kind::Letter),
            ('\u{5d0}', Kind::Letter),
            ('\u{30ab}', Kind::Katakana),
            ('\u{6f22}', Kind::Single),
            ('\u{3042}', Kind::Single),
            ('\u{e01}', Kind::Single),
            ('\u{93f}', Kind::Extend),
            ('\'', Kind::Other),
            ('_', Kind::Other),
        ] {
            assert_eq!(kind(character), expected, "{character}");
        }
    }
}
