//! The shop's lists of words, and which of their entries a text has. A pure part: no store, no
//! requests, no time. Words are compared as people see them, never parts of words, unless an entry
//! says so with a star. Deliberately absent: what becomes of a text (`policy`), and any list of our
//! own.

mod character;
mod disguises;
mod entries;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod list;
mod loose;
mod scripts;
mod stream;
#[cfg(test)]
mod tests;

pub use entries::{MAX_ENTRIES, MAX_ENTRY_CHARS, MAX_LIST_BYTES, WordsError};

use disguises::Upright;
use list::{Hit, List};
use loose::loose_words_of;
use scripts::Languages;
use stream::{Stream, words_of};

/// Most entries that are named for one text and list.
pub const MAX_MATCHES: usize = 10;

/// Most [`WordMatches::steps`] for each character of any text, with lists that have
/// no nests of entries with stars.
pub const MAX_STEPS_PER_CHAR: u64 = 1_000;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// A text with this entry is refused.
    Refuse,
    /// A text with this entry waits.
    Hold,
}

/// An entry of a list in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordMatch {
    /// What it means.
    pub severity: Severity,
    /// The entry as the list has it.
    pub entry: String,
    /// The whole words that match, as they stand in the text.
    pub matched: String,
    /// Where they begin in the text, in Unicode scalar values.
    pub from: u32,
    /// Where they end, the first one behind them.
    pub to: u32,
}

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordMatches {
    /// The entries, those that refuse first; at most [`MAX_MATCHES`] of each kind.
    pub matches: Vec<WordMatch>,
    /// How much work it was: characters, their parts, bytes that automatons read, and entries that
    /// they came upon. Grows with the length of the text alone.
    pub steps: u64,
}

/// The three lists, ready to be compared with texts.
#[derive(Debug, Default)]
pub struct WordLists {
    refuse: List,
    hold: List,
    allow: List,
}

/// Returns how many entries a list has.
///
/// # Errors
/// The first line that is wrong, with the limit that it breaks.
pub fn count_entries(text: &str) -> Result<usize, WordsError> {
    entries::parse(text).map(|entries| entries.len())
}

impl WordLists {
    /// Compiles the texts of the lists, an entry a line. Twenty thousand words take some tenths of
    /// a second, as many entries of a hundred characters some seconds and 100 MB for that time.
    ///
    /// # Errors
    /// As [`count_entries`].
    pub fn new(refuse: &str, hold: &str, allow: &str) -> Result<Self, WordsError> {
        Ok(Self { refuse: List::new(refuse)?, hold: List::new(hold)?, allow: List::new(allow)? })
    }

    /// Finds the entries that a text has. What an entry of `allow` covers is not found. What is
    /// disguised by digits, symbols, spaces or foreign letters alone is found as
    /// [`Severity::Hold`], whichever list it is on.
    pub fn find(&self, text: &str) -> WordMatches {
        if self.refuse.is_empty() && self.hold.is_empty() {
            return WordMatches::default();
        }
        let words = words_of(text);
        let mut search = Search { lists: self, refused: Vec::new(), held: Vec::new(), steps: words.steps };
        search.run(&words.stream, &words.languages);
        if words.may_disguise {
            let loose = loose_words_of(text, Upright::I);
            search.steps += loose.steps;
            search.run(&loose.stream, &words.languages);
            if loose.has_upright {
                let loose = loose_words_of(text, Upright::L);
                search.steps += loose.steps;
                search.run(&loose.stream, &words.languages);
            }
        }
        search.matches_in(text)
    }

    /// The text as it is compared: the same for texts that read the same.
    pub fn normalized(text: &str) -> String {
        words_of(text).stream.text
    }
}

/// A search of one text.
struct Search<'l> {
    lists: &'l WordLists,
    refused: Vec<Hit<'l>>,
    held: Vec<Hit<'l>>,
    steps: u64,
}

impl Search<'_> {
    fn run(&mut self, stream: &Stream, languages: &Languages) {
        let allowed = Allowed::new(&self.lists.allow, stream, languages, &mut self.steps);
        for severity in [Severity::Refuse, Severity::Hold] {
            let list = match severity {
                Severity::Refuse => &self.lists.refuse,
                Severity::Hold => &self.lists.hold,
            };
            self.steps += stream.text.len() as u64;
            self.steps += list.each_hit(stream, languages, |hit| {
                if allowed.covers(hit.from, hit.to) {
                    return true;
                }
                let is_refused = severity == Severity::Refuse && !hit.is_doubtful;
                let hits = if is_refused { &mut self.refused } else { &mut self.held };
                let is_known = hits.iter().any(|known| (known.from, known.to) == (hit.from, hit.to));
                if !is_known && hits.len() < MAX_MATCHES {
                    hits.push(hit);
                }
                // Doubtful ones must not hide one that refuses.
                let wanted = if severity == Severity::Refuse { &self.refused } else { &self.held };
                wanted.len() < MAX_MATCHES
            });
        }
    }

    fn matches_in(mut self, text: &str) -> WordMatches {
        let characters =
            if self.refused.is_empty() && self.held.is_empty() { Vec::new() } else { text.chars().collect() };
        // What refuses anyway need not be held for the same words.
        let refused = &self.refused;
        self.held.retain(|hit| !refused.iter().any(|known| (known.from, known.to) == (hit.from, hit.to)));
        let of = |severity: Severity, hit: &Hit<'_>| WordMatch {
            severity,
            entry: hit.entry.to_owned(),
            matched: characters[hit.from as usize..hit.to as usize].iter().collect(),
            from: hit.from,
            to: hit.to,
        };
        for hits in [&mut self.refused, &mut self.held] {
            hits.sort_by_key(|hit| (hit.from, hit.to));
            hits.truncate(MAX_MATCHES);
        }
        let refused = self.refused.iter().map(|hit| of(Severity::Refuse, hit));
        let held = self.held.iter().map(|hit| of(Severity::Hold, hit));
        WordMatches { matches: refused.chain(held).collect(), steps: self.steps }
    }
}

/// The places of a text that entries of `allow` cover.
struct Allowed {
    /// Where each begins, in order, with the last end of it and of those before it.
    places: Vec<(u32, u32)>,
}

impl Allowed {
    fn new(allow: &List, stream: &Stream, languages: &Languages, steps: &mut u64) -> Self {
        let mut places = Vec::new();
        if !allow.is_empty() {
            *steps += stream.text.len() as u64;
            *steps += allow.each_hit(stream, languages, |hit| {
                places.push((hit.from, hit.to));
                true
            });
        }
        places.sort_unstable();
        let mut last_end = 0;
        for (_, end) in &mut places {
            last_end = last_end.max(*end);
            *end = last_end;
        }
        Self { places }
    }

    fn covers(&self, from: u32, to: u32) -> bool {
        let before = self.places.partition_point(|(start, _)| *start <= from);
        before.checked_sub(1).is_some_and(|at| self.places[at].1 >= to)
    }
}
