//! `atelier moderate`: what moderators do, from a shell, on the store itself. Servers that are
//! running notice it. Deliberately absent: how items are printed (`shown`), and what a change does
//! (`store::moderation`).

mod account;
mod shown;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use self::account::account;
use crate::config::{StoreOption, whole_number};
use crate::domain::{Id as _, ProductId, QuestionId, Reason, State, Target, Verdict, VerdictDraft};
use crate::service::{Clock as _, SystemClock};
use crate::store::moderation::{
    Decide, Decided, MAX_DECIDED_ITEMS, Moderated, Moderation, ModerationAnswer, ModerationQuery, QueueQuery,
    QueueSort, kind_number,
};
use crate::store::{Store, StoreAddress};

/// More items than this need their number typed.
const MAX_UNCONFIRMED_ITEMS: usize = 20;

/// Most items of one command: ten decisions of the most that a decision takes.
const MAX_ITEMS: usize = 10 * MAX_DECIDED_ITEMS;

/// The options of `moderate`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ModerateArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// List what waits for a decision, the most urgent first
    List(List),
    /// Show one item and all decisions about it
    Show(Show),
    /// Publish items that wait
    Approve(Decision),
    /// Decide against items: they are not shown, and erased after the time that is set
    Reject(Decision),
    /// Take down items that are public
    Hide(Decision),
    /// Publish items again that were hidden or rejected
    Restore(Decision),
    /// Take decisions back: the state before each comes back
    Undo(Undo),
}

#[derive(Debug, Clone, Args)]
struct List {
    /// Only in this state: published, pending, rejected or hidden
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<State>,

    /// Only of this kind: question, answer or review
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<Target>,

    /// Only what waits, or was reported, for this reason, such as spam
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Option<Reason>,

    /// Only about this product
    #[arg(long, value_name = "ID", value_parser = product_id)]
    product: Option<ProductId>,

    /// Only with this text in it
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,

    /// The order: priority, oldest or newest
    #[arg(long, value_name = "ORDER", default_value = "priority", value_parser = sort)]
    sort: QueueSort,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = whole_number(1..=100_u8))]
    limit: u8,

    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Args)]
struct Show {
    /// The item, such as answer:68
    #[arg(value_name = "ITEM", value_parser = item)]
    item: Target,

    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Args)]
struct Decision {
    /// The items, such as question:37 answer:68 review:1135681
    #[arg(value_name = "ITEM", required = true, value_parser = item)]
    items: Vec<Target>,

    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// Why, such as spam or off_topic; rejecting and hiding need it
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,

    /// A note for other moderators, up to 500 characters
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    /// The law, with the reason illegal
    #[arg(long, value_name = "TEXT")]
    legal_ground: Option<String>,

    /// How many items these are; needed for more than twenty
    #[arg(long, value_name = "N")]
    confirm: Option<usize>,

    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Args)]
struct Undo {
    /// The decisions, by their ids
    #[arg(value_name = "DECISION", required = true, value_parser = decision_id)]
    decisions: Vec<u64>,

    /// How many decisions these are; needed for more than twenty
    #[arg(long, value_name = "N")]
    confirm: Option<usize>,

    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Args)]
struct Output {
    /// Print JSON, as the routes of moderators have it
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Does it. The exit status is 0 when all was done, 1 when something was not.
pub(crate) fn run(args: &ModerateArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::List(list) => list.run(),
        Action::Show(show) => show.run(),
        Action::Approve(decision) | Action::Restore(decision) => decision.run(State::Published),
        Action::Reject(decision) => decision.run(State::Rejected),
        Action::Hide(decision) => decision.run(State::Hidden),
        Action::Undo(undo) => undo.run(),
    }
}

impl List {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let query = QueueQuery {
            state: self.state,
            kind: self.kind.map(kind_number),
            reason: self.reason,
            product_id: self.product,
            author: None,
            claimed: None,
            since: None,
            until: None,
            text: self.text.clone().filter(|text| !text.is_empty()),
            sort: self.sort,
            after: None,
            limit: usize::from(self.limit),
            now: SystemClock.now(),
        };
        match self.output.ask(&ModerationQuery::Queue(query))? {
            ModerationAnswer::Queue { items, next, is_partial } => {
                shown::list(items, next.is_some() || is_partial, self.output.json)?;
                Ok(ExitCode::SUCCESS)
            }
            other => unexpected(&other),
        }
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<ExitCode> {
        match self.output.ask(&ModerationQuery::Item(self.item))? {
            ModerationAnswer::Item(item, decisions) => {
                shown::item(*item, decisions, self.output.json)?;
                Ok(ExitCode::SUCCESS)
            }
            ModerationAnswer::NotFound => bail!("there is no {} {}", self.item.kind(), self.item.row_id()),
            other => unexpected(&other),
        }
    }
}

