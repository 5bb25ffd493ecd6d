//! Texts against lists of words: 20,000 entries, a few of them with stars and phrases.

use std::fmt::Write as _;
use std::hint::black_box;

use atelier::service::words::WordLists;

use crate::operations::{Named, Operation};

/// Texts against 20,000 entries.
pub(crate) const WORDS: [Named; 4] = [
    ("1,000 characters", review),
    ("1,000 Cyrillic characters", cyrillic),
    ("1,000 hostile characters", hostile),
    ("10,000 hostile characters", long_hostile),
];

const ENTRIES: u32 = 20_000;

/// Entries of invented syllables: words, beginnings of words and phrases.
fn list() -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "xu", "zy"];
    let syllable = |number: u32, place: u32| SYLLABLES[(number >> (4 * place)) as usize % SYLLABLES.len()];
    let mut list = String::new();
    for number in 0..ENTRIES {
        let word: String = (0..4).map(|place| syllable(number.wrapping_mul(2_654_435_761), place)).collect();
        let line = match number % 20 {
            0 => writeln!(list, "{word}*"),
            1 => writeln!(list, "{word} {}", syllable(number, 0)),
            _ => writeln!(list, "{word}{}", number % 7),
        };
        line.expect("a text takes a line");
    }
    list
}

fn against(text: &str, chars: usize) -> Operation {
    let lists = WordLists::new(&list(), "held", "allowed").expect("the list is good");
    let text: String = text.chars().cycle().take(chars).collect();
    let call = move || _ = black_box(lists.find(black_box(&text)));
    Operation { items: 1, round: 1, call: Box::new(call) }
}

/// A review as shoppers write it.
fn review() -> Operation {
    against("Bought these in a size 6S for my daughter, 100% cotton as promised; they wash well. ", 1_000)
}

/// The same in letters of which many look like Latin ones.
fn cyrillic() -> Operation {
    let text = "\u{41e}\u{442}\u{43b}\u{438}\u{447}\u{43d}\u{430}\u{44f} \u{43a}\u{443}\u{440}\u{442}\u{43a}\u{430}, \u{440}\u{430}\u{437}\u{43c}\u{435}\u{440} \u{43f}\u{43e}\u{434}\u{43e}\u{448}\u{451}\u{43b}. ";
    against(text, 1_000)
}

const HOSTILE: &str = "b4 d1 x u z y \u{1d51f}\u{430} zyyyy f.o.g.u @!| e\u{301}\u{301} baca";

/// Everything that makes work: disguises, marks, letters from all over.
fn hostile() -> Operation {
    against(HOSTILE, 1_000)
}

/// Ten times as much of it.
fn long_hostile() -> Operation {
    against(HOSTILE, 10_000)
}
