//! Random sequences of everything that moderation can do, restarts and killed sessions included,
//! give the states, revisions, counters and the log of a model of a few lines, and public lists
//! have exactly the published rows. On a server two services share the store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atelier::domain::{Actor, Page, ReviewOrder, State, Target, Timestamp};
use atelier::service::{Service, ServiceSettings, SystemClock};
use atelier::store::moderation::{Moderated, Moderation, QueueClass};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::{Builder, Runtime};

use super::desk::{Desk, added, findings, key, known, origin, person, reported_by, whole};
use super::expected::{Model, PRODUCT, Row};
use crate::store::harness::{TestStore, answer, ask, new_question, product_id, question, reply, time};
use crate::store::lists::{questions, reviews};
use crate::store::reviews::stock::{review, write};
use crate::support::{OnStore, StoreKind, on_every_store};

on_every_store!(any_sequence_gives_what_the_model_has);

/// How many sequences are tried on a kind of store.
struct Trials {
    kind: StoreKind,
    count: u32,
}

impl OnStore for Trials {
    fn on(kind: StoreKind) -> Self {
        let count = match kind {
            StoreKind::Sqlite => 24,
            StoreKind::Postgres => 6,
            StoreKind::PostgresPooled => 3,
        };
        Self { kind, count }
    }
}

const STEPS: usize = 60;
const THRESHOLD: u32 = 2;
const APPEAL: &str = "Why?";

#[derive(Debug, Clone)]
enum Step {
    Ask,
    Post { kind: u8, waits: bool },
    Report { row: (u8, u64), reporter: Option<u8> },
    Decide { rows: Vec<(u8, u64)>, to: State, is_late: bool, actor: u8 },
    Undo { back: u64, actor: u8 },
    Claim { row: (u8, u64), actor: u8 },
    Unclaim { row: (u8, u64), actor: u8 },
    Appeal { row: (u8, u64), author: u8 },
    Vote { question: u64 },
    Restart,
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let row = || (0..3_u8, 1..=5_u64);
    let state = prop_oneof![Just(State::Published), Just(State::Rejected), Just(State::Hidden)];
    let reporter = prop_oneof![1 => Just(None), 3 => (1..6_u8).prop_map(Some)];
    prop_oneof![
        3 => Just(Step::Ask),
        6 => (0..3_u8, any::<bool>()).prop_map(|(kind, waits)| Step::Post { kind, waits }),
        9 => (row(), reporter).prop_map(|(row, reporter)| Step::Report { row, reporter }),
        12 => (prop::collection::vec(row(), 1..4), state, prop::bool::weighted(0.2), 1..3_u8)
            .prop_map(|(rows, to, is_late, actor)| Step::Decide { rows, to, is_late, actor }),
        4 => (0..4_u64, 1..3_u8).prop_map(|(back, actor)| Step::Undo { back, actor }),
        3 => (row(), 1..3_u8).prop_map(|(row, actor)| Step::Claim { row, actor }),
        1 => (row(), 1..3_u8).prop_map(|(row, actor)| Step::Unclaim { row, actor }),
        4 => (row(), 6..8_u8).prop_map(|(row, author)| Step::Appeal { row, author }),
        2 => (1..5_u64).prop_map(|question| Step::Vote { question }),
        1 => Just(Step::Restart),
        1 => Just(Step::Kill),
    ]
}

fn target((kind, id): (u8, u64)) -> Target {
    match kind {
        0 => question(id),
        1 => answer(id),
        _ => review(id),
    }
}

fn actor(number: u8) -> Actor {
    key(&format!("moderator {number}"))
}

/// Services on a store, and the model that they must agree with.
struct Shop {
    store: TestStore,
    kind: StoreKind,
    services: Vec<Service>,
    runtime: Runtime,
    desk: Desk,
    model: Model,
    clock: u64,
    turn: usize,
}

impl Shop {
    fn open(kind: StoreKind) -> Self {
        let store = TestStore::on(kind);
        let desk = Desk::new(&store);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (services, model) = (Vec::new(), Model::default());
        let mut shop = Self { store, kind, services, runtime, desk, model, clock: 0, turn: 0 };
        let count = if kind == StoreKind::Sqlite { 1 } else { 2 };
        shop.services = (0..count).map(|_| shop.start()).collect();
        shop
    }

    fn start(&self) -> Service {
        let settings = ServiceSettings::default();
        Service::start(self.store.open().as_ref(), Arc::new(SystemClock), settings).expect("it starts")
    }

    /// Carries out a change through one service after the other.
    fn make(&mut self, moderation: Moderation) -> Moderated {
        self.turn += 1;
        let service = &self.services[self.turn % self.services.len()];
        self.runtime.block_on(service.moderate(moderation)).expect("it is carried out")
    }

