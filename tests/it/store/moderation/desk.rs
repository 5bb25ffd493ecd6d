//! What the tests of moderation share: a moderator's desk with sessions of its own, and rows to
//! decide about.

use atelier::domain::{Actor, AuthorRole, Digest, Finding, Origin, Reason, State, Target, Timestamp};
use atelier::store::moderation::{
    Decide, Decided, Decision, Item, Moderated, Moderation, ModerationAnswer, ModerationQuery, QueuePlace,
    QueueQuery, QueueSort, Report,
};
use atelier::store::{Command, Outcome, Reader, StoreError, Writer};

use crate::store::harness::{TestStore, answer, ask, outside, question, reply, time};
use crate::store::reviews::stock::{review, write};

/// Sessions of somebody who moderates.
pub(super) struct Desk {
    pub(super) writer: Box<dyn Writer>,
    pub(super) reader: Box<dyn Reader>,
    pub(super) actor: Actor,
}

/// What becomes of a row in short: its state and its revision.
pub(super) type Stand = (State, u64);

pub(super) fn key(name: &str) -> Actor {
    Actor::Key(name.to_owned())
}

impl Desk {
    pub(super) fn new(store: &TestStore) -> Self {
        Self::of(store, "mara")
    }

    pub(super) fn of(store: &TestStore, name: &str) -> Self {
        Self { writer: store.writer(), reader: store.reader(), actor: key(name) }
    }

    pub(super) fn commit(&mut self, commands: &[Command]) -> Vec<Outcome> {
        outside(|| self.writer.commit(commands).expect("committed"))
    }

    /// Adds a question, an answer to it and a review to product 5 of a store without rows. The
    /// answer and the review have a photo, the review a rating if the product has the
    /// characteristic 1.
    pub(super) fn add_one_of_each(&mut self, state: State) {
        let photos = ["https://example.com/1.jpg"];
        let rows = [ask(5, "One?"), reply(1, "One.", &photos), write(5, "Fine.", &photos, &[(1, 5)])];
        let rows = rows.map(|command| known(command, time(1), origin(state)));
        // Its id is known only behind the commit.
        self.commit(&rows[..1]);
        self.commit(&rows[1..]);
    }

    pub(super) fn try_all(&mut self, moderations: &[Moderation]) -> Result<Vec<Moderated>, StoreError> {
        outside(|| self.writer.moderate(moderations))
    }

    pub(super) fn make(&mut self, moderation: Moderation) -> Moderated {
        let mut moderated = self.try_all(&[moderation]).expect("it is carried out");
        assert_eq!(moderated.len(), 1);
        moderated.remove(0)
    }

    pub(super) fn ask(&mut self, query: &ModerationQuery) -> ModerationAnswer {
        outside(|| self.reader.moderation(query).expect("it is answered"))
    }

    /// The decision of this moderator.
    pub(super) fn ruling(&self, items: &[(Target, Option<u64>)], to: State) -> Decide {
        Decide {
            items: items.to_vec(),
            to,
            reason: if to == State::Published { Reason::Approved } else { Reason::Spam },
            note: Some("Seen it.".to_owned()),
            legal_ground: None,
            actor: self.actor.clone(),
            now: time(100),
            dry_run: false,
            request: None,
        }
    }

    /// Decides about one row of any revision.
    pub(super) fn decide(&mut self, target: Target, to: State) -> Decided {
        let decide = self.ruling(&[(target, None)], to);
        self.decide_all(decide).remove(0)
    }