impl Decision {
    fn run(&self, to: State) -> anyhow::Result<ExitCode> {
        let verdict = Verdict::parse(VerdictDraft {
            to: Some(to.name()),
            reason: self.reason.as_deref(),
            note: self.note.as_deref(),
            legal_ground: self.legal_ground.as_deref(),
        });
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(errors) => {
                let details: Vec<String> = errors.into_iter().map(|error| error.detail).collect();
                bail!("{}", details.join("; "));
            }
        };
        let mut items = self.items.clone();
        items.sort_unstable();
        items.dedup();
        confirm(items.len(), self.confirm, "items")?;
        let now = SystemClock.now();
        let decides: Vec<Moderation> = items
            .chunks(MAX_DECIDED_ITEMS)
            .map(|items| {
                Moderation::Decide(Decide {
                    items: items.iter().map(|target| (*target, None)).collect(),
                    to: verdict.to,
                    reason: verdict.reason,
                    note: verdict.note.clone(),
                    legal_ground: verdict.legal_ground.clone(),
                    actor: account(),
                    now,
                    dry_run: false,
                    request: None,
                })
            })
            .collect();
        let mut outcomes: Vec<Decided> = Vec::new();
        for moderated in self.output.change(&decides)? {
            match moderated {
                Moderated::Decided(decided) => outcomes.extend(decided),
                other => return unexpected(&other),
            }
        }
        shown::outcomes(to, &items, &outcomes, self.output.json)?;
        let is_done = |decided: &Decided| matches!(decided, Decided::Done(_) | Decided::Unchanged { .. });
        Ok(if outcomes.iter().all(is_done) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Undo {
    fn run(&self) -> anyhow::Result<ExitCode> {
        confirm(self.decisions.len(), self.confirm, "decisions")?;
        let now = SystemClock.now();
        let undo = |decision_id: &u64| Moderation::Undo { decision_id: *decision_id, actor: account(), now };
        let undos: Vec<Moderation> = self.decisions.iter().map(undo).collect();
        let moderated = self.output.change(&undos)?;
        shown::undone(&self.decisions, &moderated, self.output.json)?;
        let is_done = |moderated: &Moderated| matches!(moderated, Moderated::Undone(_));
        Ok(if moderated.iter().all(is_done) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Output {
    fn open(&self) -> anyhow::Result<(Arc<dyn Store>, &StoreAddress)> {
        let address = &self.store.store;
        let store = address.open_existing().with_context(|| format!("cannot open {address}"))?;
        Ok((store, address))
    }

    fn ask(&self, query: &ModerationQuery) -> anyhow::Result<ModerationAnswer> {
        let (store, address) = self.open()?;
        let answer = store.reader().and_then(|mut reader| reader.moderation(query));
        answer.with_context(|| format!("cannot read {address}"))
    }

    /// Carries changes out, all in one transaction.
    fn change(&self, moderations: &[Moderation]) -> anyhow::Result<Vec<Moderated>> {
        let (store, address) = self.open()?;
        // Nothing here keeps copies of rows.
        let writer = store.writer(Arc::new(|_| {}));
        let moderated = writer.and_then(|mut writer| writer.moderate(moderations));
        moderated.with_context(|| format!("cannot write to {address}"))
    }
}

/// Refuses many items whose number was not typed, and too many.
fn confirm(count: usize, typed: Option<usize>, noun: &str) -> anyhow::Result<()> {
    if count > MAX_ITEMS {
        bail!("these are {count} {noun}; one command takes {MAX_ITEMS}");
    }
    match typed {
        Some(typed) if typed != count => bail!("these are {count} {noun}, not {typed}"),
        None if count > MAX_UNCONFIRMED_ITEMS => {
            bail!("these are {count} {noun}; type --confirm {count} to go on")
        }
        _ => Ok(()),
    }
}

fn unexpected<T>(answer: &impl std::fmt::Debug) -> anyhow::Result<T> {
    bail!("the store answered something else than was asked: {answer:?}")
}

/// Reads an item such as `answer:68`.
fn item(text: &str) -> Result<Target, String> {
    let target = text.split_once(':').and_then(|(kind, id)| {
        // All ids have the same range.
        Target::of(kind, QuestionId::parse(id).ok()?.get())
    });
    target.ok_or_else(|| "write question:ID, answer:ID or review:ID, such as answer:68".to_owned())
}

fn kind(name: &str) -> Result<Target, String> {
    // Any id will do.
    Target::of(name, 1).ok_or_else(|| "write question, answer or review".to_owned())
}

fn state(name: &str) -> Result<State, String> {
    State::parse(name).ok_or_else(|| "write published, pending, rejected or hidden".to_owned())
}

fn reason(name: &str) -> Result<Reason, String> {
    let names = || Reason::ALL.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ");
    Reason::parse(name).ok_or_else(|| format!("write one of {}", names()))
}

fn product_id(digits: &str) -> Result<ProductId, String> {
    ProductId::parse(digits).map_err(|error| error.to_string())
}

fn decision_id(digits: &str) -> Result<u64, String> {
    // Ids of decisions have the range of all ids.
    QuestionId::parse(digits).map(QuestionId::get).map_err(|error| error.to_string())
}

fn sort(name: &str) -> Result<QueueSort, String> {
    match name {
        "priority" => Ok(QueueSort::Priority),
        "oldest" => Ok(QueueSort::Oldest),
        "newest" => Ok(QueueSort::Newest),
        _ => Err("write priority, oldest or newest".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_a_kind_and_an_id() {
        assert_eq!(item("answer:68").map(Target::row_id), Ok(68));
        for bad in ["", "answer", "answer:", "answer:x", "answer:0", "photo:1", "answer 68"] {
            assert!(item(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn many_items_have_to_be_counted() {
        assert!(confirm(20, None, "items").is_ok() && confirm(21, Some(21), "items").is_ok());
        for (count, typed, expected) in [
            (21, None, "these are 21 items; type --confirm 21 to go on"),
            (21, Some(20), "these are 21 items, not 20"),
            (1_001, Some(1_001), "these are 1001 items; one command takes 1000"),
        ] {
            assert_eq!(confirm(count, typed, "items").unwrap_err().to_string(), expected);
        }
    }
}
