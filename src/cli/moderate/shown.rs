//! How `atelier moderate` prints items, decisions and outcomes: for people, or as the JSON of the
//! routes. Deliberately absent: what is asked and changed.

use serde::Serialize;

use crate::cli::counted::counted_as;
use crate::domain::{Finding, State, Target, visible};
use crate::http::moderation::{ShownDecision, ShownItem, ShownOutcome};
use crate::store::moderation::{AuthorCounts, Decided, Decision, Item, Moderated};

#[derive(Serialize)]
struct Page {
    items: Vec<ShownItem>,
    is_more: bool,
}

#[derive(Serialize)]
struct WithHistory {
    #[serde(flatten)]
    item: ShownItem,
    history: Vec<ShownDecision>,
}

/// Prints a page of the queue.
pub(super) fn list(items: Vec<Item>, is_more: bool, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return json(&Page { items: items.into_iter().map(ShownItem::new).collect(), is_more });
    }
    for item in &items {
        print!("{}", lines(item));
    }
    match (items.is_empty(), is_more) {
        (true, false) => println!("Nothing waits."),
        (_, true) => println!("There are more."),
        (false, false) => {}
    }
    Ok(())
}

/// Prints an item with its decisions.
pub(super) fn item(item: Item, decisions: Vec<Decision>, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let history = decisions.into_iter().map(ShownDecision::new).collect();
        return json(&WithHistory { item: ShownItem::new(item), history });
    }
    print!("{}", lines(&item));
    for decision in &decisions {
        println!("{}", decided(decision));
    }
    Ok(())
}

/// Prints what became of items that were to get a state.
pub(super) fn outcomes(
    to: State,
    targets: &[Target],
    outcomes: &[Decided],
    as_json: bool,
) -> anyhow::Result<()> {
    let pairs = || targets.iter().zip(outcomes);
    if as_json {
        let shown: Vec<_> = pairs().map(|(target, outcome)| ShownOutcome::new(*target, outcome)).collect();
        return json(&shown);
    }
    for (target, outcome) in pairs() {
        let item = format!("{} {}", target.kind(), target.row_id());
        let became = match outcome {
            Decided::Done(done) => format!("{item}: {}, by decision {}", done.to, done.decision_id),
            Decided::Unchanged { .. } => format!("{item} is {to} already"),
            Decided::Conflict { state, .. } => format!("{item}: not done, it is {state}"),
            Decided::Unknown => format!("there is no {item}"),
        };
        println!("{became}");
    }
    Ok(())
}

/// Prints what became of decisions that were taken back.
pub(super) fn undone(decisions: &[u64], moderated: &[Moderated], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let done = moderated.iter().map(|moderated| match moderated {
            Moderated::Undone(done) => Some(ShownOutcome::done(done)),
            _ => None,
        });
        return json(&done.collect::<Vec<_>>());
    }
    for (decision_id, moderated) in decisions.iter().zip(moderated) {
        let became = match moderated {
            Moderated::Undone(done) => {
                format!("taken back, {} {} is {}", done.target.kind(), done.target.row_id(), done.to)
            }
            Moderated::Superseded(state, _) => {
                format!("not taken back: a later decision came, the item is {state}")
            }
            _ => "not taken back: there is no such decision".to_owned(),
        };
        println!("decision {decision_id}: {became}");
    }
    Ok(())
}

fn json(shown: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(shown)?);
    Ok(())
}

/// An item for people, each line with a newline.
fn lines(item: &Item) -> String {
    let Item { target, product_id, state, since, revision, .. } = item;
    let class = item.class.map(|class| format!(", {}", class.name())).unwrap_or_default();
    let (kind, id) = (target.kind(), target.row_id());
    let mut lines = vec![format!(
        "{kind}:{id} about product {product_id}, {state}{class} since {since}, revision {revision}"
    )];
    let texts = &item.texts;
    if let Some((question_id, text)) = &texts.question {
        lines.push(format!("    to question:{question_id}: {}", visible(&text.replace('\n', " "))));
    }
    let body = [texts.summary.as_deref().unwrap_or_default(), &texts.body];
    let body = body.iter().flat_map(|text| text.lines());
    lines.extend(body.map(|line| format!("    {}", visible(line))));
    lines.extend(texts.photos.iter().map(|photo| format!("    photo {}", visible(photo))));
    lines.push(format!("    by {}; {}", visible(&texts.name), author(item)));
    lines.extend(item.findings.iter().map(|finding| format!("    {}", found(finding))));
    if item.report_count > 0 {
        lines.push(format!("    reported {}", counted_as(item.report_count, "time")));
    }
    for report in &item.reports {
        let note = report.note.as_deref().map(visible).unwrap_or_default();
        let reason = report.reason.map_or("no reason", |reason| reason.name());
        lines.push(format!("    report: {reason} {note}").trim_end().to_owned());
    }
    lines.extend(item.appeal.iter().map(|note| format!("    appeal: {}", visible(note))));
    if let Some((actor, until)) = &item.claimed {
        lines.push(format!("    claimed by {} until {until}", visible(actor.name().unwrap_or("somebody"))));
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// How the author's rows fared, as far as moderation knows them.
fn author(item: &Item) -> String {
    if item.author.is_none() {
        return "moderation does not know the author".to_owned();
    }
    let AuthorCounts { published, pending, rejected, hidden } = item.author_rows;
    let known = published + pending + rejected + hidden;
    let rows = counted_as(known, "row");
    format!(
        "of {rows} of the author that moderation knows: {published} published, {pending} pending, \
         {rejected} rejected, {hidden} hidden"
    )
}

fn found(finding: &Finding) -> String {
    let place = finding.field.map(|field| format!(" in {field}")).unwrap_or_default();
    let matched = finding.matched.as_deref().map(|text| format!(": {}", visible(text)));
    format!("{}{place}{}", finding.reason, matched.unwrap_or_default())
}

fn decided(decision: &Decision) -> String {
    let Decision { decision_id, at, actor, from, to, reason, .. } = decision;
    let name = actor.name().map(|name| format!(" {}", visible(name))).unwrap_or_default();
    let undoes = decision.undoes.map(|undone| format!(", takes {undone} back")).unwrap_or_default();
    let note = decision.note.as_deref().map(|note| format!(": {}", visible(note))).unwrap_or_default();
    let kind = actor.kind();
    format!("decision {decision_id}, {at}, {kind}{name}: {from} to {to}, {reason}{undoes}{note}")
}
