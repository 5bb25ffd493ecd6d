//! Texts that many records share. Each is kept once, and records refer to it by its number: a shop
//! shows the same few photos again and again. Texts stay for good, up to a limit. Beyond it a
//! record has a copy of its own. Which texts are shared is decided where records are packed.
//!
//! Reading takes no lock: a number is the place of a text that never changes.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use parking_lot::RwLock;
use xxhash_rust::xxh3::xxh3_64;

/// Most texts.
const MAX_TEXTS: usize = 64 * 1_024;

/// Most bytes of all texts together.
const MAX_BYTES: usize = 16 << 20;

/// Shorter texts are not shared: a reference would save nothing.
const MIN_TEXT_BYTES: usize = 12;

/// Shared texts. They are escaped for JSON.
#[derive(Debug)]
pub struct TextPool {
    texts: Box<[OnceLock<Box<[u8]>>]>,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The number of each text by its hash. A second text of the same hash is not shared.
    numbers: HashMap<u64, u32, RandomState>,
    bytes: usize,
}

impl TextPool {
    /// A pool without texts.
    pub fn new() -> Self {
        Self { texts: (0..MAX_TEXTS).map(|_| OnceLock::new()).collect(), known: RwLock::default() }
    }

    /// The number of a text, which is kept if it is new. `None` when it is too short, or when there
    /// is no room.
    pub(super) fn number(&self, text: &[u8]) -> Option<u32> {
        if text.len() < MIN_TEXT_BYTES {
            return None;
        }
        let hash = xxh3_64(text);
        {
            let known = self.known.read();
            if let Some(&number) = known.numbers.get(&hash) {
                return (self.text(number) == text).then_some(number);
            }
            if !known.has_room(text) {
                return None;
            }
        }
        let mut known = self.known.write();
        // Again: another thread may have kept it, or taken the room.
        if let Some(&number) = known.numbers.get(&hash) {
            return (self.text(number) == text).then_some(number);
        }
        if !known.has_room(text) {
            return None;
        }
        let number = u32::try_from(known.numbers.len()).ok()?;
        self.texts.get(number as usize)?.set(text.into()).ok()?;
        known.numbers.insert(hash, number);
        known.bytes += text.len();
        Some(number)
    }

    /// The text of a number; an empty one for a number that was never given out.
    pub(super) fn text(&self, number: u32) -> &[u8] {
        self.texts.get(number as usize).and_then(OnceLock::get).map_or(&[], |text| text)
    }

    /// The number of texts and their bytes.
    pub fn size(&self) -> (usize, usize) {
        let known = self.known.read();
        (known.numbers.len(), known.bytes)
    }
}

impl Known {
    fn has_room(&self, text: &[u8]) -> bool {
        self.numbers.len() < MAX_TEXTS && self.bytes + text.len() <= MAX_BYTES
    }
}

impl Default for TextPool {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let pool = TextPool::new();
        let one = pool.number(b"https://example.com/1.jpg").expect("there is room");
        let two = pool.number(b"https://example.com/2.jpg").expect("there is room");
        assert_eq!(pool.number(b"https://example.com/1.jpg"), Some(one));
        assert_ne!(one, two);
        assert_eq!(pool.text(two), b"https://example.com/2.jpg");
        assert_eq!(pool.size(), (2, 50));
        assert_eq!((pool.number(b"short"), pool.text(7)), (None, &[][..]));
    }

    #[test]
    fn it_has_limits() {
        let pool = TextPool::new();
        let long = "x".repeat(MAX_BYTES / 4);
        let numbers = (0..5).map(|letter| pool.number(&[&[letter], &long.as_bytes()[1..]].concat()));
        assert_eq!(numbers.flatten().count(), 4);
        assert_eq!(pool.number(b"one more text"), None);
        let pool = TextPool::new();
        let kept =
            (0..MAX_TEXTS + 9).filter(|number| pool.number(format!("text {number:9}").as_bytes()).is_some());
        assert_eq!(kept.count(), MAX_TEXTS);
        assert_eq!(pool.text(9), b"text         9");
    }
}
