//! `POST /moderation/try`: what the policy would do.

use atelier::service::Policy;
use serde_json::json;

use super::super::drafts::JSON;
use super::Desk;
use crate::support::{Shop, on_every_store};

on_every_store! {
    fn without_a_policy_all_is_published(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        let tried = desk.post("try", &json!({"kind": "question", "text": "Is it blue?", "product_id": 5}));
        assert_eq!((tried.status, tried.json()), (200, json!({"outcome": "published", "findings": [], "words": [], "asks_hook": false})));
        assert_eq!(tried.header("cache-control"), Some("no-store"));
        assert!(shop.get("/qa/questions?product_id=5").results().is_empty(), "nothing is kept");
    }

    fn words_of_the_lists_are_named(shop: &mut Shop) {
        shop.service_settings.moderation.questions = Policy::Words;
        let desk = Desk::of(shop, "ann");
        for (list, words) in [("hold", "middleman\n"), ("refuse", "viagra\n")] {
            let put = desk.request("PUT", &format!("words/{list}")).header("If-Match", "*");
            assert_eq!(put.body("text/plain", words).send().status, 204);
        }
        let tried = desk.post("try", &json!({"kind": "question", "text": "No MIDDLEMAN here?"})).json();
        assert_eq!(tried["outcome"], "pending");
        let word = json!({"field": "body", "entry": "middleman", "matched": "MIDDLEMAN", "from": 3, "to": 12});
        assert_eq!(tried["words"], json!([word]));
        assert_eq!((&tried["findings"][0]["reason"], &tried["findings"][0]["from"]), (&json!("word_held"), &json!(3)));
        let refused = desk.post("try", &json!({"kind": "question", "text": "Viagra?"})).json();
        assert_eq!(refused["outcome"], "refused");
        // Reviews have no policy.
        assert_eq!(desk.post("try", &json!({"kind": "review", "text": "Viagra?"})).json()["outcome"], "published");
    }

    fn a_name_that_is_the_sellers_is_refused_as_in_a_post(shop: &mut Shop) {
        shop.http_settings.identity.reserved_names = "Seller".parse().expect("names");
        let desk = Desk::of(shop, "ann");
        let try_name = |name: &str| desk.post("try", &json!({"kind": "answer", "text": "Yes.", "name": name}));
        for name in ["seller", "S\u{435}ller"] {
            assert_eq!(try_name(name).outcome(), (422, "Error: name is reserved for the seller"), "{name}");
        }
        assert_eq!(try_name("Ann").json()["outcome"], "published");
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
