//! How commands say how many rows they dealt with: alike, so that what one prints can be compared with what another does.

use indicatif::HumanCount;

use crate::store::Counts;

/// Such as `1 question, 7,038 answers, 0 photos`.
pub(super) fn counted(counts: Counts) -> String {
    let Counts { questions, answers, photos } = counts;
    [(questions, "question"), (answers, "answer"), (photos, "photo")]
        .map(|(count, noun)| format!("{} {noun}{}", HumanCount(count), if count == 1 { "" } else { "s" }))
        .join(", ")
}
