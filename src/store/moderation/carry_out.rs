//! Which function carries out what moderation changes, and which one answers what it asks. The
//! functions are in the modules next to this one.

use super::rows::Rows;
use super::{Moderated, Moderation, ModerationAnswer, ModerationQuery};
use super::{decisions, keys, queue, reports, secrets, words};

/// Carries out one change in the session's open transaction.
pub(in crate::store) fn moderate<R: Rows>(
    rows: &mut R,
    moderation: &Moderation,
) -> Result<Moderated, R::Error> {
    match moderation {
        Moderation::Report(report) => reports::report(rows, report),
        Moderation::SetWords { list, text, expected } => words::set(rows, *list, text, *expected),
        Moderation::AddKey { .. } | Moderation::RevokeKey { .. } => keys::change(rows, moderation),
        Moderation::Secret { name, proposed } => secrets::keep(rows, name, proposed),
        _ => decisions::change(rows, moderation),
    }
}

/// Answers a question in the session's open transaction, which changes nothing.
pub(in crate::store) fn answer<R: Rows>(
    rows: &mut R,
    query: &ModerationQuery,
) -> Result<ModerationAnswer, R::Error> {
    match query {
        ModerationQuery::Words(list) => words::read(rows, *list),
        ModerationQuery::WordRevisions => words::revisions(rows),
        ModerationQuery::Key(digest) => keys::find(rows, digest),
        ModerationQuery::Keys => keys::all(rows),
        _ => queue::answer(rows, query),
    }
}
