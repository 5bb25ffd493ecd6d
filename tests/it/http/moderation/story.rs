//! The story of a shop in its first week: it looks at everybody's first text, a spammer comes, a
//! moderator clears the queue, a seller answers, a shopper votes, and an author appeals and wins.

use atelier::http::IdentityMode;
use atelier::service::{Policy, Scope};
use serde_json::{Value, json};

use super::super::drafts::{answer_draft, question_draft, with};
use super::super::keys::make;
use super::{Desk, named};
use crate::support::program::check;
use crate::support::{Shop, on_every_store};

const HEADER: &str = "Atelier-Identity";
const LIST: &str = "/qa/questions?product_id=5&count=100";

/// Asks a question. Returns its id and its state.
fn ask(shop: &Shop, subject: &str, text: &str) -> (u64, String) {
    let draft = with(question_draft(), "body", text);
    let request = shop.request("POST", "/qa/questions").header(HEADER, &shop.token(subject));
    let response = request.json(&draft).send();
    assert_eq!(response.status, 201, "{response:?}");
    let json = response.json();
    let state = json["state"].as_str().unwrap_or("published").to_owned();
    (json["question_id"].as_u64().expect("an id"), state)
}

/// The items of a page, and whether they are the spammer's.
fn sorted(page: &Value) -> (Vec<Value>, Vec<Value>) {
    let item = |item: &Value| json!({"kind": item["kind"], "id": item["id"], "revision": item["revision"]});
    let items = page["items"].as_array().expect("items");
    let is_spam = |item: &&Value| item["text"].as_str().is_some_and(|text| text.contains("watches"));
    let (spam, fine): (Vec<&Value>, Vec<&Value>) = items.iter().partition(is_spam);
    (spam.into_iter().map(item).collect(), fine.into_iter().map(item).collect())
}

fn done(response: &crate::support::Response, count: usize) -> Vec<u64> {
    assert_eq!(response.status, 200, "{response:?}");
    let outcomes = response.json()["outcomes"].as_array().expect("outcomes").clone();
    assert!(
        outcomes.len() == count && outcomes.iter().all(|outcome| outcome["outcome"] == "done"),
        "{outcomes:?}"
    );
    outcomes.iter().map(|outcome| outcome["decision_id"].as_u64().unwrap_or_default()).collect()
}

fn shown(shop: &Shop) -> Vec<u64> {
    let mut ids = shop.get(LIST).column("question_id");
    ids.sort_unstable();
    ids
}

on_every_store! {
    fn a_week_in_a_shop(shop: &mut Shop) {
        shop.service_settings.moderation.questions = Policy::First;
        shop.knows_shoppers(IdentityMode::Optional);
        // Honest shoppers and a spammer write; all of it waits, and nobody sees it.
        let (ann, state) = ask(shop, "ann", "Does it run?");
        assert_eq!(state, "pending");
        for number in 1..=40 {
            assert_eq!(ask(shop, "spammer", &format!("Cheap watches, number {number}")).1, "pending");
        }
        let (kim, _) = ask(shop, "kim", "Is it waterproof?");
        let (lee, _) = ask(shop, "lee", "Do you sell watches as well?");
        assert!(shown(shop).is_empty());
        // A moderator clears the queue with six requests.
        let desk = Desk::of(shop, "moderator");
        assert_eq!(desk.get("counts")["queue"]["pending"], 43);
        let page = desk.get("queue?limit=100&reason=policy_first");
        assert_eq!(named(&page).len(), 43);
        let (spam, fine) = sorted(&page);
        assert_eq!((spam.len(), fine.len()), (41, 2), "the honest one about watches is among them");
        let reject = json!({"items": spam, "to": "rejected", "reason": "spam", "note": "A wave."});
        done(&desk.post("decisions", &with(reject.clone(), "dry_run", true)), 41);
        done(&desk.post("decisions", &reject), 41);
        let approved = done(&desk.post("decisions", &json!({"items": fine, "to": "published"})), 2);
        assert!(desk.queue("").is_empty());
        assert_eq!(shown(shop), [ann, kim]);
        // One approval was a mistake, and is taken back.
        let undone = desk.send("POST", &format!("decisions/{}/undo", approved[1]));
        assert_eq!((undone.status, &undone.json()["state"]), (200, &json!("pending")));
        assert_eq!(shown(shop), [ann]);
        assert_eq!(desk.decide("question", kim, "published")["outcome"], "done");
        assert_eq!(shown(shop), [ann, kim]);
        // Whom a person approved once is trusted. The spammer is not.
        let (again, state) = ask(shop, "ann", "And backwards?");
        assert_eq!(state, "published");
        assert_eq!(ask(shop, "spammer", "Cheap watches, again").1, "pending");
        // The seller answers, under the name that nobody else has.
        let seller = make(shop, "desk", &[Scope::AnswerAsSeller], None);
        let answers = format!("/qa/questions/{ann}/answers");
        let request = shop.request("POST", &answers).header("Authorization", &format!("Bearer {seller}"));
        let answered = request.json(&answer_draft()).send();
        assert_eq!(answered.status, 201, "{answered:?}");
        let answer = answered.json()["answer_id"].as_u64().expect("an id");
        assert_eq!(shop.get(&answers).results()[0]["answerer_name"], "Seller");
        assert_eq!(desk.get(&format!("items/answer/{answer}"))["author"]["role"], "seller");
        // A shopper votes for it and takes it back.
        let helpful = format!("/qa/answers/{answer}/helpful");
        let vote = |method: &str| shop.request(method, &helpful).header(HEADER, &shop.token("kim")).send().status;
        assert_eq!((vote("PUT"), vote("PUT")), (204, 204));
        assert_eq!(shop.get(&answers).column("helpfulness"), [1]);
        assert_eq!((vote("DELETE"), vote("DELETE")), (204, 204));
        assert_eq!(shop.get(&answers).column("helpfulness"), [0]);
        // The author of an honest question that was rejected with the spam appeals and wins.
        let appeal = shop.request("POST", &format!("/qa/questions/{lee}/appeal")).header(HEADER, &shop.token("lee"));
        assert_eq!(appeal.json(&json!({"note": "It is a question."})).send().status, 204);
        let waiting = desk.get("queue?reason=appeal");
        assert_eq!(named(&waiting), [super::row("question", lee)]);
        assert_eq!(waiting["items"][0]["appeal"], "It is a question.");
        assert_eq!(desk.decide("question", lee, "published")["outcome"], "done");
        assert_eq!(shown(shop), [ann, kim, lee, again]);
        // All of it outlives a restart, and nothing is wrong with the store.
        drop(desk);
        shop.close();
        assert_eq!(shown(shop), [ann, kim, lee, again]);
        shop.close();
        check(&shop.store_address());
    }
}
