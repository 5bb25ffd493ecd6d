//! Decisions. Each is a row of `decisions`, in the transaction that changes the state, and such a
//! row is never changed. It keeps what the row waited for, so that it can be taken back (`undo`).
//! Who may decide is not known here.

use super::kept::{self, Kept};
use super::log;
use super::rows::{FoundRow, Rows};
use super::sql::{Sql, Value};
use super::{Decide, Decided, Decision, Done, Moderated, QueueClass, kind_number};
use crate::domain::{Actor, Digest, Reason, State, Target, Timestamp};
use crate::store::{StoreError, columns};

/// A decision about one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruling<'r> {
    pub(super) to: State,
    pub(super) reason: Reason,
    pub(super) actor: &'r Actor,
    pub(super) now: Timestamp,
    pub(super) note: Option<&'r str>,
    pub(super) legal_ground: Option<&'r str>,
    pub(super) undoes: Option<u64>,
    pub(super) request: Option<&'r Digest>,
    /// What the row waits for then, if that does not follow from the decision.
    pub(super) standing: Option<Standing>,
}

/// What a row waits for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) class: Option<QueueClass>,
    pub(super) since: Timestamp,
    pub(super) reports: u64,
    pub(super) is_approved: bool,
}

impl Standing {
    /// What a decision makes of it. What reports hid waits for a person.
    fn behind(ruling: &Ruling<'_>, reports: u64) -> Self {
        let is_somebody = ruling.actor.is_somebody();
        Self {
            class: match ruling.to {
                State::Pending => Some(QueueClass::Pending),
                State::Hidden if !is_somebody => Some(QueueClass::HiddenByReports),
                State::Published | State::Rejected | State::Hidden => None,
            },
            since: ruling.now,
            reports: if is_somebody { 0 } else { reports },
            is_approved: ruling.to == State::Published && is_somebody,
        }
    }
}

impl<'r> Ruling<'r> {
    /// A decision of which no more is to be said.
    pub(super) fn new(to: State, reason: Reason, actor: &'r Actor, now: Timestamp) -> Self {
        let (note, legal_ground, undoes, request, standing) = (None, None, None, None, None);
        Self { to, reason, actor, now, note, legal_ground, undoes, request, standing }
    }
}

/// Writes a decision down and gives the row its state.
pub(super) fn rule<R: Rows>(
    rows: &mut R,
    found: FoundRow,
    kept: &mut Kept,
    ruling: &Ruling<'_>,
) -> Result<Done, R::Error> {
    let (target, from, revision) = (kept.target, kept.state, kept.revision + 1);
    let standing = ruling.standing.unwrap_or_else(|| Standing::behind(ruling, kept.reports));
    let decision_id = write_down(rows, kept, standing.reports, ruling)?;
    if from != ruling.to {
        rows.set_state(target, found, ruling.to)?;
    }
    kept.state = ruling.to;
    kept.revision = revision;
    (kept.class, kept.since) = (standing.class, standing.since);
    (kept.reports, kept.is_approved) = (standing.reports, standing.is_approved);
    kept.claimed = None;
    kept.decision_id = Some(decision_id);
    kept.save(rows)?;
    Ok(Done { decision_id, target, product_id: kept.product_id, from, to: ruling.to, revision })
}

