//! The notice of a commit for other processes: writes and reads the text of a `NOTIFY`. It names
//! the changed rows and holds no values. Any role that may connect to the database can send one, so
//! the receiver reads the rows.
//!
//! ```text
//! 9f86d081884c7d65 q12,40 a12,93 r15   origin, then what changed (see below)
//! 9f86d081884c7d65                     nothing changed: the sender tests its own listener
//! *                                    anything may have changed
//! ```
//! `q` stands for votes of a question, `a` for votes of an answer, `v` for votes of a review, `r`
//! for questions or answers of a product that came or went, `w` for its reviews. A text that cannot
//! be read means that anything may have changed, so later versions may add words.

use std::fmt::Write as _;

use crate::domain::{Id, ProductId, Target};
use crate::store::ProductChange;

/// The name of the channel of this store. A channel belongs to the whole database, a store to the
/// schema that has its tables, so the number of the schema is in the name. It stays when the schema
/// is renamed.
macro_rules! channel {
    () => {
        "(SELECT 'atelier_changes_' || relnamespace FROM pg_catalog.pg_class
          WHERE oid = to_regclass('atelier_schema'))"
    };
}

/// Selects the name of the channel.
pub(crate) const CHANNEL: &str = concat!("SELECT ", channel!());

/// Sends notices ($1) on the channel; they arrive when the transaction is committed.
pub(crate) const NOTIFY: &str =
    concat!("SELECT pg_notify(", channel!(), ", notice) FROM unnest($1::text[]) AS n (notice)");

/// The notice that anything may have changed.
pub(crate) const EVERYTHING: &str = "*";

/// The server takes notices of up to 7,999 bytes.
const MAX_NOTICE_BYTES: usize = 7_900;

/// Who sent a notice. It is random, so that no two processes have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin(pub(crate) u64);

/// A notice that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// These changed.
    Hints(Vec<Hint>),
    /// Anything may have changed.
    Everything,
    /// It is from this process, which knows already.
    Own,
}

/// Something that a notice says has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The votes of a question or an answer of a product.
    Votes(ProductId, Target),
    /// The questions or answers of a product: some came or went.
    Rows(ProductId),
    /// The reviews of a product: some came or went.
    Reviews(ProductId),
}

impl Hint {
    /// The row that has new votes, and its product.
    pub(crate) fn votes(self) -> Option<(Target, ProductId)> {
        match self {
            Self::Votes(product_id, target) => Some((target, product_id)),
            Self::Rows(_) | Self::Reviews(_) => None,
        }
    }

    /// That the rows of a product changed.
    pub(crate) fn rows(self) -> Option<ProductChange> {
        match self {
            Self::Votes(..) => None,
            Self::Rows(product_id) => Some(ProductChange::Rows(product_id)),
            Self::Reviews(product_id) => Some(ProductChange::Reviews(product_id)),
        }
    }

    fn of(change: ProductChange) -> Self {
        match change {
            ProductChange::QuestionVotes(product_id, question_id, _) => {
                Self::Votes(product_id, Target::Question(question_id))
            }
            ProductChange::AnswerVotes(product_id, answer_id, _) => {
                Self::Votes(product_id, Target::Answer(answer_id))
            }
            ProductChange::ReviewVotes(product_id, review_id, _) => {
                Self::Votes(product_id, Target::Review(review_id))
            }
            ProductChange::Rows(product_id) => Self::Rows(product_id),
            ProductChange::Reviews(product_id) => Self::Reviews(product_id),
        }
    }
}

/// A notice without a change. A process sends it to find out whether it receives its own notices.
pub(crate) fn greeting(origin: Origin) -> String {
    format!("{:016x}", origin.0)
}

