//! What moderation must have kept: the rows and the log as a map has them.

use std::collections::BTreeMap;

use atelier::domain::{Actor, State, Target};
use atelier::store::moderation::{Decided, Done, QueueClass};

use crate::store::harness::product_id;

/// The product of all rows.
pub(super) const PRODUCT: u64 = 5;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Row {
    pub(super) state: Option<State>,
    pub(super) revision: u64,
    pub(super) class: Option<QueueClass>,
    /// How many of the last reports count.
    pub(super) reports: u64,
    /// All reports, by who reported.
    pub(super) reported: Vec<Option<u8>>,
    pub(super) is_approved: bool,
    pub(super) is_authored: bool,
    pub(super) is_appealed: bool,
    pub(super) last: Option<u64>,
    pub(super) claimed: Option<Actor>,
}

impl Row {
    /// Adds a report, unless it is one of those that count already.
    pub(super) fn count(&mut self, reporter: Option<u8>) {
        let counting = &self.reported[self.reported.len() - self.number()..];
        if reporter.is_none() || !counting.contains(&reporter) {
            self.reported.push(reporter);
            self.reports += 1;
            self.class = self.class.or(Some(QueueClass::Reported));
        }
    }

    fn number(&self) -> usize {
        count(self.reports)
    }

    /// What the row waited for before a decision, behind which so many reports went on to count.
    /// Reports that came since count as well, once for each reporter.
    fn bring_back(&mut self, before: &Self, left: u64) {
        let new = self.reported.split_off(self.reported.len() - (self.number() - count(left)));
        let earlier = self.reported[self.reported.len() - before.number()..].to_vec();
        let new: Vec<_> =
            new.into_iter().filter(|reporter| reporter.is_none() || !earlier.contains(reporter)).collect();
        self.reports = before.reports + new.len() as u64;
        self.reported.extend(new);
        self.class = before.class;
        self.is_approved = before.is_approved;
        self.is_appealed = before.is_appealed;
    }

    pub(super) fn state(&self) -> State {
        self.state.expect("every row has one")
    }
}

fn count(number: u64) -> usize {
    usize::try_from(number).expect("it is small")
}

/// A decision: the row, from, to, the revision behind it, what it undoes.
pub(super) type Ruled = (Target, State, State, u64, Option<u64>);

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) rows: BTreeMap<Target, Row>,
    /// By its id.
    pub(super) log: BTreeMap<u64, Ruled>,
    /// The rows before decisions, who decided, and how many reports went on to count.
    pub(super) before: BTreeMap<u64, (Row, Actor, u64)>,
}

impl Model {
    /// What a decision does that is carried out.
    pub(super) fn rule(&mut self, target: Target, to: State, id: u64, actor: &Actor, undoes: Option<u64>) {
        assert!(self.log.keys().next_back().is_none_or(|last| *last < id), "ids ascend");
        let row = self.rows.get_mut(&target).expect("it is there");
        row.revision += 1;
        self.log.insert(id, (target, row.state(), to, row.revision, undoes));
        let is_somebody = actor.is_somebody();
        let before = row.clone();
        *row = Row {
            state: Some(to),
            class: match to {
                State::Pending => Some(QueueClass::Pending),
                State::Hidden if !is_somebody => Some(QueueClass::HiddenByReports),
                _ => None,
            },
            reports: if is_somebody { 0 } else { row.reports },
            is_approved: to == State::Published && is_somebody,
            is_appealed: false,
            last: Some(id),
            claimed: None,
            ..row.clone()
        };
        if let Some((undone, by, left)) = undoes.and_then(|undone| self.before.get(&undone))
            && by.is_somebody()
        {
            row.reports = before.reports;
            row.bring_back(undone, *left);
        }
        // Reports that count once only are gone before a decision is taken back.
        let kept = before.reported.len() - row.reported.len();
        let before = Row { reports: before.reports - kept as u64, reported: row.reported.clone(), ..before };
        self.before.insert(id, (before, actor.clone(), row.reports));
    }

    pub(super) fn decided(
        &mut self,
        target: Target,
        seen: Option<u64>,
        to: State,
        actor: &Actor,
        told: &Decided,
    ) {
        let Some(row) = self.rows.get(&target) else { return assert_eq!(*told, Decided::Unknown) };
        let (state, revision) = (row.state(), row.revision);
        let answers = state == to && row.class.is_some();
        let expected = if seen.is_some_and(|seen| seen != revision) {
            Decided::Conflict { state, revision }
        } else if state == to && !answers {
            Decided::Unchanged { revision }
        } else if !answers && !state.leads_to(to) {
            Decided::Conflict { state, revision }
        } else {
            let Decided::Done(done) = told else { panic!("{target:?} to {to}: {told:?}") };
            let product_id = product_id(PRODUCT);
            let decision_id = done.decision_id;
            let done = Done { decision_id, target, product_id, from: state, to, revision: revision + 1 };
            self.rule(target, to, decision_id, actor, None);
            Decided::Done(done)
        };
        assert_eq!(*told, expected, "{target:?} to {to}");
    }

    pub(super) fn public(&self) -> Vec<Target> {
        let is_public = |target: &&Target| self.rows[target].state() == State::Published;
        self.rows.keys().filter(is_public).copied().collect()
    }
}
