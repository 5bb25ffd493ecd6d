//! Moderation in a store: what can be asked and changed, in terms that both stores share. The
//! statements are in the modules below, once for both stores; a store adds how rows themselves are
//! found, shown and hidden (`rows`). Deliberately absent: which texts are held (`service`).

mod appeals;
mod authors;
pub(super) mod carry_out;
mod changes;
mod claims;
mod counts;
mod decisions;
pub(super) mod findings;
pub(super) mod forget;
mod items;
mod kept;
mod keys;
mod log;
mod queries;
mod queue;
mod reports;
mod retention;
pub(super) mod rows;
mod secrets;
pub(super) mod sql;
mod states;
pub(super) mod tables;
mod terms;
mod undo;
mod words;

use std::time::Duration;

pub use changes::{Decide, Decided, Done, Moderated, Moderation, Report};
pub use queries::{
    AuthorCounts, AuthorHistory, AuthorQuery, ClassCount, Decision, Item, ItemTexts, Key, ModerationAnswer,
    ModerationCounts, ModerationQuery, QueueClass, QueuePlace, QueueQuery, QueueSort, ReportSeen,
};
pub use states::RowState;
pub use tables::{ModerationTable, TableRows};
pub use terms::{Scope, WordList};

use crate::domain::Target;

/// The number by which tables of moderation know the kind of a row: 0 question, 1 answer, 2 review.
pub fn kind_number(target: Target) -> u8 {
    match target {
        Target::Question(_) => 0,
        Target::Answer(_) => 1,
        Target::Review(_) => 2,
    }
}

/// How long a claim lasts.
pub const CLAIM_LASTS: Duration = Duration::from_mins(10);

/// Most rows of one [`Decide`].
pub const MAX_DECIDED_ITEMS: usize = 100;

pub use crate::domain::MAX_NOTE_CHARS;
