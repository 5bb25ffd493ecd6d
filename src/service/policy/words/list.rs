//! One list, ready to compare texts with: an automaton that finds all entries in one pass.
//! Deliberately absent: what a match means (`super`).

use aho_corasick::AhoCorasick;

use super::entries::{Entry, WordsError, parse};
use super::scripts::{Languages, Meant};
use super::stream::Stream;

/// A compiled list.
#[derive(Debug, Default)]
pub(super) struct List {
    entries: Vec<Entry>,
    /// `None` for an empty list.
    automaton: Option<AhoCorasick>,
}

/// An entry in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'l> {
    /// The entry as it was written.
    pub(super) entry: &'l str,
    /// Where its first word begins in the text, in Unicode scalar values.
    pub(super) from: u32,
    /// Where its last word ends.
    pub(super) to: u32,
    /// Whether it is only there if something was disguised.
    pub(super) is_doubtful: bool,
}

impl List {
    /// Reads and compiles a list.
    ///
    /// # Errors
    /// As [`parse`].
    pub(super) fn new(text: &str) -> Result<Self, WordsError> {
        let entries = parse(text)?;
        if entries.is_empty() {
            return Ok(Self::default());
        }
        let patterns = entries.iter().map(|entry| &entry.pattern);
        let automaton = AhoCorasick::new(patterns).map_err(|_| WordsError::TooLarge)?;
        Ok(Self { entries, automaton: Some(automaton) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Calls `take` for every entry in a stream, in the order of their ends, until it returns
    /// false. Returns how many it looked at.
    pub(super) fn each_hit<'l>(
        &'l self,
        stream: &Stream,
        languages: &Languages,
        mut take: impl FnMut(Hit<'l>) -> bool,
    ) -> u64 {
        let Some(automaton) = &self.automaton else { return 0 };
        let mut looked_at = 0;
        for found in automaton.find_overlapping_iter(&stream.text) {
            looked_at += 1;
            let Some(entry) = self.entries.get(found.pattern().as_usize()) else { continue };
            let Some((first, last)) = stream.words(found.start(), found.end()) else { continue };
            let Some(words) = stream.tokens.get(first..=last) else { continue };
            let meant = words.iter().zip(&entry.classes);
            let meant = meant.map(|(word, class)| languages.meant(word.class, *class)).min();
            let meant = meant.unwrap_or(Meant::No);
            if meant == Meant::No {
                continue;
            }
            let is_doubtful = meant == Meant::Maybe || words.iter().any(|word| word.is_loose);
            let hit =
                Hit { entry: &entry.text, from: words[0].from, to: words[last - first].to, is_doubtful };
            if !take(hit) {
                break;
            }
        }
        looked_at
    }
}
