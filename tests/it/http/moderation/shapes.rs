//! The shapes of what moderators get: a changed name shows here. Digests and times that differ are
//! made equal before.

use serde_json::{Value, json};

use super::super::drafts::JSON;
use super::{Desk, report, stock};
use crate::support::{Shop, on_every_store};

/// JSON with a line for each member.
fn lines(json: &Value) -> String {
    serde_json::to_string_pretty(json).expect("JSON")
}

on_every_store! {
    fn a_page_of_the_queue(shop: &mut Shop) {
        stock(shop);
        report(shop, "answers/20");
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.send("PUT", "items/answer/20/claim").status, 200);
        insta::assert_snapshot!(lines(&desk.get("queue")));
    }

    fn an_item_with_its_history(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let body = json!({"items": [{"kind": "question", "id": 1}], "to": "hidden", "reason": "spam", "note": "Again."});
        assert_eq!(desk.post("decisions", &body).status, 200);
        insta::assert_snapshot!(lines(&desk.get("items/question/1")));
    }

    fn outcomes_counts_and_the_log(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let body = json!({
            "items": [{"kind": "question", "id": 1}, {"kind": "question", "id": 2, "revision": 3}, {"kind": "review", "id": 7}],
            "to": "hidden", "reason": "spam",
        });
        insta::assert_snapshot!("outcomes", lines(&desk.post("decisions", &body).json()));
        insta::assert_snapshot!("again", lines(&desk.post("decisions", &body).json()));
        insta::assert_snapshot!("undone", lines(&desk.post("decisions/1/undo", &json!({})).json()));
        insta::assert_snapshot!("log", lines(&desk.get("decisions")));
        insta::assert_snapshot!("counts", lines(&desk.get("counts")));
        let late = desk.request("POST", "decisions/1/undo").accept(JSON).send();
        insta::assert_snapshot!("superseded", lines(&late.json()));
    }
}
