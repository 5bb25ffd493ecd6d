//! Keys: `atelier key` next to a running server, and the seller's answers, which come with one.
//! What moderators do with theirs is not here.

use std::sync::Arc;
use std::time::Duration;

use atelier::domain::Timestamp;
use atelier::service::{Clock as _, DrawnKey, Scope};
use atelier::store::moderation::{Moderated, Moderation};
use serde_json::json;

use super::drafts::{answer_draft, with, without};
use crate::support::program::{atelier, run};
use crate::support::{Response, Shop, on_every_store, question};

const ANSWERS: &str = "/qa/questions/1/answers";

fn change(shop: &Shop, moderation: Moderation) -> Moderated {
    let mut writer = shop.store.writer(Arc::new(|_| ())).expect("a session");
    writer.moderate(&[moderation]).expect("it is committed").remove(0)
}

fn now(shop: &Shop) -> Timestamp {
    shop.clock.now()
}

/// Makes a key of this name that lasts for a time.
pub(super) fn make(shop: &Shop, name: &str, scopes: &[Scope], lasts: Option<Duration>) -> String {
    let drawn = DrawnKey::draw().expect("random numbers");
    let now = now(shop);
    let later = |lasts: Duration| i64::try_from(lasts.as_millis()).expect("not that long");
    let added = Moderation::AddKey {
        name: name.to_owned(),
        digest: drawn.digest,
        scopes: scopes.to_vec(),
        expires_at: lasts.map(|lasts| Timestamp::nearest(now.milliseconds() + later(lasts))),
        now,
    };
    assert_eq!(change(shop, added), Moderated::Done);
    drawn.text
}

fn answer_with(shop: &Shop, authorization: &str) -> Response {
    shop.request("POST", ANSWERS).header("Authorization", authorization).json(&answer_draft()).send()
}

fn answerers(shop: &Shop) -> Vec<String> {
    let name = |row: &serde_json::Value| row["answerer_name"].as_str().expect("a name").to_owned();
    shop.get("/qa/questions/1/answers?count=100").results().iter().map(name).collect()
}

