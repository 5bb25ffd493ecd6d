//! What moderation knows, as JSON: items, decisions, counts. Names of members are part of the
//! contract; ids are numbers, absent values null. Addresses of authors are never in it.
//! Deliberately absent: what may be asked.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Actor, Digest, Finding, Id as _, Reason, Timestamp};
use crate::service::moderation::{Decided, Decision, Done, Item, ModerationCounts, QueueClass, ReportSeen};

/// A question, an answer or a review.
#[derive(Debug, Serialize)]
pub(crate) struct ShownItem {
    kind: &'static str,
    id: u64,
    product_id: u64,
    /// The question of an answer.
    question: Option<ShownQuestion>,
    text: String,
    summary: Option<String>,
    rating: Option<u8>,
    photos: Vec<String>,
    name: String,
    written_at: Option<String>,
    author: ShownAuthor,
    state: &'static str,
    revision: u64,
    class: Option<&'static str>,
    since: String,
    reasons: Vec<&'static str>,
    findings: Vec<ShownFinding>,
    report_count: u64,
    reports: Vec<ShownReport>,
    appeal: Option<String>,
    claimed_by: Option<ShownActor>,
    claimed_until: Option<String>,
    last_decision: Option<u64>,
    featured_since: Option<String>,
    is_erased: bool,
}

#[derive(Debug, Serialize)]
struct ShownQuestion {
    id: u64,
    text: String,
}

/// Who wrote a row, by the digest that stands for the author, and the author's rows by state.
#[derive(Debug, Serialize)]
struct ShownAuthor {
    id: Option<String>,
    role: &'static str,
    verified_buyer: bool,
    published: u64,
    pending: u64,
    rejected: u64,
    hidden: u64,
}

/// What a rule noticed. `from` and `to` count characters.
#[derive(Debug, Serialize)]
pub(crate) struct ShownFinding {
    reason: &'static str,
    field: Option<&'static str>,
    matched: Option<String>,
    from: Option<u32>,
    to: Option<u32>,
    holds: bool,
}

