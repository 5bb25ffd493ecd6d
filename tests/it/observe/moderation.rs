//! The metrics of moderation: what waits, what was decided, what was held and by which rule.

use serde_json::json;

use super::watched::{Watched, migrated, question};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::run;

on_every_store!(
    without pooler:
    what_waits_and_what_was_decided_is_counted,
);

fn what_waits_and_what_was_decided_is_counted(place: &Place) {
    let store = migrated(place);
    let made = run(&["key", "create", "--name", "ann", "--scope", "moderate"], Some(&store));
    let key = String::from_utf8(made.stdout).expect("UTF-8");
    let watched = Watched::start(&store, &["--moderation-questions", "all"]);
    let mut ids = Vec::new();
    for text in ["Is it blue?", "Is it red?", "Buy my watch"] {
        let asked = watched.request("POST", "/qa/questions").json(&question(text)).send();
        assert_eq!(asked.status, 201, "{asked:?}");
        ids.push(asked.json()["question_id"].as_u64().expect("an id"));
    }
    let decide = |items: &[u64], to: &str, reason: Option<&str>| {
        let items: Vec<_> = items.iter().map(|id| json!({"kind": "question", "id": id})).collect();
        let request = watched.request("POST", "/moderation/decisions");
        let request = request.header("Authorization", &format!("Bearer {}", key.trim()));
        let response = request.json(&json!({"items": items, "to": to, "reason": reason})).send();
        assert_eq!(response.status, 200, "{response:?}");
    };
    decide(&ids[1..2], "published", None);
    decide(&ids[2..], "rejected", Some("spam"));
    // The first scrape counts; later ones may repeat it for a while.
    let scrape = watched.scrape();
    let queue = |class: &str| scrape.count(&format!("atelier_moderation_queue_length{{class=\"{class}\"}}"));
    let classes = ["reported", "appealed", "pending", "hidden_by_reports"];
    assert_eq!(classes.map(queue), [0, 0, 1, 0]);
    let oldest =
        |class: &str| scrape.samples[&format!("atelier_moderation_oldest_seconds{{class=\"{class}\"}}")];
    assert!(classes.map(oldest).iter().all(|seconds| *seconds < 60.0));
    let of = |name: &str, label: &str, value: &str| {
        scrape.count(&format!("atelier_moderation_{name}_total{{{label}=\"{value}\"}}"))
    };
    assert_eq!(of("decisions", "reason", "approved"), 1);
    assert_eq!((of("decisions", "reason", "spam"), of("decisions", "reason", "hate")), (1, 0));
    assert_eq!((of("holds", "rule", "policy_all"), of("holds", "rule", "word_held")), (3, 0));
}