on_every_store! {
    fn an_answer_with_a_sellers_key_is_the_sellers(shop: &mut Shop) {
        shop.stock([question(1)]);
        let key = make(shop, "desk", &[Scope::AnswerAsSeller], None);
        assert_eq!(answer_with(shop, &format!("Bearer {key}")).status, 201);
        // Neither a name nor an address is needed.
        let draft = without(without(answer_draft(), "name"), "email");
        let post = |draft| shop.request("POST", ANSWERS).header("Authorization", &format!("Bearer {key}")).json(draft).send();
        assert_eq!(post(&draft).status, 201);
        assert_eq!(answerers(shop), ["Seller", "Seller"]);
        assert_eq!(post(&with(draft.clone(), "email", "nobody")).status, 422);
        assert_eq!(answerers(shop).len(), 2);
    }

    fn a_key_without_the_scope_is_403_and_nothing_is_written(shop: &mut Shop) {
        shop.stock([question(1)]);
        let key = make(shop, "anna", &[Scope::Moderate, Scope::Admin], None);
        let response = answer_with(shop, &format!("Bearer {key}"));
        assert_eq!(response.outcome(), (403, "Error: the key does not have the scope answer_as_seller"));
        let challenge = "Bearer error=\"insufficient_scope\", scope=\"answer_as_seller\"";
        assert_eq!(response.header("www-authenticate"), Some(challenge));
        assert_eq!(response.header("cache-control"), Some("no-store"));
        assert!(answerers(shop).is_empty());
    }

    fn a_key_that_is_not_in_force_is_401_and_nothing_is_written(shop: &mut Shop) {
        shop.stock([question(1)]);
        let second = Duration::from_secs(1);
        let expiring = make(shop, "expiring", &[Scope::AnswerAsSeller], Some(second));
        let revoked = make(shop, "revoked", &[Scope::AnswerAsSeller], None);
        assert_eq!(answer_with(shop, &format!("Bearer {expiring}")).status, 201);
        shop.clock.pass(second);
        let revoke = || Moderation::RevokeKey { name: "revoked".to_owned(), now: now(shop) };
        assert_eq!(change(shop, revoke()), Moderated::Done);
        assert_eq!(change(shop, revoke()), Moderated::NotFound);
        let unknown = DrawnKey::draw().expect("random numbers").text;
        for key in [&expiring, &revoked, &unknown, "atk_", "atk_short", &format!("{unknown}A")] {
            let response = answer_with(shop, &format!("Bearer {key}"));
            assert_eq!(response.status, 401, "{key}");
            assert!(!response.body.contains(&key[4..]) || key.len() < 10, "{response:?}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        }
        assert_eq!(answerers(shop).len(), 1);
    }

    fn anything_else_in_the_header_is_ignored(shop: &mut Shop) {
        shop.stock([question(1)]);
        let key = make(shop, "desk", &[Scope::AnswerAsSeller], None);
        for other in ["ghp_token", "Bearer abc", "Basic YTpi", &key, &format!("bearer {key}"), &format!("Bearer  {key}")] {
            assert_eq!(answer_with(shop, other).status, 201, "{other}");
        }
        assert_eq!(answerers(shop), ["bob"; 6]);
        let wrong = "Bearer atk_wrong";
        let put = |path| shop.request("PUT", path).header("Authorization", wrong).send().status;
        assert_eq!(put("/qa/questions/1/helpful"), 204);
        assert_eq!(put("/qa/questions/1/report"), 204);
        let list = shop.request("GET", "/qa/questions?product_id=5").header("Authorization", wrong).send();
        assert_eq!(list.status, 200);
    }

    fn a_name_belongs_to_one_key_in_force(shop: &mut Shop) {
        let add = |lasts: Option<i64>| {
            let digest = DrawnKey::draw().expect("random numbers").digest;
            let now = now(shop);
            let expires_at = lasts.map(|ms| Timestamp::nearest(now.milliseconds() + ms));
            let (name, scopes) = ("anna".to_owned(), vec![Scope::Moderate]);
            change(shop, Moderation::AddKey { name, digest, scopes, expires_at, now })
        };
        assert_eq!(add(Some(1_000)), Moderated::Done);
        assert_eq!(add(None), Moderated::NameTaken);
        shop.clock.pass(Duration::from_secs(1));
        // The first one has expired.
        assert_eq!((add(None), add(None)), (Moderated::Done, Moderated::NameTaken));
        let revoke = Moderation::RevokeKey { name: "anna".to_owned(), now: now(shop) };
        assert_eq!((change(shop, revoke), add(None)), (Moderated::Done, Moderated::Done));
    }

    fn keys_are_made_listed_and_revoked_beside_a_running_server(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_eq!(shop.get(ANSWERS).status, 200);
        let store = shop.store_address();
        let store = Some(store.as_str());
        let made = run(&["key", "create", "--name", "Help desk", "--scope", "moderate,answer_as_seller"], store);
        let key = String::from_utf8(made.stdout).expect("UTF-8");
        let key = key.trim();
        assert!(key.starts_with("atk_") && key.len() == 47, "{key}");
        assert_eq!(answer_with(shop, &format!("Bearer {key}")).status, 201);
        let again = ["key", "create", "--name", "Help desk", "--scope", "admin"];
        let again = atelier(&again, store).output().expect("it runs");
        assert!(!again.status.success() && again.stdout.is_empty(), "{again:?}");
        run(&["key", "create", "--name", "old", "--scope", "admin", "--expires", "90d"], store);
        let list = || String::from_utf8(run(&["key", "list"], store).stdout).expect("UTF-8");
        let listed = list();
        assert!(!listed.contains("atk_"), "{listed}");
        let lines: Vec<&str> = listed.lines().collect();
        assert!(lines[0].starts_with("Help desk: answer_as_seller,moderate, made 20"), "{listed}");
        assert!(lines[0].ends_with(", does not expire") && lines[1].contains(", expires 20"), "{listed}");
        assert_eq!(lines[2..], ["2 keys"]);
        run(&["key", "revoke", "Help desk"], store);
        assert!(list().lines().next().expect("a line").contains(", revoked 20"));
        assert_eq!(answer_with(shop, &format!("Bearer {key}")).status, 401);
        let unknown = atelier(&["key", "revoke", "nobody"], store).output().expect("it runs");
        assert!(!unknown.status.success());
        for bad in [["--name", "", "--scope", "admin"], ["--name", "a", "--scope", "all"], ["--name", "a\n", "--scope", "admin"]] {
            let wrong = atelier(&[&["key", "create"], &bad[..]].concat(), store).output().expect("it runs");
            assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
        }
        assert_eq!(answerers(shop), ["Seller"]);
        let shown = json!(shop.get(ANSWERS).results()).to_string();
        assert!(!shown.contains("Help desk"), "{shown}");
    }
}
