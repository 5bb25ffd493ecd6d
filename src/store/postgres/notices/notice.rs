//! What one process tells the others of its commits: the text of a `NOTIFY`, written and read.
//!
//! ```text
//! 9f86d081884c7d65 q12,40,7 a12,93,2 r15     origin, then: votes of a question, of an answer, rows of a product
//! 9f86d081884c7d65                           nothing: whoever sent it wants to know whether it hears itself
//! *                                          anything may have changed
//! ```
//! A text that cannot be read means that anything may have changed, so later versions may add words.

use std::fmt::Write as _;

use crate::domain::{AnswerId, Id, ProductId, QuestionId};
use crate::store::ProductChange;

/// Where notices are sent.
pub(crate) const CHANNEL: &str = "atelier_changes";

/// Sends notices ($2) on a channel ($1); they arrive when the transaction is committed.
pub(crate) const NOTIFY: &str = "SELECT pg_notify($1::text, notice) FROM unnest($2::text[]) AS n (notice)";

/// The notice that anything may have changed.
pub(crate) const EVERYTHING: &str = "*";

/// The server takes notices of up to 7,999 bytes.
const MAX_NOTICE_BYTES: usize = 7_900;

/// Who sent a notice. It is drawn by chance, so that no two writers have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin(pub(crate) u64);

/// A notice that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// These products changed.
    Products(Vec<ProductChange>),
    /// Anything may have changed.
    Everything,
    /// We know, because we did it.
    Own,
}

/// A notice of nothing, by which a process finds out whether it hears itself.
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
        let written = match change {
            ProductChange::QuestionVotes(product_id, question_id, helpful) => {
                write!(word, " q{product_id},{question_id},{helpful}")
            }
            ProductChange::AnswerVotes(product_id, answer_id, helpful) => {
                write!(word, " a{product_id},{answer_id},{helpful}")
            }
            ProductChange::Rows(product_id) => write!(word, " r{product_id}"),
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
    words.map(change).collect::<Option<_>>().map_or(Notice::Everything, Notice::Products)
}

fn change(word: &str) -> Option<ProductChange> {
    let (kind, numbers) = word.split_at_checked(1)?;
    let mut numbers = numbers.split(',');
    let product_id = ProductId::parse(numbers.next()?).ok()?;
    let change = match kind {
        "q" => ProductChange::QuestionVotes(
            product_id,
            QuestionId::parse(numbers.next()?).ok()?,
            numbers.next()?.parse().ok()?,
        ),
        "a" => ProductChange::AnswerVotes(
            product_id,
            AnswerId::parse(numbers.next()?).ok()?,
            numbers.next()?.parse().ok()?,
        ),
        "r" => ProductChange::Rows(product_id),
        _ => return None,
    };
    numbers.next().is_none().then_some(change)
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
        ];
        let notices = write(origin, &changes);
        assert_eq!(notices, ["0f86d081884c7d65 q12,40,7 a12,93,4294967295 r9007199254740991"]);
        assert_eq!(read(Origin(1), &notices[0]), Notice::Products(changes.to_vec()));
        assert_eq!(read(origin, &notices[0]), Notice::Own);
        assert_eq!(write(origin, &[]), [""; 0]);
        assert_eq!(read(origin, &greeting(origin)), Notice::Own);
        assert_eq!(read(Origin(1), &greeting(origin)), Notice::Products(vec![]));
    }

    #[test]
    fn a_large_batch_is_told_in_pieces() {
        let changes: Vec<_> = (1..=1_024)
            .map(|number| ProductChange::AnswerVotes(id(MAX_ID), id(MAX_ID - number), u32::MAX))
            .collect();
        let notices = write(Origin(1), &changes);
        assert!(notices.iter().all(|notice| notice.len() <= MAX_NOTICE_BYTES));
        let told: Vec<_> = notices
            .iter()
            .flat_map(|notice| match read(Origin(2), notice) {
                Notice::Products(changes) => changes,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, changes);
    }

    #[test]
    fn anything_else_means_everything() {
        for text in ["", "*", "1 z5", "1 q5", "1 q5,6", "1 q5,6,7,8", "1 r0", "xyz r5", "1  r5", "1 é"] {
            assert_eq!(read(Origin(9), text), Notice::Everything, "{text:?}");
        }
    }
}