/// Adds to the log, with what was kept before and the reports that go on to count; returns the new
/// id.
fn write_down<S: Sql>(
    sql: &mut S,
    kept: &Kept,
    left_reports: u64,
    ruling: &Ruling<'_>,
) -> Result<u64, S::Error> {
    let added = sql.query(
        "INSERT INTO decisions
             (at, product_id, kind, row_id, actor_kind, actor, from_state, to_state, reason, note, legal_ground,
              undoes, revision, request, was_class, was_since, was_reports, was_approved, was_decision,
              left_reports)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         RETURNING decision_id",
        &[
            Value::time(ruling.now),
            Value::id(kept.product_id),
            i64::from(kind_number(kept.target)).into(),
            kept::row_id(kept.target).into(),
            ruling.actor.kind().into(),
            Value::Text(ruling.actor.name()),
            Value::count(kept.state.number()),
            Value::count(ruling.to.number()),
            ruling.reason.name().into(),
            Value::Text(ruling.note),
            Value::Text(ruling.legal_ground),
            Value::Integer(ruling.undoes.map(u64::cast_signed)),
            Value::count(kept.revision + 1),
            Value::Bytes(ruling.request.map(|request| request.as_bytes().as_slice())),
            Value::Integer(kept.class.map(|class| class as i64)),
            Value::time(kept.since),
            Value::count(kept.reports),
            Value::flag(kept.is_approved),
            Value::Integer(kept.decision_id.map(u64::cast_signed)),
            Value::count(left_reports),
        ],
    )?;
    let id = added.first().map(|row| row.integer(0)).transpose()?;
    let id = id.and_then(|id| columns::number(id).ok());
    Ok(id.ok_or_else(|| StoreError::Full("no id is left for decisions".to_owned()))?)
}

/// Decides about rows, in order.
pub(super) fn decide<R: Rows>(rows: &mut R, decide: &Decide) -> Result<Moderated, R::Error> {
    let earlier = match &decide.request {
        Some(request) => log::of_request(rows, request)?,
        None => Vec::new(),
    };
    let mut decided = Vec::with_capacity(decide.items.len());
    for (target, revision) in &decide.items {
        decided.push(if earlier.is_empty() {
            decide_one(rows, decide, *target, *revision)?
        } else {
            repeat_one(rows, decide.to, *target, &earlier)?
        });
    }
    Ok(Moderated::Decided(decided))
}

fn decide_one<R: Rows>(
    rows: &mut R,
    decide: &Decide,
    target: Target,
    seen: Option<u64>,
) -> Result<Decided, R::Error> {
    let Some(found) = rows.find(target)? else { return Ok(Decided::Unknown) };
    let mut kept = Kept::load(rows, target, found)?;
    let (state, revision) = (kept.state, kept.revision);
    let conflict = Decided::Conflict { state, revision };
    if seen.is_some_and(|seen| seen != revision) {
        return Ok(conflict);
    }
    if state == decide.to {
        // A person who leaves a row as it is answers the reports or the appeal that it waits for.
        let waits = kept.class.is_some_and(|class| class != QueueClass::Pending);
        if !waits || !decide.actor.is_somebody() {
            return Ok(Decided::Unchanged { revision });
        }
    } else if !state.leads_to(decide.to) || kept.erased_at.is_some() {
        return Ok(conflict);
    }
    if decide.dry_run {
        let (product_id, to) = (found.product_id, decide.to);
        return Ok(Decided::Done(Done {
            decision_id: 0,
            target,
            product_id,
            from: state,
            to,
            revision: revision + 1,
        }));
    }
    let ruling = Ruling {
        note: decide.note.as_deref(),
        legal_ground: decide.legal_ground.as_deref(),
        request: decide.request.as_ref(),
        ..Ruling::new(decide.to, decide.reason, &decide.actor, decide.now)
    };
    rule(rows, found, &mut kept, &ruling).map(Decided::Done)
}

/// What a request did to a row before. A row that it did not decide about is not decided about now.
fn repeat_one<R: Rows>(
    rows: &mut R,
    to: State,
    target: Target,
    earlier: &[Decision],
) -> Result<Decided, R::Error> {
    if let Some(decision) = earlier.iter().find(|decision| decision.target == target) {
        return Ok(Decided::Done(done(decision)));
    }
    let Some(found) = rows.find(target)? else { return Ok(Decided::Unknown) };
    let Kept { state, revision, .. } = Kept::load(rows, target, found)?;
    Ok(if state == to { Decided::Unchanged { revision } } else { Decided::Conflict { state, revision } })
}

fn done(decision: &Decision) -> Done {
    let Decision { decision_id, target, product_id, from, to, revision, .. } = *decision;
    Done { decision_id, target, product_id, from, to, revision }
}
