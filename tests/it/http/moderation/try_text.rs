//! `POST /moderation/try`: what the policy would do.

use serde_json::json;

use super::super::drafts::JSON;
use super::Desk;
use crate::support::{Shop, on_every_store};

on_every_store! {
    fn without_a_policy_all_is_published(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        let tried = desk.post("try", &json!({"kind": "question", "text": "Is it blue?", "product_id": 5}));
        assert_eq!((tried.status, tried.json()), (200, json!({"outcome": "published", "findings": []})));
        assert_eq!(tried.header("cache-control"), Some("no-store"));
        assert!(shop.get("/qa/questions?product_id=5").results().is_empty(), "nothing is kept");
    }

    fn bad_members_are_named(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        for (body, detail) in [
            (json!({"text": "x"}), "kind must be question, answer or review"),
            (json!({"kind": "answer"}), "text is required"),
            (json!({"kind": "answer", "text": " "}), "text must have 1 to 1000 characters; it is empty"),
            (json!({"kind": "answer", "text": "x", "product_id": "5"}), "product_id must be an integer from 1 to 2^53-1"),
            (json!({"kind": "answer", "text": "x", "name": 5}), "name must be a text"),
        ] {
            let response = desk.request("POST", "try").accept(JSON).json(&body).send();
            assert_eq!(response.status, 422, "{body}");
            assert_eq!(response.json()["errors"][0]["detail"], detail);
        }
        assert_eq!(desk.request("POST", "try").body("text/plain", "x").send().status, 415);
    }
}
