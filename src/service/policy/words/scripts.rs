//! Whether a word that looks like an entry is one: a word that mixes scripts was written to look
//! like another, a word of one foreign script is mostly just a word of that script. Deliberately
//! absent: how letters look (`character`).

use unicode_script::Script;

use super::character::Unit;

/// The Turkish letter i without a dot.
const DOTLESS: char = '\u{131}';

/// Which scripts a word is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class {
    /// The script of its first letter; `None` for digits alone.
    script: Option<Script>,
    /// Whether there are letters of another script.
    is_mixed: bool,
    /// Whether an i has no dot.
    is_dotless: bool,
}

impl Class {
    /// A word without letters so far.
    pub(super) const NONE: Self = Self { script: None, is_mixed: false, is_dotless: false };

    /// Adds a letter, with the character that it comes from.
    pub(super) fn add(&mut self, unit: &Unit, original: char) {
        self.is_dotless |= original == DOTLESS;
        match (self.script, unit.script) {
            (_, Script::Common | Script::Inherited) => {}
            (None, script) => self.script = Some(script),
            (Some(before), script) => self.is_mixed |= before != script,
        }
    }

    /// Whether there are letters.
    pub(super) fn has_letters(self) -> bool {
        self.script.is_some()
    }

    /// The class of two words as one.
    pub(super) fn with(self, other: Self) -> Self {
        let differ = matches!((self.script, other.script), (Some(one), Some(two)) if one != two);
        Self {
            script: self.script.or(other.script),
            is_mixed: self.is_mixed || other.is_mixed || differ,
            is_dotless: self.is_dotless || other.is_dotless,
        }
    }
}

/// How sure it is that a word was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meant {
    /// It is another word, which only looks alike.
    No,
    /// It may be.
    Maybe,
    /// It is.
    Yes,
}

/// What a text says about the languages that it is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Languages {
    /// Scripts of which there are letters that look like no Latin ones, a bit each.
    unmistakable: [u64; 4],
    latin_words: u32,
    turkish_words: u32,
}

impl Languages {
    /// Adds a letter.
    pub(super) fn add(&mut self, unit: &Unit) {
        if unit.is_unmistakable {
            let number = unit.script as usize;
            self.unmistakable[number / 64 % 4] |= 1 << (number % 64);
        }
    }

    /// Adds a word.
    pub(super) fn add_word(&mut self, class: Class, has_turkish_letter: bool) {
        self.latin_words += u32::from(class.script == Some(Script::Latin) && !class.is_mixed);
        self.turkish_words += u32::from(has_turkish_letter);
    }

    fn has_unmistakable(&self, script: Script) -> bool {
        let number = script as usize;
        self.unmistakable[number / 64 % 4] & 1 << (number % 64) != 0
    }

    /// Whether a word of the text that looks like a word of an entry is meant by it.
    pub(super) fn meant(&self, word: Class, entry: Class) -> Meant {
        let (Some(script), Some(of_entry)) = (word.script, entry.script) else { return Meant::Yes };
        if word.is_mixed || entry.is_mixed {
            return Meant::Yes;
        }
        if script == of_entry {
            // The dotless i makes other words in Turkish, and a disguise elsewhere.
            let is_disguise = self.latin_words > 1 && self.turkish_words < 2;
            return match (word.is_dotless == entry.is_dotless, is_disguise) {
                (true, _) => Meant::Yes,
                (false, true) => Meant::Maybe,
                (false, false) => Meant::No,
            };
        }
        let is_disguise = self.latin_words > 0 && !self.has_unmistakable(script);
        if of_entry == Script::Latin && is_disguise { Meant::Maybe } else { Meant::No }
    }
}

/// Whether a letter is one that Turkish has and its neighbours have not.
pub(super) fn is_turkish(original: char) -> bool {
    matches!(original, DOTLESS | '\u{130}' | '\u{11e}' | '\u{11f}' | '\u{15e}' | '\u{15f}')
}
