//! One item: with its history, claimed, pinned.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::drafts::JSON;
use super::{Desk, report, stock};
use crate::support::{Shop, on_every_store};

on_every_store! {
    fn an_item_is_shown_whatever_its_state(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let untouched = desk.get("items/question/1");
        assert_eq!((&untouched["state"], &untouched["revision"], &untouched["history"]), (&json!("published"), &json!(0), &json!([])));
        assert_eq!((&untouched["class"], &untouched["last_decision"]), (&Value::Null, &Value::Null));
        desk.decide("question", 1, "hidden");
        desk.decide("question", 1, "rejected");
        let item = desk.get("items/question/1");
        assert_eq!((&item["state"], &item["revision"]), (&json!("rejected"), &json!(2)));
        let history = item["history"].as_array().expect("a history");
        let steps: Vec<_> = history.iter().map(|entry| json!([entry["from"], entry["to"], entry["reason"]])).collect();
        assert_eq!(steps, [json!(["hidden", "rejected", "spam"]), json!(["published", "hidden", "spam"])]);
        assert_eq!(item["last_decision"], history[0]["decision_id"]);
        assert_eq!(desk.send("HEAD", "items/question/1").status, 200);
    }

    fn unknown_items_are_404(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        for path in ["question/404", "review/1", "photo/1", "question/0", "question/x", "Question/1", "question/9007199254740992"] {
            for (method, behind) in [("GET", ""), ("PUT", "/claim"), ("DELETE", "/claim"), ("PUT", "/featured"), ("DELETE", "/featured")] {
                let response = desk.send(method, &format!("items/{path}{behind}"));
                assert_eq!(response.outcome(), (404, "Error: there is no such question, answer or review"), "{method} {path}");
            }
        }
    }

    fn a_claim_is_advice_and_ends_by_itself(shop: &mut Shop) {
        stock(shop);
        report(shop, "answers/10");
        let (ann, bob) = (Desk::of(shop, "ann"), Desk::of(shop, "bob"));
        let claimed = ann.send("PUT", "items/answer/10/claim");
        assert_eq!((claimed.status, claimed.header("cache-control")), (200, Some("no-store")));
        let until = "2026-02-03T04:15:06.789Z";
        assert_eq!(claimed.json(), json!({"claimed_by": {"kind": "key", "name": "ann"}, "claimed_until": until}));
        let refused = bob.request("PUT", "items/answer/10/claim").accept(JSON).send();
        assert_eq!(refused.status, 409);
        assert_eq!((&refused.json()["claimed_by"], &refused.json()["claimed_until"]), (&json!("ann"), &json!(until)));
        assert_eq!(bob.get("items/answer/10")["claimed_by"]["name"], "ann");
        // One's own is renewed. Somebody else's stays.
        shop.clock.pass(Duration::from_mins(5));
        assert_eq!(ann.send("PUT", "items/answer/10/claim").json()["claimed_until"], "2026-02-03T04:20:06.789Z");
        assert_eq!(bob.send("DELETE", "items/answer/10/claim").outcome(), (204, ""));
        assert_eq!(bob.send("PUT", "items/answer/10/claim").status, 409);
        // After ten minutes it is free.
        shop.clock.pass(Duration::from_mins(10));
        assert_eq!(bob.send("PUT", "items/answer/10/claim").status, 200);
        assert_eq!(bob.send("DELETE", "items/answer/10/claim").status, 204);
        assert_eq!(ann.send("PUT", "items/answer/10/claim").status, 200);
        // It is no lock, and a decision ends it.
        assert_eq!(bob.decide("answer", 10, "hidden")["outcome"], "done");
        assert_eq!(bob.get("items/answer/10")["claimed_by"], Value::Null);
    }

    fn a_pin_has_its_time(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.send("PUT", "items/answer/10/featured").outcome(), (204, ""));
        assert_eq!(desk.get("items/answer/10")["featured_since"], "2026-02-03T04:05:06.789Z");
        for _ in 0..2 {
            assert_eq!(desk.send("DELETE", "items/answer/10/featured").status, 204);
            assert_eq!(desk.get("items/answer/10")["featured_since"], Value::Null);
        }
    }

    fn a_review_is_an_item_too(shop: &mut Shop) {
        shop.stock_page();
        let created = shop.post("/reviews", &super::super::drafts::review_draft());
        let id = created.json()["review_id"].as_u64().expect("an id");
        let desk = Desk::of(shop, "ann");
        let item = desk.get(&format!("items/review/{id}"));
        assert_eq!((&item["summary"], &item["rating"], &item["text"]), (&json!("So so"), &json!(3), &json!("It runs.")));
        assert_eq!((&item["question"], &item["product_id"]), (&Value::Null, &json!(1)));
        assert_eq!(desk.decide("review", id, "rejected")["outcome"], "done");
        assert!(!shop.get("/reviews?product_id=1&count=100").column("review_id").contains(&id));
    }
}