#[derive(Debug, Serialize)]
struct ShownReport {
    reason: Option<&'static str>,
    note: Option<String>,
    at: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ShownActor {
    kind: &'static str,
    name: Option<String>,
}

/// An entry of the log.
#[derive(Debug, Serialize)]
pub(crate) struct ShownDecision {
    decision_id: u64,
    at: String,
    kind: &'static str,
    id: u64,
    product_id: u64,
    actor: ShownActor,
    from: &'static str,
    to: &'static str,
    reason: &'static str,
    note: Option<String>,
    legal_ground: Option<String>,
    undoes: Option<u64>,
    revision: u64,
}

/// What became of one row of a decision.
#[derive(Debug, Serialize)]
pub(crate) struct ShownOutcome {
    kind: &'static str,
    id: u64,
    outcome: &'static str,
    /// The decision; none in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

/// How much waits.
#[derive(Debug, Serialize)]
pub(crate) struct ShownCounts {
    queue: ShownQueueCounts,
    by_state: BTreeMap<&'static str, u64>,
    by_reason: BTreeMap<&'static str, u64>,
    oldest_since: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShownQueueCounts {
    reported: u64,
    appealed: u64,
    pending: u64,
    hidden_by_reports: u64,
}

impl ShownItem {
    /// A row.
    pub(crate) fn new(item: Item) -> Self {
        let reasons = reasons(&item);
        let texts = item.texts;
        let counts = item.author_rows;
        let (claimed_by, claimed_until) = item.claimed.unzip();
        Self {
            kind: item.target.kind(),
            id: item.target.row_id(),
            product_id: item.product_id.get(),
            question: texts.question.map(|(id, text)| ShownQuestion { id, text }),
            text: texts.body,
            summary: texts.summary,
            rating: texts.rating,
            photos: texts.photos,
            name: texts.name,
            written_at: texts.written_at.map(shown_time),
            author: ShownAuthor {
                id: item.author.as_ref().map(author_id),
                role: item.role.name(),
                verified_buyer: item.is_verified_buyer,
                published: counts.published,
                pending: counts.pending,
                rejected: counts.rejected,
                hidden: counts.hidden,
            },
            state: item.state.name(),
            revision: item.revision,
            class: item.class.map(QueueClass::name),
            since: item.since.to_string(),
            reasons,
            findings: item.findings.into_iter().map(ShownFinding::new).collect(),
            report_count: item.report_count,
            reports: item.reports.into_iter().map(ShownReport::new).collect(),
            appeal: item.appeal,
            claimed_by: claimed_by.as_ref().map(ShownActor::new),
            claimed_until: claimed_until.map(shown_time),
            last_decision: item.last_decision,
            featured_since: item.featured.map(shown_time),
            is_erased: item.is_erased,
        }
    }
}

/// Why a row waits, each reason once: its class, then what held it, then why it was reported.
fn reasons(item: &Item) -> Vec<&'static str> {
    let of_class = match item.class {
        Some(QueueClass::Reported | QueueClass::HiddenByReports) => Some("reported"),
        Some(QueueClass::Appealed) => Some("appeal"),
        Some(QueueClass::Pending) | None => None,
    };
    let held = item.findings.iter().filter(|finding| finding.holds).map(|finding| finding.reason.name());
    let reported = item.reports.iter().filter_map(|report| Some(report.reason?.name()));
    let mut reasons = Vec::new();
    for reason in of_class.into_iter().chain(held).chain(reported) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

impl ShownFinding {
    /// What a rule noticed.
    pub(crate) fn new(finding: Finding) -> Self {
        let (from, to) = finding.at.unzip();
        Self {
            reason: finding.reason.name(),
            field: finding.field,
            matched: finding.matched,
            from,
            to,
            holds: finding.holds,
        }
    }
}

impl ShownReport {
    fn new(report: ReportSeen) -> Self {
        Self { reason: report.reason.map(Reason::name), note: report.note, at: shown_time(report.at) }
    }
}

impl ShownActor {
    /// Who acts.
    pub(crate) fn new(actor: &Actor) -> Self {
        Self { kind: actor.kind(), name: actor.name().map(str::to_owned) }
    }
}

impl ShownDecision {
    /// A decision.
    pub(crate) fn new(decision: Decision) -> Self {
        Self {
            decision_id: decision.decision_id,
            at: shown_time(decision.at),
            kind: decision.target.kind(),
            id: decision.target.row_id(),
            product_id: decision.product_id.get(),
            actor: ShownActor::new(&decision.actor),
            from: decision.from.name(),
            to: decision.to.name(),
            reason: decision.reason.name(),
            note: decision.note,
            legal_ground: decision.legal_ground,
            undoes: decision.undoes,
            revision: decision.revision,
        }
    }
}

impl ShownOutcome {
    /// What became of a row.
    pub(crate) fn new(target: crate::domain::Target, decided: &Decided) -> Self {
        let bare = |outcome| Self {
            kind: target.kind(),
            id: target.row_id(),
            outcome,
            decision_id: None,
            from: None,
            state: None,
            revision: None,
        };
        match decided {
            Decided::Done(done) => Self::done(done),
            Decided::Unchanged { revision } => Self { revision: Some(*revision), ..bare("unchanged") },
            Decided::Conflict { state, revision } => {
                Self { state: Some(state.name()), revision: Some(*revision), ..bare("conflict") }
            }
            Decided::Unknown => bare("unknown"),
        }
    }

    /// A decision that was carried out.
    pub(crate) fn done(done: &Done) -> Self {
        Self {
            kind: done.target.kind(),
            id: done.target.row_id(),
            outcome: "done",
            decision_id: Some(done.decision_id).filter(|decision_id| *decision_id != 0),
            from: Some(done.from.name()),
            state: Some(done.to.name()),
            revision: Some(done.revision),
        }
    }
}

impl ShownCounts {
    /// The counts.
    pub(crate) fn new(counts: &ModerationCounts) -> Self {
        let [reported, appealed, pending, hidden_by_reports] = counts.queue.map(|class| class.rows);
        let states = crate::domain::State::ALL.into_iter().map(crate::domain::State::name);
        Self {
            queue: ShownQueueCounts { reported, appealed, pending, hidden_by_reports },
            by_state: states.zip(counts.by_state).collect(),
            by_reason: counts.by_reason.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
            oldest_since: counts.oldest().map(shown_time),
        }
    }
}

/// The digest of an author, as moderators name the author.
fn author_id(author: &Digest) -> String {
    format!("{:032x}", u128::from_be_bytes(*author.as_bytes()))
}

fn shown_time(time: Timestamp) -> String {
    time.to_string()
}
