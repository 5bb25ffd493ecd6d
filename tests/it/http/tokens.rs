//! Tokens of shoppers on the routes that write: which ones count, what they say in the place of the
//! body's fields, and that a wrong one writes nothing.

use std::process::Command;
use std::time::Duration;

use atelier::http::{IdentityMode, IdentitySettings};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::drafts::{FORM, answer_draft, question_draft, refused_fields, review_draft, with, without};
use crate::support::tokens::{SECRET, sign};
use crate::support::{CHARACTERISTICS, Response, Shop, answer, on_every_store, question, review};

const HEADER: &str = "Atelier-Identity";
const QUESTIONS: &str = "/qa/questions?product_id=5&count=100";

fn ask_with(shop: &Shop, token: &str) -> Response {
    shop.request("POST", "/qa/questions").header(HEADER, token).json(&question_draft()).send()
}

fn put_with(shop: &Shop, path: &str, token: &str) -> u16 {
    shop.request("PUT", path).header(HEADER, token).send().status
}

fn names(shop: &Shop) -> Vec<String> {
    let name = |row: &Value| row["asker_name"].as_str().expect("a name").to_owned();
    shop.get(QUESTIONS).results().iter().map(name).collect()
}

/// Tokens that are wrong, each with what the response says about it.
fn wrong_tokens(shop: &Shop) -> Vec<(String, &'static str)> {
    let hs256 = json!({"alg": "HS256"});
    let good = shop.token("ann");
    let parts: Vec<&str> = good.split('.').collect();
    let elsewhere = shop.token_with("ann", &[("aud", json!("another.shop.test"))]);
    let mut claims = shop.claims("ann");
    let now_s = claims["exp"].as_i64().expect("a number") - 600;
    claims["exp"] = json!(now_s);
    let bare = |algorithm: &str| {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": algorithm}).to_string());
        format!("{header}.{}.", parts[1])
    };
    vec![
        (sign(&SECRET, &hs256, &claims), "has expired"),
        (elsewhere, "is for another audience (aud)"),
        (bare("none"), "must be signed with the algorithm of its key"),
        (bare("nOnE"), "must be signed with the algorithm of its key"),
        (bare("HS256"), "is not signed with that key"),
        (sign(&[8; 32], &hs256, &shop.claims("ann")), "is not signed with that key"),
        (
            sign(&SECRET, &json!({"alg": "HS256", "kid": "two"}), &shop.claims("ann")),
            "must name one of the shop's keys",
        ),
        (
            sign(&SECRET, &json!({"alg": "EdDSA"}), &shop.claims("ann")),
            "must be signed with the algorithm of its key",
        ),
        (
            sign(&SECRET, &json!({"alg": "HS256", "jku": "https://a.test"}), &shop.claims("ann")),
            "must not have jku in its header",
        ),
        (
            shop.token_with("ann", &[("role", json!("moderator"))]),
            "must have shopper, seller or expert as its role",
        ),
        (shop.token_with("ann", &[("padding", json!("x".repeat(7_000)))]), "must have at most 8192 bytes"),
        (shop.token_with("ann", &[("exp", json!(now_s + 86_500))]), "must expire within 24 hours (exp)"),
        (shop.token(""), "must have a subject of 1 to 255 characters (sub)"),
        ("abc".to_owned(), "must be a JSON Web Token"),
        (String::new(), "must be a JSON Web Token"),
        (format!("{good}, {good}"), "must be a JSON Web Token"),
    ]
}

