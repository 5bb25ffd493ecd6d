//! What moderation must have kept: the rows and the log as a map has them.

use std::collections::{BTreeMap, BTreeSet};

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
    pub(super) reports: u64,
    pub(super) reporters: BTreeSet<u8>,
    pub(super) is_approved: bool,
    pub(super) is_authored: bool,
    pub(super) is_appealed: bool,
    pub(super) last: Option<u64>,
    pub(super) claimed: Option<Actor>,
}

impl Row {
    pub(super) fn state(&self) -> State {
        self.state.expect("every row has one")
    }
}

/// A decision: the row, from, to, the revision behind it, what it undoes.
pub(super) type Ruled = (Target, State, State, u64, Option<u64>);

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) rows: BTreeMap<Target, Row>,
    /// By its id.
    pub(super) log: BTreeMap<u64, Ruled>,
}

impl Model {
    /// What a decision does that is carried out.
    pub(super) fn rule(&mut self, target: Target, to: State, id: u64, actor: &Actor, undoes: Option<u64>) {
        assert!(self.log.keys().next_back().is_none_or(|last| *last < id), "ids ascend");
        let row = self.rows.get_mut(&target).expect("it is there");
        row.revision += 1;
        self.log.insert(id, (target, row.state(), to, row.revision, undoes));
        let is_somebody = actor.is_somebody();
        *row = Row {
            state: Some(to),
            class: (to == State::Pending).then_some(QueueClass::Pending),
            reports: if is_somebody { 0 } else { row.reports },
            is_approved: to == State::Published && is_somebody,
            is_appealed: false,
            last: Some(id),
            claimed: None,
            ..row.clone()
        };
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
