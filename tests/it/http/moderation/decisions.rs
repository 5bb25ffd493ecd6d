//! `POST /moderation/decisions`, undoing, and the log.

use serde_json::{Value, json};

use super::super::drafts::JSON;
use super::{Desk, report, stock};
use crate::support::{Shop, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5&count=100";

fn outcomes(response: &crate::support::Response) -> Vec<Value> {
    assert_eq!(response.status, 200, "{response:?}");
    response.json()["outcomes"].as_array().expect("outcomes").clone()
}

on_every_store! {
    fn each_row_has_its_outcome_in_order(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.decide("question", 2, "hidden")["outcome"], "done");
        assert_eq!(desk.decide("answer", 30, "rejected")["outcome"], "done");
        let body = json!({
            "items": [
                {"kind": "question", "id": 1, "revision": 0},
                {"kind": "question", "id": 2},
                {"kind": "question", "id": 3, "revision": 7},
                {"kind": "answer", "id": 30},
                {"kind": "review", "id": 404},
            ],
            "to": "hidden", "reason": "off_topic", "note": "Not here.",
        });
        let decided = outcomes(&desk.post("decisions", &body));
        assert_eq!(decided.len(), 5);
        assert!(decided[0]["decision_id"].as_u64() > Some(0), "{decided:?}");
        let shown = |place: usize| {
            let of = &decided[place];
            json!([of["kind"], of["id"], of["outcome"], of["from"], of["state"], of["revision"]])
        };
        assert_eq!(shown(0), json!(["question", 1, "done", "published", "hidden", 1]));
        assert_eq!(shown(1), json!(["question", 2, "unchanged", null, null, 1]));
        assert_eq!(shown(2), json!(["question", 3, "conflict", null, "published", 0]));
        assert_eq!(shown(3), json!(["answer", 30, "conflict", null, "rejected", 1]));
        assert_eq!(shown(4), json!(["review", 404, "unknown", null, null, null]));
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [3]);
    }

    fn a_decision_is_in_the_lists_at_once(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        for (to, expected) in
            [("hidden", vec![2, 3]), ("published", vec![1, 2, 3]), ("rejected", vec![2, 3]), ("published", vec![1, 2, 3])]
        {
            assert_eq!(desk.decide("question", 1, to)["outcome"], "done", "{to}");
            assert_eq!(shop.get(QUESTIONS).column("question_id"), expected, "{to}");
        }
    }

    fn a_dry_run_changes_nothing(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let body = json!({"items": [{"kind": "question", "id": 1}], "to": "hidden", "reason": "spam", "dry_run": true});
        for _ in 0..2 {
            let response = desk.post("decisions", &body);
            let decided = outcomes(&response);
            assert_eq!((&decided[0]["outcome"], &decided[0]["decision_id"]), (&json!("done"), &Value::Null));
            assert_eq!(response.json()["dry_run"], true);
        }
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [1, 2, 3]);
        assert_eq!(desk.get("decisions")["decisions"], json!([]));
    }

    fn bad_members_are_named(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let items = json!([{"kind": "question", "id": 1}]);
        let many: Vec<Value> = (1..=101).map(|id| json!({"kind": "question", "id": id})).collect();
        for (body, expected) in [
            (json!({"items": items, "to": "hidden"}), "reason is required to reject or hide"),
            (json!({"items": items, "to": "rejected", "reason": ""}), "reason is required to reject or hide"),
            (json!({"items": items, "to": "pending"}), "to must be published, rejected or hidden"),
            (json!({"items": items, "to": "hidden", "reason": "illegal"}), "legal_ground is required with the reason illegal"),
            (json!({"items": items, "to": "hidden", "reason": "spam", "note": "x".repeat(501)}), "note must have 1 to 500 characters; it has 501"),
            (json!({"items": many, "to": "published"}), "items must be an array of 1 to 100 items"),
            (json!({"items": [], "to": "published"}), "items must be an array of 1 to 100 items"),
        ] {
            let response = desk.request("POST", "decisions").accept(JSON).json(&body).send();
            assert_eq!(response.status, 422, "{response:?}");
            assert_eq!(response.json()["errors"][0]["detail"], expected);
        }
        let of_the_system = json!({"items": items, "to": "hidden", "reason": "policy_all"});
        assert!(desk.post("decisions", &of_the_system).body.starts_with("Error: reason must be one of offensive, "));
        for (content_type, body, status) in [
            ("text/plain", "{}", 415),
            ("application/x-www-form-urlencoded", "to=hidden", 415),
            (JSON, "{", 400),
            (JSON, "", 400),
            (JSON, "[]", 422),
            (JSON, "{}", 422),
        ] {
            let response = desk.request("POST", "decisions").body(content_type, body).send();
            assert_eq!(response.status, status, "{content_type} {body}: {response:?}");
        }
        let large = desk.request("POST", "decisions").body(JSON, " ".repeat(70_000)).send();
        assert_eq!(large.status, 413);
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [1, 2, 3]);
    }

    fn a_law_is_named_for_what_is_illegal(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let body = json!({
            "items": [{"kind": "answer", "id": 10}], "to": "rejected", "reason": "illegal",
            "legal_ground": "A law, section 7", "note": " Reported by the police. ",
        });
        assert_eq!(outcomes(&desk.post("decisions", &body))[0]["outcome"], "done");
        let entry = &desk.get("decisions")["decisions"][0];
        assert_eq!((&entry["legal_ground"], &entry["note"]), (&json!("A law, section 7"), &json!("Reported by the police.")));
        assert_eq!(entry["actor"], json!({"kind": "key", "name": "ann"}));
    }

    fn a_hundred_rows_are_one_request(shop: &mut Shop) {
        shop.stock((1..=100).map(question));
        let desk = Desk::of(shop, "ann");
        let items: Vec<Value> = (1..=100).map(|id| json!({"kind": "question", "id": id, "revision": 0})).collect();
        let decided = outcomes(&desk.post("decisions", &json!({"items": items, "to": "hidden", "reason": "spam"})));
        assert!(decided.len() == 100 && decided.iter().all(|outcome| outcome["outcome"] == "done"));
        assert!(shop.get(QUESTIONS).results().is_empty());
    }

    fn two_moderators_decide_each_row_once(shop: &mut Shop) {
        shop.stock((1..=100).map(question));
        let (ann, bob) = (Desk::of(shop, "ann"), Desk::of(shop, "bob"));
        let items: Vec<Value> = (1..=100).map(|id| json!({"kind": "question", "id": id, "revision": 0})).collect();
        let decide = |desk: &Desk<'_>, to: &str, items: &[Value]| {
            let mut done = Vec::new();
            for some in items.chunks(10) {
                let body = json!({"items": some, "to": to, "reason": "spam"});
                for outcome in outcomes(&desk.post("decisions", &body)) {
                    match outcome["outcome"].as_str() {
                        Some("done") => done.push(outcome["id"].as_u64().expect("an id")),
                        Some("conflict") => assert_eq!(outcome["revision"], 1, "{outcome}"),
                        _ => panic!("{outcome}"),
                    }
                }
            }
            done
        };
        let reversed: Vec<Value> = items.iter().rev().cloned().collect();
        let (by_ann, by_bob) = std::thread::scope(|scope| {
            let ann = scope.spawn(|| decide(&ann, "hidden", &items));
            let bob = scope.spawn(|| decide(&bob, "rejected", &reversed));
            (ann.join().expect("ann is done"), bob.join().expect("bob is done"))
        });
        let mut all = [by_ann, by_bob].concat();
        all.sort_unstable();
        assert_eq!(all, (1..=100).collect::<Vec<u64>>(), "each was decided about once");
    }

    fn a_repeated_request_gets_the_first_outcomes(shop: &mut Shop) {
        stock(shop);
        let (ann, bob) = (Desk::of(shop, "ann"), Desk::of(shop, "bob"));
        let body = json!({"items": [{"kind": "question", "id": 1, "revision": 0}], "to": "hidden", "reason": "spam"});
        let post = |desk: &Desk<'_>| desk.request("POST", "decisions").header("Idempotency-Key", "k1").json(&body).send();
        let first = post(&ann);
        assert_eq!(outcomes(&first)[0]["outcome"], "done");
        assert_eq!(post(&ann).outcome(), first.outcome());
        assert_eq!(outcomes(&post(&bob))[0]["outcome"], "conflict", "keys of moderators are their own");
        assert_eq!(ann.get("decisions")["decisions"].as_array().map(Vec::len), Some(1));
        // Nobody is told that something was done that was not asked for then.
        let other = json!({"items": [{"kind": "question", "id": 1, "revision": 1}], "to": "published"});
        let other = ann.request("POST", "decisions").header("Idempotency-Key", "k1").json(&other).send();
        assert_eq!((&outcomes(&other)[0]["outcome"], &outcomes(&other)[0]["state"]), (&json!("done"), &json!("published")));
        let wrong = ann.request("POST", "decisions").header("Idempotency-Key", "a b").json(&body).send();
        assert_eq!(wrong.status, 400);
    }

    fn the_last_decision_can_be_taken_back(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let first = desk.decide("question", 1, "hidden")["decision_id"].as_u64().expect("an id");
        let second = desk.decide("question", 1, "rejected")["decision_id"].as_u64().expect("an id");
        let undo = |decision_id: u64| desk.request("POST", &format!("decisions/{decision_id}/undo")).accept(JSON).send();
        let superseded = undo(first);
        assert_eq!(superseded.status, 409, "{superseded:?}");
        let problem = superseded.json();
        assert_eq!((&problem["state"], &problem["revision"]), (&json!("rejected"), &json!(2)));
        assert_eq!(problem["detail"], "Error: a later decision came, the item is rejected now, at revision 2");
        let undone = undo(second);
        assert_eq!(undone.status, 200, "{undone:?}");
        assert_eq!(undone.json()["state"], "hidden");
        assert_eq!(undo(second).status, 409, "once");
        // What took it back is a decision itself.
        let third = undone.json()["decision_id"].as_u64().expect("an id");
        assert_eq!(undo(third).json()["state"], "rejected");
        for unknown in ["404404", "0", "x", "-1", "99999999999999999999"] {
            let response = desk.send("POST", &format!("decisions/{unknown}/undo"));
            assert_eq!(response.outcome(), (404, "Error: there is no such decision"), "{unknown}");
        }
        let log = desk.get("decisions?kind=question&id=1");
        let undoes: Vec<&Value> = log["decisions"].as_array().expect("a log").iter().map(|entry| &entry["undoes"]).collect();
        assert_eq!(undoes, [&json!(third), &json!(second), &Value::Null, &Value::Null]);
    }

    fn the_log_is_read_page_by_page(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        for id in 1..=3 {
            desk.decide("question", id, "hidden");
            desk.decide("answer", 10 * id, "hidden");
        }
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("decisions?limit=4&cursor={cursor}"));
            let entries = page["decisions"].as_array().expect("entries").clone();
            ids.extend(entries.iter().map(|entry| entry["decision_id"].as_u64().expect("an id")));
            let Some(next) = page["next"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        assert_eq!(ids.len(), 6);
        assert!(ids.is_sorted_by(|earlier, later| earlier > later), "{ids:?}");
        assert_eq!(desk.get("decisions?kind=answer&id=20")["decisions"].as_array().map(Vec::len), Some(1));
        assert_eq!(desk.get("decisions?kind=review&id=20")["decisions"], json!([]));
    }

    fn publishing_what_was_reported_answers_the_reports(shop: &mut Shop) {
        stock(shop);
        report(shop, "questions/1");
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.decide("question", 1, "published")["outcome"], "done");
        assert!(desk.queue("").is_empty());
        assert_eq!(desk.get("items/question/1")["report_count"], 0);
    }
}