on_every_store! {
    fn with_identity_off_tokens_are_ignored(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        for token in [shop.token("ann"), "nonsense".to_owned(), String::new()] {
            assert_eq!(ask_with(shop, &token).status, 201, "{token}");
            for path in ["/qa/questions/1/helpful", "/qa/answers/1/report"] {
                assert_eq!(put_with(shop, path, &token), 204, "{path}");
            }
        }
        let unsaid = with(without(question_draft(), "name"), "identity", shop.token("ann"));
        assert_eq!(refused_fields(shop, "/qa/questions", &unsaid), ["#/name"]);
        let list = shop.get(QUESTIONS);
        assert_eq!(list.column("question_helpfulness").iter().sum::<u64>(), 3);
        assert_eq!(shop.request("DELETE", "/qa/questions/1/helpful").send().status, 405);
        assert_eq!(shop.request("POST", "/qa/questions/1/appeal").send().status, 404);
        assert_eq!(shop.request("OPTIONS", "/reviews/1/appeal").send().status, 404);
    }

    fn a_wrong_token_is_401_and_nothing_is_written(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.stock([question(1).answers([answer(1)])]);
        shop.stock_reviews(&CHARACTERISTICS, [review(1)]);
        let before = (shop.get(QUESTIONS).body, shop.get("/reviews?product_id=1").body);
        for (token, why) in wrong_tokens(shop) {
            let response = ask_with(shop, &token);
            assert_eq!(response.status, 401, "{why}: {response:?}");
            assert!(response.body.starts_with("Error: Atelier-Identity ") && response.body.contains(why), "{why}: {response:?}");
            assert!(token.len() < 20 || !response.body.contains(&token[token.len() - 20..]), "{response:?}");
            assert_eq!(response.header("www-authenticate"), Some("Atelier-Identity"));
            assert_eq!(response.header("cache-control"), Some("no-store"));
            for path in ["/qa/questions/1/helpful", "/qa/answers/1/helpful", "/reviews/1/helpful",
                "/qa/questions/1/report", "/qa/answers/1/report", "/reviews/1/report"] {
                assert_eq!(put_with(shop, path, &token), 401, "{path}: {why}");
            }
            for (path, draft) in [("/qa/questions/1/answers", answer_draft()), ("/reviews", review_draft())] {
                assert_eq!(shop.request("POST", path).header(HEADER, &token).json(&draft).send().status, 401, "{path}");
            }
            let taken_back = shop.request("DELETE", "/reviews/1/helpful").header(HEADER, &token).send();
            assert_eq!(taken_back.status, 401);
            assert_eq!(shop.request("POST", "/reviews/1/appeal").header(HEADER, &token).send().status, 401);
            if !token.is_empty() {
                // The same in the body.
                let body = with(question_draft(), "identity", token.as_str());
                assert_eq!(shop.post("/qa/questions", &body).status, 401, "{why}");
            }
        }
        let twice = shop.request("POST", "/qa/questions").header(HEADER, &shop.token("ann")).header(HEADER, &shop.token("ann"));
        assert_eq!(twice.json(&question_draft()).send().outcome(), (401, "Error: Atelier-Identity must come once"));
        assert_eq!((shop.get(QUESTIONS).body, shop.get("/reviews?product_id=1").body), before);
        // Reading needs no token, and no token of a reader is looked at.
        assert_eq!(shop.request("GET", QUESTIONS).header(HEADER, "nonsense").send().body, before.0);
    }

    fn a_token_expires(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        let token = shop.token("ann");
        assert_eq!(ask_with(shop, &token).status, 201);
        shop.clock.pass(Duration::from_secs(601));
        assert_eq!(ask_with(shop, &token).status, 401);
        assert_eq!(ask_with(shop, &shop.token("ann")).status, 201);
    }

    fn over_http2_it_is_the_same(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.stock([question(1)]);
        let url = format!("http://{}/qa/questions/1/helpful", shop.address());
        let curl = |tokens: &[&str]| {
            let headers = tokens.iter().flat_map(|token| ["-H".to_owned(), format!("{HEADER}: {token}")]);
            let mut command = Command::new("curl");
            command.args(["--silent", "--max-time", "20", "--http2-prior-knowledge", "-X", "PUT", "-o", "/dev/null"]);
            let output = command.args(["--write-out", "%{http_code}"]).args(headers).arg(&url).output();
            String::from_utf8(output.expect("curl is installed").stdout).expect("UTF-8")
        };
        let good = shop.token("ann");
        assert_eq!((curl(&[&good]), curl(&[&good])), ("204".to_owned(), "204".to_owned()));
        assert_eq!((curl(&["x"]), curl(&[&good, &good])), ("401".to_owned(), "401".to_owned()));
        assert_eq!(curl(&[]), "204");
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [2]);
    }

    fn what_a_token_says_takes_the_place_of_the_fields(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        let full = [("name", json!("Ann of the shop")), ("email", json!("ann@mail.test"))];
        let token = shop.token_with("ann", &full);
        let bare = without(without(question_draft(), "name"), "email");
        let post = |token: &str, draft: &Value| shop.request("POST", "/qa/questions").header(HEADER, token).json(draft).send();
        assert_eq!(post(&token, &bare).status, 201);
        assert_eq!(post(&token, &with(question_draft(), "name", "Mallory")).status, 201);
        assert_eq!(names(shop), ["Ann of the shop"; 2]);
        // What the token does not say is still needed.
        let refused = shop.request("POST", "/qa/questions").header(HEADER, &shop.token("ann")).accept("application/json");
        let errors = refused.json(&bare).send().json()["errors"].as_array().expect("a list").len();
        assert_eq!(errors, 2);
        assert_eq!(ask_with(shop, &shop.token("ann")).status, 201);
        assert_eq!(names(shop)[2], question_draft()["name"].as_str().expect("a name"));
    }

    fn a_form_has_it_in_a_hidden_field(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Required);
        let form = |identity: &str| {
            let fields = [("product_id", "5"), ("body", "Why?"), ("identity", identity)];
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            shop.request("POST", "/qa/questions").body(FORM, form).send()
        };
        let full = [("name", json!("Ann")), ("email", json!("ann@mail.test"))];
        assert_eq!(form(&shop.token_with("ann", &full)).status, 201);
        assert_eq!((form("").status, form("x").status), (401, 401));
        let number = with(question_draft(), "identity", 5);
        assert_eq!(shop.post("/qa/questions", &number).status, 401);
        assert_eq!(names(shop), ["Ann"]);
    }

    fn where_it_is_required_nobody_else_posts_or_votes(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Required);
        shop.stock([question(1).answers([answer(1)]), question(2)]);
        shop.stock_reviews(&CHARACTERISTICS, [review(1)]);
        let needed = (401, "Error: this needs a token of the shop in the header Atelier-Identity");
        for (path, draft) in [("/qa/questions", question_draft()), ("/qa/questions/1/answers", answer_draft()), ("/reviews", review_draft())] {
            assert_eq!(shop.post(path, &draft).outcome(), needed, "{path}");
            assert_eq!(shop.request("POST", path).header(HEADER, &shop.token("ann")).json(&draft).send().status, 201, "{path}");
        }
        for path in ["/qa/questions/1/helpful", "/qa/answers/1/helpful", "/reviews/1/helpful"] {
            assert_eq!(shop.put(path).outcome(), needed, "{path}");
            assert_eq!(put_with(shop, path, &shop.token("bob")), 204, "{path}");
        }
        // Everybody may say that something is wrong.
        assert_eq!(shop.put("/qa/questions/2/report").status, 204);
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_id").len(), 2);
    }

    fn one_of_two_keys_is_named_and_the_old_one_may_go(shop: &mut Shop) {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("random numbers");
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).expect("a key pair");
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        shop.knows_shoppers(IdentityMode::Optional);
        let secret = URL_SAFE_NO_PAD.encode(SECRET);
        let both = format!("one:HS256:{secret},two:EdDSA:{public}").parse().expect("keys");
        shop.http_settings.identity = IdentitySettings { keys: both, ..shop.http_settings.identity.clone() };
        let claims = shop.claims("ann");
        let eddsa = |kid: &str| {
            let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
            let message = format!("{}.{}", part(&json!({"alg": "EdDSA", "kid": kid})), part(&claims));
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes()).as_ref()))
        };
        let named = sign(&SECRET, &json!({"alg": "HS256", "kid": "one"}), &claims);
        let confused = sign(pair.public_key().as_ref(), &json!({"alg": "HS256", "kid": "two"}), &claims);
        for (token, status) in [(&named, 201), (&eddsa("two"), 201), (&eddsa("one"), 401), (&shop.token("ann"), 401), (&confused, 401)] {
            assert_eq!(ask_with(shop, token).status, status);
        }
        shop.close();
        shop.http_settings.identity.keys = format!("two:EdDSA:{public}").parse().expect("a key");
        assert_eq!((ask_with(shop, &named).status, ask_with(shop, &eddsa("two")).status), (401, 201));
        assert_eq!(names(shop).len(), 3);
    }

    fn reserved_names_are_the_sellers(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        shop.http_settings.identity.reserved_names = "Seller,The Shop".parse().expect("names");
        shop.stock([question(1)]);
        for name in ["Seller", "SELLER", "s e l l e r", "the\u{200B} shop", "S\u{435}ll\u{435}r"] {
            for (path, draft) in [("/qa/questions", question_draft()), ("/qa/questions/1/answers", answer_draft()), ("/reviews", review_draft())] {
                assert_eq!(refused_fields(shop, path, &with(draft, "name", name)), ["#/name"], "{path} {name}");
            }
        }
        let both = with(with(question_draft(), "name", "Seller"), "body", "");
        assert_eq!(refused_fields(shop, "/qa/questions", &both), ["#/body", "#/name"]);
        let seller = shop.token_with("desk", &[("role", json!("seller"))]);
        let sellers = shop.token_with("desk", &[("role", json!("seller")), ("name", json!("Seller"))]);
        let named = shop.token_with("ann", &[("name", json!("Seller"))]);
        let looks = shop.token_with("ann", &[("role", json!("expert")), ("name", json!("\u{405}eller"))]);
        let draft = with(question_draft(), "name", "Seller");
        let post = |token: &str| shop.request("POST", "/qa/questions").header(HEADER, token).json(&draft).send().status;
        assert_eq!([&seller, &sellers, &shop.token_with("eve", &[("name", json!("Eve"))])].map(|token| post(token)), [201; 3]);
        assert_eq!([&named, &looks, &shop.token("ann")].map(|token| post(token)), [422; 3]);
        assert_eq!(shop.post("/qa/questions", &with(question_draft(), "name", "Sellers")).status, 201);
    }

    fn pages_of_other_origins_may_send_it(shop: &mut Shop) {
        shop.knows_shoppers(IdentityMode::Optional);
        let preflight = shop.request("OPTIONS", "/qa/questions/1/helpful").header("Origin", "https://shop.example").send();
        assert_eq!(preflight.header("allow"), Some("PUT, DELETE, OPTIONS"));
        assert!(preflight.header("access-control-allow-methods").expect("methods").contains("DELETE"));
        assert!(preflight.header("access-control-allow-headers").expect("headers").contains("Atelier-Identity"));
    }
}
