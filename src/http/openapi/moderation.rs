//! Examples of what moderators get, written by the code that writes it, and the problems of their
//! operations. Deliberately absent: words and shapes, which are data (`document.json`,
//! `operations.json`).

use serde_json::{Map, Value, json};

use super::described::Settings;
use crate::domain::{
    Actor, AuthorRole, Digest, FieldError, Finding, Id as _, ProductId, Reason, State, Target, Timestamp,
};
use crate::http::operation::{Operation, Purpose};
use crate::http::request::decision::DecisionRequest;
use crate::http::request::json_body;
use crate::http::response::moderation::{ShownCounts, ShownDecision, ShownFinding, ShownItem, ShownOutcome};
use crate::http::response::problem::Problem;
use crate::service::moderation::{
    AuthorCounts, ClassCount, Decided, Decision, Done, Item, ItemTexts, MAX_DECIDED_ITEMS, ModerationCounts,
    QueueClass, ReportSeen,
};

/// The problems of an operation of moderators, beyond those of keys and of the store.
pub(super) fn problems(operation: &Operation, settings: &Settings<'_>) -> Vec<Problem> {
    if operation.purpose != Purpose::Moderation {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for variable in operation.variables() {
        problems.extend(match variable {
            "kind" => Some(Problem::UnknownItem),
            "decision_id" => Some(Problem::UnknownDecision),
            "list" => Some(Problem::UnknownWordList),
            _ => None,
        });
    }
    let max_bytes = operation.max_body_bytes.unwrap_or(settings.http.max_body_bytes);
    match operation.name {
        "list_queue" | "list_decisions" => {
            let (pointer, detail) =
                ("limit".to_owned(), "limit must be a whole number from 1 to 100".to_owned());
            problems.push(Problem::InvalidParameters(vec![FieldError { pointer, detail }]));
        }
        "claim_item" => {
            problems.push(Problem::Claimed { by: "Ann".to_owned(), until: time("2026-11-29T08:17:00Z") });
        }
        "undo_decision" => problems.push(Problem::Superseded { state: State::Published, revision: 3 }),
        "decide" => {
            problems.push(Problem::InvalidKey);
            problems.extend(of_bodies("application/json", max_bytes));
            problems
                .extend(["", "[]"].iter().filter_map(|body| json_body::parse_object(body.as_bytes()).err()));
            problems.extend(DecisionRequest::parse(&Map::new()).err().map(Problem::InvalidFields));
        }
        "try_text" => {
            problems.extend(of_bodies("application/json", max_bytes));
            problems
                .extend(["", "[]"].iter().filter_map(|body| json_body::parse_object(body.as_bytes()).err()));
            let error = FieldError::of("kind", "must be question, answer or review");
            problems.push(Problem::InvalidFields(vec![error]));
        }
        "replace_words" => {
            problems.extend([Problem::WordsChanged { revision: 4 }, Problem::NoCondition]);
            problems.extend(of_bodies("text/plain", max_bytes));
            problems.push(Problem::Malformed("the body is not UTF-8".to_owned()));
            let (pointer, detail) = ("#".to_owned(), "line 3 must have at most 100 characters".to_owned());
            problems.push(Problem::InvalidFields(vec![FieldError { pointer, detail }]));
        }
        _ => {}
    }
    problems
}

fn of_bodies(wanted: &'static str, max_bytes: usize) -> [Problem; 4] {
    [
        Problem::OtherContentType { wanted },
        Problem::EncodedBody,
        Problem::BodyTooLarge { max_bytes },
        Problem::BodyTooSlow,
    ]
}

/// The values of templates, by their names.
pub(super) fn values() -> Value {
    let people: Vec<&str> = Reason::of_people().map(Reason::name).collect();
    let all: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    let but_illegal: Vec<&&str> = people.iter().filter(|name| **name != "illegal").collect();
    // Publishing needs none.
    let no_reason = [Value::Null, json!("approved")];
    let to_publish: Vec<Value> =
        no_reason.into_iter().chain(but_illegal.iter().map(|name| json!(name))).collect();
    let or_null: Vec<Value> = all.iter().map(|name| json!(name)).chain([Value::Null]).collect();
    json!({
        "reasons_but_illegal": but_illegal,
        "reasons_to_publish": to_publish,
        "reasons_or_null": or_null,
        "max_decided_items": MAX_DECIDED_ITEMS,
        "reasons": all,
        "states": State::ALL.map(State::name),
        "example_queue": {"items": [ShownItem::new(item())], "next": null, "is_partial": false},
        "example_item": with_history(),
        "example_counts": ShownCounts::new(&counts()),
        "example_outcomes": {"outcomes": outcomes(), "dry_run": false},
        "example_undone": ShownOutcome::done(&done(State::Rejected, State::Pending)),
        "example_decisions": {"decisions": [ShownDecision::new(decision())], "next": null},
        "example_finding": ShownFinding::new(finding()),
    })
}

fn with_history() -> Value {
    let mut shown = json!(ShownItem::new(item()));
    shown["history"] = json!([ShownDecision::new(decision())]);
    shown
}

fn outcomes() -> Value {
    let target = |kind, id| Target::of(kind, id).expect("an id");
    json!([
        ShownOutcome::new(target("answer", 68), &Decided::Done(done(State::Pending, State::Rejected))),
        ShownOutcome::new(target("answer", 69), &Decided::Unchanged { revision: 1 }),
        ShownOutcome::new(
            target("question", 37),
            &Decided::Conflict { state: State::Published, revision: 2 }
        ),
        ShownOutcome::new(target("review", 7), &Decided::Unknown),
    ])
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn answer() -> (Target, ProductId) {
    (Target::of("answer", 68).expect("an id"), ProductId::new(40_344).expect("an id"))
}

fn done(from: State, to: State) -> Done {
    let (target, product_id) = answer();
    Done { decision_id: 17, target, product_id, from, to, revision: 1 }
}

fn finding() -> Finding {
    Finding {
        reason: Reason::WordHeld,
        field: Some("body"),
        matched: Some("middleman".to_owned()),
        at: Some((3, 12)),
        holds: true,
    }
}

fn item() -> Item {
    let (target, product_id) = answer();
    Item {
        target,
        product_id,
        state: State::Pending,
        revision: 0,
        class: Some(QueueClass::Pending),
        since: time("2026-11-29T08:00:00Z"),
        texts: ItemTexts {
            body: "No middleman.".to_owned(),
            summary: None,
            rating: None,
            name: "Ada".to_owned(),
            written_at: Some(time("2026-11-29T08:00:00Z")),
            photos: vec!["https://example.com/a.jpg".to_owned()],
            question: Some((37, "Why is this cheaper here?".to_owned())),
        },
        author: Some(Digest::from_bytes(*b"an author's hash")),
        role: AuthorRole::Shopper,
        is_verified_buyer: true,
        author_rows: AuthorCounts { published: 2, pending: 1, rejected: 0, hidden: 0 },
        findings: vec![finding()],
        reports: vec![ReportSeen {
            reason: Some(Reason::Advertising),
            note: Some("It names a shop.".to_owned()),
            at: time("2026-11-29T08:05:00Z"),
        }],
        report_count: 1,
        appeal: None,
        claimed: Some((Actor::Key("Ann".to_owned()), time("2026-11-29T08:17:00Z"))),
        last_decision: None,
        featured: None,
        is_erased: false,
    }
}

fn decision() -> Decision {
    let (target, product_id) = answer();
    Decision {
        decision_id: 17,
        at: time("2026-11-29T08:09:00Z"),
        target,
        product_id,
        actor: Actor::Key("Ann".to_owned()),
        from: State::Pending,
        to: State::Rejected,
        reason: Reason::Spam,
        note: Some("The third one today.".to_owned()),
        legal_ground: None,
        undoes: None,
        revision: 1,
    }
}

fn counts() -> ModerationCounts {
    ModerationCounts {
        queue: [1, 0, 2, 1]
            .map(|rows| ClassCount { rows, oldest: (rows > 0).then(|| time("2026-11-29T08:00:00Z")) }),
        by_state: [12, 2, 5, 1],
        by_reason: vec![(Reason::WordHeld, 2), (Reason::Reported, 1)],
    }
}
