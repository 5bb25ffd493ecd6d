//! What shoppers with a token may do with their own questions, answers and reviews, and what is
//! kept of them: nobody votes for an own row, and authors appeal against decisions.

use atelier::domain::{Actor, Reason, State, Target};
use atelier::http::IdentityMode;
use atelier::service::Clock as _;
use atelier::store::moderation::{Decide, Item, Moderation, ModerationAnswer, ModerationQuery};
use serde_json::{Value, json};

use super::drafts::{answer_draft, question_draft, review_draft};
use crate::support::{CHARACTERISTICS, Shop, on_every_store};

const HEADER: &str = "Atelier-Identity";

/// Posts a row of each kind. Returns them with the paths below which they are.
fn post_all(shop: &Shop, token: &str) -> [(Target, String); 3] {
    let post = |path: &str, draft: &Value, key: &str| {
        let response = shop.request("POST", path).header(HEADER, token).json(draft).send();
        assert_eq!(response.status, 201, "{response:?}");
        response.json()[key].as_u64().expect("an id")
    };
    let question = post("/qa/questions", &question_draft(), "question_id");
    let answer = post(&format!("/qa/questions/{question}/answers"), &answer_draft(), "answer_id");
    let review = post("/reviews", &review_draft(), "review_id");
    [
        (Target::Question(id(question)), format!("/qa/questions/{question}")),
        (Target::Answer(id(answer)), format!("/qa/answers/{answer}")),
        (Target::Review(id(review)), format!("/reviews/{review}")),
    ]
}

fn id<I: atelier::domain::Id>(number: u64) -> I {
    I::new(number).expect("an id")
}

fn item(shop: &Shop, target: Target) -> Item {
    let mut reader = shop.store.reader().expect("a session");
    match reader.moderation(&ModerationQuery::Item(target)).expect("it is read") {
        ModerationAnswer::Item(item, _) => *item,
        other => panic!("{target:?}: {other:?}"),
    }
}

fn decide(shop: &Shop, target: Target, to: State, reason: Reason) {
    let mut writer = shop.store.writer(std::sync::Arc::new(|_| ())).expect("a session");
    let (actor, now) = (Actor::Key("anna".to_owned()), shop.clock.now());
    let decide = Decide {
        items: vec![(target, None)],
        to,
        reason,
        note: None,
        legal_ground: None,
        actor,
        now,
        dry_run: false,
        request: None,
    };
    writer.moderate(&[Moderation::Decide(decide)]).expect("it is decided");
}

on_every_store! {
    fn nobody_votes_for_an_own_row(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.stock_reviews(&CHARACTERISTICS, []);
        let (ann, bob) = (shop.token("ann"), shop.token("bob"));
        for (_, path) in post_all(shop, &ann) {
            let vote = |method: &str, token: &str| shop.request(method, &format!("{path}/helpful")).header(HEADER, token).send();
            assert_eq!(vote("PUT", &ann).outcome(), (409, "Error: nobody votes for what they wrote themselves"), "{path}");
            assert_eq!((vote("DELETE", &ann).status, vote("PUT", &bob).status), (204, 204), "{path}");
        }
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [1]);
        assert_eq!(shop.get("/reviews?product_id=1").column("helpfulness"), [1]);
    }

    fn a_verified_buyer_is_noted(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.stock_reviews(&CHARACTERISTICS, []);
        let bought = shop.token_with("ann", &[("bought", json!([1, 5])), ("role", json!("expert"))]);
        for (target, path) in post_all(shop, &bought) {
            let item = item(shop, target);
            assert!(item.is_verified_buyer && item.author.is_some(), "{path}: {item:?}");
            assert_eq!((item.role.name(), item.state), ("expert", State::Published), "{path}");
        }
        let other = shop.token_with("bob", &[("bought", json!([2]))]);
        for (target, path) in post_all(shop, &other) {
            let item = item(shop, target);
            assert!(!item.is_verified_buyer && item.author.is_some(), "{path}: {item:?}");
        }
        // Lists show none of it.
        let list = shop.get("/reviews?product_id=1").body;
        assert!(!list.contains("expert") && !list.contains("verified"), "{list}");
    }

    fn an_author_appeals_once_for_each_decision(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.stock_reviews(&CHARACTERISTICS, []);
        let (ann, bob) = (shop.token("ann"), shop.token("bob"));
        for (target, path) in post_all(shop, &ann) {
            let path = format!("{path}/appeal");
            let appeal = |token: &str| shop.request("POST", &path).header(HEADER, token).json(&json!({"note": "It is true."})).send();
            assert_eq!(appeal(&ann).outcome(), (409, "Error: there is no decision to appeal against"), "{path}");
            decide(shop, target, State::Rejected, Reason::OffTopic);
            assert_eq!(appeal(&bob).outcome(), (403, "Error: only its author can do this"), "{path}");
            assert_eq!(shop.request("POST", &path).send().status, 401, "{path}");
            let long = shop.request("POST", &path).header(HEADER, &ann).json(&json!({"note": "x".repeat(501)})).send();
            assert_eq!(long.status, 422, "{path}");
            assert_eq!(appeal(&ann).status, 204, "{path}");
            let again = (409, "Error: this decision was appealed against already");
            assert_eq!(appeal(&ann).outcome(), again, "{path}");
            assert_eq!(item(shop, target).appeal.as_deref(), Some("It is true."), "{path}");
        }
        for path in ["/qa/questions/99/appeal", "/qa/answers/99/appeal", "/reviews/99/appeal"] {
            assert_eq!(shop.request("POST", path).header(HEADER, &ann).send().status, 404, "{path}");
        }
    }

    fn a_seller_key_is_noted(shop: &mut Shop) {
        let key = super::keys::make(shop, "desk", &[atelier::service::Scope::AnswerAsSeller], None);
        let question = shop.post("/qa/questions", &question_draft()).json()["question_id"].as_u64().expect("an id");
        let answers = format!("/qa/questions/{question}/answers");
        let authorization = format!("Bearer {key}");
        let post = shop.request("POST", &answers).header("Authorization", &authorization);
        let answer = post.json(&answer_draft()).send().json()["answer_id"].as_u64().expect("an id");
        assert_eq!(item(shop, Target::Answer(id(answer))).role.name(), "seller");
        // The shop's own answer is not hidden by reports.
        assert_eq!(shop.put(&format!("/qa/answers/{answer}/report")).status, 204);
        assert_eq!(shop.get(&answers).column("answer_id"), [answer]);
    }
}