    fn carry_out(&mut self, step: Step) {
        self.clock += 1;
        let now = time(self.clock);
        match step {
            Step::Ask => {
                let body = format!("Asked at {}?", self.clock);
                let add = self.services[0].add_question(new_question(PRODUCT, &body), None);
                let id = self.runtime.block_on(add).expect("added").id;
                let row = Row { state: Some(State::Published), ..Row::default() };
                self.model.rows.insert(Target::Question(id), row);
            }
            Step::Post { kind, waits } => self.post(kind, waits),
            Step::Report { row, reporter } => self.report(target(row), reporter),
            Step::Decide { rows, to, is_late, actor: number } => {
                self.desk.actor = actor(number);
                let seen = |target: &Target| {
                    let revision = self.model.rows.get(target).map_or(0, |row| row.revision);
                    Some(if is_late { revision + 1 } else { revision })
                };
                // A row that comes twice has been decided about the second time.
                let items: Vec<_> =
                    rows.into_iter().map(target).map(|target| (target, seen(&target))).collect();
                let decide = self.desk.ruling(&items, to);
                let Moderated::Decided(decided) = self.make(Moderation::Decide(decide)) else {
                    panic!("not decided")
                };
                for ((target, seen), told) in items.into_iter().zip(&decided) {
                    self.model.decided(target, seen, to, &actor(number), told);
                }
            }
            Step::Undo { back, actor: number } => self.undo(back, actor(number)),
            Step::Claim { row, actor: number } => self.claim(target(row), actor(number), now),
            Step::Unclaim { row, actor: number } => {
                let (target, claimant) = (target(row), actor(number));
                self.make(Moderation::Unclaim { target, actor: claimant.clone() });
                if let Some(row) = self.model.rows.get_mut(&target)
                    && row.claimed.as_ref() == Some(&claimant)
                {
                    row.claimed = None;
                }
            }
            Step::Appeal { row, author } => self.appeal(target(row), author, now),
            Step::Vote { question: id } => {
                let Target::Question(question_id) = question(id) else { unreachable!("it is one") };
                let voted = self.runtime.block_on(self.services[0].vote_question(question_id));
                assert_eq!(voted.is_ok(), self.model.rows.contains_key(&question(id)));
            }
            Step::Restart => {
                let service = self.services.remove(0);
                drop(service);
                self.services.push(self.start());
            }
            Step::Kill if self.kind == StoreKind::Postgres => {
                self.store.query(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                );
            }
            Step::Kill => {}
        }
    }

    fn claim(&mut self, target: Target, claimant: Actor, now: Timestamp) {
        let until = time(1 << 30);
        let told = self.make(Moderation::Claim { target, actor: claimant.clone(), until, now });
        let Some(row) = self.model.rows.get_mut(&target) else {
            return assert_eq!(told, Moderated::NotFound);
        };
        match &row.claimed {
            Some(other) if *other != claimant => {
                assert_eq!(told, Moderated::ClaimedBy(other.clone(), until));
            }
            _ => {
                assert_eq!(told, Moderated::Done);
                row.claimed = Some(claimant);
            }
        }
    }

    fn appeal(&mut self, target: Target, author: u8, now: Timestamp) {
        let (author, note) = (person(author), APPEAL.to_owned());
        let told = self.make(Moderation::Appeal { target, author, note, now });
        let Some(row) = self.model.rows.get_mut(&target) else {
            return assert_eq!(told, Moderated::NotFound);
        };
        let last = row.last.map(|last| &self.model.before[&last].0);
        let is_answer = last.is_some_and(|before| before.class == Some(QueueClass::Appealed));
        let is_down = matches!(row.state(), State::Rejected | State::Hidden) && row.last.is_some();
        if !row.is_authored || author != person(7) {
            assert_eq!(told, Moderated::NotTheAuthor);
        } else if is_down && row.is_appealed || !is_down && is_answer {
            assert_eq!(told, Moderated::AppealedBefore);
        } else if !is_down {
            assert_eq!(told, Moderated::NothingToAppeal);
        } else {
            assert_eq!(told, Moderated::Done);
            (row.is_appealed, row.class) = (true, Some(QueueClass::Appealed));
        }
    }

    /// Another process adds a row of a known author.
    fn post(&mut self, kind: u8, waits: bool) {
        let state = if waits { State::Pending } else { State::Published };
        let command = match kind {
            0 => ask(PRODUCT, "Posted?"),
            1 if self.model.rows.contains_key(&question(1)) => reply(1, "Posted.", &[]),
            1 => return,
            _ => write(PRODUCT, "Posted.", &[], &[]),
        };
        let outcomes = self.desk.commit(&[known(command, time(self.clock), origin(state))]);
        let row = Row {
            state: Some(state),
            class: waits.then_some(QueueClass::Pending),
            is_authored: true,
            ..Row::default()
        };
        self.model.rows.insert(added(outcomes[0]), row);
    }