/// The notices for a commit: one, or a few when a batch is large.
pub(crate) fn write(origin: Origin, changes: &[ProductChange]) -> Vec<String> {
    let mut notices = Vec::new();
    let mut notice = String::new();
    let mut word = String::new();
    for change in changes {
        word.clear();
        let written = match Hint::of(*change) {
            Hint::Votes(product_id, Target::Question(id)) => write!(word, " q{product_id},{id}"),
            Hint::Votes(product_id, Target::Answer(id)) => write!(word, " a{product_id},{id}"),
            Hint::Votes(product_id, Target::Review(id)) => write!(word, " v{product_id},{id}"),
            Hint::Rows(product_id) => write!(word, " r{product_id}"),
            Hint::Reviews(product_id) => write!(word, " w{product_id}"),
        };
        debug_assert!(written.is_ok(), "writing to a string does not fail");
        if notice.len() + word.len() > MAX_NOTICE_BYTES {
            notices.push(std::mem::take(&mut notice));
        }
        if notice.is_empty() {
            notice = greeting(origin);
        }
        notice.push_str(&word);
    }
    if !notice.is_empty() {
        notices.push(notice);
    }
    notices
}

/// Reads a notice.
pub(crate) fn read(own: Origin, text: &str) -> Notice {
    let mut words = text.split(' ');
    let Some(origin) = words.next().and_then(|word| u64::from_str_radix(word, 16).ok()) else {
        return Notice::Everything;
    };
    if origin == own.0 {
        return Notice::Own;
    }
    words.map(hint).collect::<Option<_>>().map_or(Notice::Everything, Notice::Hints)
}

fn hint(word: &str) -> Option<Hint> {
    let (kind, numbers) = word.split_at_checked(1)?;
    let (product_id, id) = match numbers.split_once(',') {
        Some((product_id, id)) => (product_id, Some(id)),
        None => (numbers, None),
    };
    let product_id = ProductId::parse(product_id).ok()?;
    match (kind, id) {
        ("q", Some(id)) => Some(Hint::Votes(product_id, Target::Question(Id::parse(id).ok()?))),
        ("a", Some(id)) => Some(Hint::Votes(product_id, Target::Answer(Id::parse(id).ok()?))),
        ("v", Some(id)) => Some(Hint::Votes(product_id, Target::Review(Id::parse(id).ok()?))),
        ("w", None) => Some(Hint::Reviews(product_id)),
        ("r", None) => Some(Hint::Rows(product_id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MAX_ID;

    fn id<I: Id>(number: u64) -> I {
        I::new(number).expect("in range")
    }

    #[test]
    fn what_is_written_reads_back() {
        let origin = Origin(0x0f86_d081_884c_7d65);
        let changes = [
            ProductChange::QuestionVotes(id(12), id(40), 7),
            ProductChange::AnswerVotes(id(12), id(93), u32::MAX),
            ProductChange::Rows(id(MAX_ID)),
            ProductChange::ReviewVotes(id(12), id(5), 1),
            ProductChange::Reviews(id(8)),
        ];
        let notices = write(origin, &changes);
        assert_eq!(notices, ["0f86d081884c7d65 q12,40 a12,93 r9007199254740991 v12,5 w8"]);
        let hints = changes.map(Hint::of).to_vec();
        assert_eq!(hints[0], Hint::Votes(id(12), Target::Question(id(40))));
        assert_eq!(read(Origin(1), &notices[0]), Notice::Hints(hints));
        assert_eq!(read(origin, &notices[0]), Notice::Own);
        assert_eq!(write(origin, &[]), [""; 0]);
        assert_eq!(read(origin, &greeting(origin)), Notice::Own);
        assert_eq!(read(Origin(1), &greeting(origin)), Notice::Hints(vec![]));
    }

    #[test]
    fn a_large_batch_is_told_in_pieces() {
        let changes: Vec<_> = (1..=1_024)
            .map(|number| ProductChange::AnswerVotes(id(MAX_ID), id(MAX_ID - number), u32::MAX))
            .collect();
        let notices = write(Origin(1), &changes);
        assert!(notices.len() > 1);
        assert!(notices.iter().all(|notice| notice.len() <= MAX_NOTICE_BYTES));
        let told: Vec<_> = notices
            .iter()
            .flat_map(|notice| match read(Origin(2), notice) {
                Notice::Hints(hints) => hints,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, changes.iter().copied().map(Hint::of).collect::<Vec<_>>());
    }

    #[test]
    fn anything_else_means_everything() {
        for text in [
            "", "*", "1 z5", "1 q5", "1 q5,6,7", "1 r5,6", "1 r0", "1 w5,6", "1 v5", "xyz r5", "1  r5", "1 é",
        ] {
            assert_eq!(read(Origin(9), text), Notice::Everything, "{text:?}");
        }
    }
}