    pub(super) fn decide_all(&mut self, decide: Decide) -> Vec<Decided> {
        match self.make(Moderation::Decide(decide)) {
            Moderated::Decided(decided) => decided,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn undo(&mut self, decision_id: u64) -> Moderated {
        let actor = self.actor.clone();
        self.make(Moderation::Undo { decision_id, actor, now: time(200) })
    }

    /// A row with its history.
    pub(super) fn item(&mut self, target: Target) -> Option<(Item, Vec<Decision>)> {
        match self.ask(&ModerationQuery::Item(target)) {
            ModerationAnswer::Item(item, decisions) => Some((*item, decisions)),
            ModerationAnswer::NotFound => None,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn stand(&mut self, target: Target) -> Stand {
        let (item, _) = self.item(target).expect("the row is there");
        (item.state, item.revision)
    }

    /// A page of the queue: its rows, where the next one begins, whether looking ended early.
    pub(super) fn page(&mut self, query: QueueQuery) -> (Vec<Item>, Option<QueuePlace>, bool) {
        match self.ask(&ModerationQuery::Queue(query)) {
            ModerationAnswer::Queue { items, next, is_partial } => (items, next, is_partial),
            other => panic!("{other:?}"),
        }
    }

    /// All rows of a queue, page by page.
    pub(super) fn queue(&mut self, query: &QueueQuery) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut after = query.after;
        loop {
            let (items, next, _) = self.page(QueueQuery { after, ..query.clone() });
            targets.extend(items.iter().map(|item| item.target));
            match next {
                Some(next) => after = Some(next),
                None => return targets,
            }
        }
    }
}

/// The whole queue.
pub(super) fn whole() -> QueueQuery {
    QueueQuery {
        state: None,
        kind: None,
        reason: None,
        product_id: None,
        author: None,
        claimed: None,
        since: None,
        until: None,
        text: None,
        sort: QueueSort::Priority,
        after: None,
        limit: 25,
        now: time(50),
    }
}

pub(super) fn person(number: u8) -> Digest {
    Digest::from_bytes([number; 16])
}

pub(super) fn origin(state: State) -> Origin {
    let finding = Finding {
        reason: Reason::WordHeld,
        field: Some("body"),
        matched: Some("word".to_owned()),
        at: Some((0, 4)),
        holds: true,
    };
    Origin {
        state,
        author: Some(person(7)),
        is_identified: true,
        role: AuthorRole::Shopper,
        is_verified_buyer: false,
        client: Some(person(8)),
        text: Some(person(9)),
        findings: if state == State::Pending { vec![finding] } else { Vec::new() },
    }
}

/// The same command at another time, for a row of which this is known.
pub(super) fn known(mut command: Command, at: Timestamp, known: Origin) -> Command {
    match &mut command {
        Command::AddQuestion { origin, written_at, .. }
        | Command::AddAnswer { origin, written_at, .. }
        | Command::AddReview { origin, written_at, .. } => {
            *origin = Some(Box::new(known));
            *written_at = at;
        }
        _ => panic!("no row"),
    }
    command
}

/// The row that a command added.
pub(super) fn added(outcome: Outcome) -> Target {
    match outcome {
        Outcome::QuestionAdded { question_id, .. } => Target::Question(question_id),
        Outcome::AnswerAdded { answer_id, .. } => Target::Answer(answer_id),
        Outcome::ReviewAdded { review_id, .. } => Target::Review(review_id),
        other => panic!("{other:?}"),
    }
}

/// The rows of [`Desk::add_one_of_each`].
pub(super) fn targets() -> [Target; 3] {
    [question(1), answer(1), review(1)]
}

pub(super) fn reported_by(target: Target, reporter: Option<u8>, threshold: u32) -> Moderation {
    Moderation::Report(Report {
        target,
        reporter: reporter.map(person),
        is_of_address: true,
        reason: Some(Reason::Offensive),
        note: Some("Rude.".to_owned()),
        threshold,
        now: time(60),
    })
}

/// Whether a row is on its public list.
pub(super) fn is_public(store: &TestStore, target: Target) -> bool {
    let (letter, lines) = match target {
        Target::Question(_) => ('Q', store.lines(5)),
        Target::Answer(_) => ('A', store.lines(5)),
        Target::Review(_) => ('R', store.review_lines(5)),
    };
    lines.iter().any(|line| line.starts_with(&format!("{letter}{} ", target.row_id())))
}

/// The damage that a check of the whole store finds.
pub(super) fn findings(store: &TestStore) -> Vec<String> {
    let mut findings = Vec::new();
    outside(|| store.open().check(&mut |finding| findings.push(format!("{finding:?}"))).expect("checked"));
    findings
}