    fn report(&mut self, target: Target, reporter: Option<u8>) {
        let told = self.make(reported_by(target, reporter, THRESHOLD));
        let Some(row) = self.model.rows.get_mut(&target) else {
            return assert_eq!(told, Moderated::NotFound);
        };
        let product_id = product_id(PRODUCT);
        if row.state() != State::Published {
            return assert_eq!(told, Moderated::Reported { product_id, is_hidden: false });
        }
        row.count(reporter);
        let needed = u64::from(THRESHOLD) * if row.is_approved { 3 } else { 1 };
        let is_hidden = row.reports >= needed;
        assert_eq!(told, Moderated::Reported { product_id, is_hidden }, "{target:?}");
        if is_hidden {
            let (item, _) = self.desk.item(target).expect("it is there");
            let id = item.last_decision.expect("decided");
            self.model.rule(target, State::Hidden, id, &Actor::System, None);
        }
    }

    fn undo(&mut self, back: u64, undoer: Actor) {
        let last = self.model.log.keys().next_back().copied().unwrap_or(0);
        let decision_id = last.saturating_sub(back).max(1);
        let told = self.make(Moderation::Undo { decision_id, actor: undoer.clone(), now: time(self.clock) });
        let Some((target, from, ..)) = self.model.log.get(&decision_id).copied() else {
            return assert_eq!(told, Moderated::NotFound);
        };
        let row = &self.model.rows[&target];
        if row.last != Some(decision_id) {
            return assert_eq!(told, Moderated::Superseded(row.state(), row.revision));
        }
        let Moderated::Undone(done) = told else { panic!("{told:?}") };
        assert_eq!((done.to, done.revision), (from, row.revision + 1));
        self.model.rule(target, from, done.decision_id, &undoer, Some(decision_id));
    }

    /// Everything that is kept is the model's.
    fn compare(&mut self) {
        let rows: Vec<_> = self.model.rows.iter().map(|(target, row)| (*target, row.clone())).collect();
        for (target, row) in rows {
            let (item, decisions) = self.desk.item(target).expect("it is there");
            let kept = (item.state, item.revision, item.class, item.report_count, item.last_decision);
            assert_eq!(kept, (row.state(), row.revision, row.class, row.reports, row.last), "{target:?}");
            assert_eq!(item.appeal.as_deref(), row.is_appealed.then_some(APPEAL), "{target:?}");
            assert_eq!(item.claimed.map(|(claimant, _)| claimant), row.claimed, "{target:?}");
            for decision in decisions {
                let ruled = (target, decision.from, decision.to, decision.revision, decision.undoes);
                assert_eq!(self.model.log[&decision.decision_id], ruled);
            }
        }
        assert_eq!(
            self.store.query("SELECT count(*) FROM decisions"),
            self.model.log.len().to_string(),
            "every decision is in the log once"
        );
        let waiting = self.model.rows.values().filter(|row| row.class.is_some()).count();
        assert_eq!(self.desk.queue(&whole()).len(), waiting);
        self.compare_lists();
        assert_eq!(findings(&self.store), [""; 0]);
    }

    /// Every service's lists have the published rows. Those of other processes come with a notice.
    fn compare_lists(&self) {
        let public = self.model.public();
        let questions_are_seen = |target: &Target| match target {
            Target::Answer(_) => public.contains(&question(1)),
            _ => true,
        };
        let expected: Vec<_> = public.iter().filter(|target| questions_are_seen(target)).copied().collect();
        for service in &self.services {
            let listed = || {
                self.runtime.block_on(async {
                    let page = Page::new(1, 1_000, 1_000);
                    let mut listed = BTreeSet::new();
                    let asked = questions(service, product_id(PRODUCT), page).await.expect("a list");
                    for row in asked.results {
                        listed.insert(question(row.question_id));
                        listed.extend(row.answers.iter().map(|(_, nested)| answer(nested.id)));
                    }
                    let order = ReviewOrder::Newest;
                    let written = reviews(service, product_id(PRODUCT), page, order).await.expect("a list");
                    listed.extend(written.results.iter().map(|row| review(row.review_id)));
                    listed.into_iter().collect::<Vec<_>>()
                })
            };
            let deadline = Instant::now() + Duration::from_secs(20);
            loop {
                let seen = listed();
                if seen == expected {
                    break;
                }
                assert!(Instant::now() < deadline, "{seen:?} instead of {expected:?}");
                std::thread::yield_now();
            }
        }
    }
}

fn run(kind: StoreKind, steps: Vec<Step>) {
    let mut shop = Shop::open(kind);
    for (number, step) in steps.into_iter().enumerate() {
        shop.carry_out(step);
        if number % 10 == 0 {
            shop.compare_lists();
        }
    }
    shop.compare();
    shop.carry_out(Step::Restart);
    shop.compare();
}

fn any_sequence_gives_what_the_model_has(trials: &Trials) {
    let config = ProptestConfig {
        cases: trials.count,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    let sequences = prop::collection::vec(step(), STEPS / 2..=STEPS);
    let mut runner = TestRunner::new(config);
    let result = runner.run(&sequences, |steps| {
        run(trials.kind, steps);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}\n{runner}"));
}
