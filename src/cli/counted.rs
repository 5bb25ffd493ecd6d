//! How commands say how many rows they dealt with: alike, and without separators, so that what one prints can be compared
//! with what another or a database does.

use crate::store::Counts;

/// Such as `1 question, 7038 answers, 0 photos`.
pub(super) fn counted(counts: Counts) -> String {
    let Counts { questions, answers, photos } = counts;
    [(questions, "question"), (answers, "answer"), (photos, "photo")]
        .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
        .join(", ")
}
