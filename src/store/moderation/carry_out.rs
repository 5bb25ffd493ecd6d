//! Which function carries out what moderation changes, and which one answers what it asks. The
//! functions are in the modules next to this one.

use super::rows::Rows;
use super::{Moderated, Moderation, ModerationAnswer, ModerationQuery};
use super::{
    appeals, authors, claims, counts, decisions, items, keys, log, queue, reports, retention, secrets, undo,
    words,
};
use crate::domain::Target;

/// Carries out changes in the session's open transaction, in order. All of their rows are locked
/// first, in one order, so that two sessions do not wait for each other.
pub(crate) fn moderate_all<R: Rows>(
    rows: &mut R,
    moderations: &[Moderation],
) -> Result<Vec<Moderated>, R::Error> {
    let mut targets = Vec::new();
    for moderation in moderations {
        add_targets(rows, moderation, &mut targets)?;
    }
    targets.sort_unstable();
    targets.dedup();
    rows.lock(&targets)?;
    moderations.iter().map(|moderation| moderate(rows, moderation)).collect()
}

/// The rows that a change is about, as far as they are known before.
fn add_targets<R: Rows>(
    rows: &mut R,
    moderation: &Moderation,
    targets: &mut Vec<Target>,
) -> Result<(), R::Error> {
    match moderation {
        Moderation::Report(report) => targets.push(report.target),
        Moderation::Decide(decide) => targets.extend(decide.items.iter().map(|(target, _)| *target)),
        Moderation::Undo { decision_id, .. } => {
            targets.extend(log::find(rows, *decision_id)?.map(|decision| decision.target));
        }
        Moderation::Claim { target, .. }
        | Moderation::Unclaim { target, .. }
        | Moderation::Feature { target, .. }
        | Moderation::Appeal { target, .. } => targets.push(*target),
        Moderation::SetWords { .. }
        | Moderation::AddKey { .. }
        | Moderation::RevokeKey { .. }
        | Moderation::Secret { .. }
        | Moderation::Retain { .. } => {}
    }
    Ok(())
}

fn moderate<R: Rows>(rows: &mut R, moderation: &Moderation) -> Result<Moderated, R::Error> {
    match moderation {
        Moderation::Report(report) => reports::report(rows, report),
        Moderation::Decide(decide) => decisions::decide(rows, decide),
        Moderation::Undo { decision_id, actor, now } => undo::undo(rows, *decision_id, actor, *now),
        Moderation::Claim { target, actor, until, now } => claims::claim(rows, *target, actor, *until, *now),
        Moderation::Unclaim { target, actor } => claims::unclaim(rows, *target, actor),
        Moderation::Feature { target, since } => claims::feature(rows, *target, *since),
        Moderation::Appeal { target, author, note, now } => {
            appeals::appeal(rows, *target, author, note, *now)
        }
        Moderation::SetWords { list, text, expected } => words::set(rows, *list, text, *expected),
        Moderation::AddKey { .. } | Moderation::RevokeKey { .. } => keys::change(rows, moderation),
        Moderation::Secret { name, proposed } => secrets::keep(rows, name, proposed),
        Moderation::Retain { rejected_before, reported_before, limit, now } => {
            retention::retain(rows, *rejected_before, *reported_before, *limit, *now)
        }
    }
}

/// Answers a question in the session's open transaction, which changes nothing.
pub(crate) fn answer<R: Rows>(rows: &mut R, query: &ModerationQuery) -> Result<ModerationAnswer, R::Error> {
    match query {
        ModerationQuery::Queue(query) => queue::page(rows, query),
        ModerationQuery::Counts => counts::counts(rows),
        ModerationQuery::Item(target) => items::item(rows, *target),
        ModerationQuery::Decisions { target, before, limit } => {
            log::page(rows, *target, *before, *limit).map(ModerationAnswer::Decisions)
        }
        ModerationQuery::Decision(decision_id) => {
            let decision = log::find(rows, *decision_id)?;
            Ok(decision
                .map_or(ModerationAnswer::NotFound, |decision| ModerationAnswer::Decisions(vec![decision])))
        }
        ModerationQuery::Words(list) => words::read(rows, *list),
        ModerationQuery::WordRevisions => words::revisions(rows),
        ModerationQuery::Key(digest) => keys::find(rows, digest),
        ModerationQuery::Keys => keys::all(rows),
        ModerationQuery::Author(query) => authors::history(rows, query),
        ModerationQuery::AuthorOf(target) => items::author_of(rows, *target),
    }
}
