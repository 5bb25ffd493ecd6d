//! What becomes of a new text before it is written: it is published, it waits, or it is refused,
//! and why. `judge` has the order of the checks, the other parts what is checked. Deliberately
//! absent: what moderators decide later (`moderation`).

mod author;
mod contacts;
mod findings;
pub(super) mod hook;
mod judge;
mod judged;
pub(super) mod kept_words;
mod lists;
mod post;
mod signals;
pub mod words;

pub use hook::signature::HookSecret;
pub use judge::{FoundWord, Tried, Verdict};
pub use lists::{SetWords, WordsSet};
pub use post::{Post, PostKind};
