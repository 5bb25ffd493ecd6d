//! How many writes a client may send: 429 with `Retry-After`, in its place in the order of checks, counted for each
//! kind of write and for each client.

use atelier::http::RateLimits;

use super::drafts::{JSON, answer_draft, question_draft};
use crate::support::{Answer, Shop, answer, on_every_store, question};

const ONE_OF_EACH: RateLimits = RateLimits { questions: 1, answers: 1, votes: 1, reports: 1 };

/// A vote that a proxy passes on for a client.
fn vote_for(shop: &Shop, client: &str) -> Answer {
    shop.request("PUT", "/qa/questions/1/helpful").header("X-Forwarded-For", client).send()
}

on_every_store! {
    fn a_client_that_writes_too_much_is_told_when_to_go_on(shop: &mut Shop) {
        shop.http_settings.rate_limits = RateLimits { votes: 2, ..RateLimits::OFF };
        shop.stock([question(1)]);
        for left in [1, 0] {
            let answer = shop.put("/qa/questions/1/helpful");
            assert_eq!(answer.status, 204);
            assert_eq!(answer.header("ratelimit-policy"), Some("\"votes\";q=2;w=3600"));
            let left = format!("\"votes\";r={left};t=");
            assert!(answer.header("ratelimit").is_some_and(|value| value.starts_with(&left)), "{answer:?}");
        }
        let refused = shop.put("/qa/questions/1/helpful");
        assert_eq!(refused.status, 429);
        let wait_s: u64 = refused.header("retry-after").and_then(|value| value.parse().ok()).expect("seconds");
        // Half of an hour's two votes grows back in half an hour, some of which may have passed.
        assert!((1_700..=1_800).contains(&wait_s), "{wait_s}");
        assert_eq!(refused.body, format!("Error: at most 2 votes an hour, try again in {wait_s} s"));
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [2]);
    }

    fn it_is_a_problem_with_a_name_for_who_asks_for_json(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
        let refused = shop.request("PUT", "/qa/questions/1/report").accept(JSON).send();
        assert_eq!(refused.status, 429);
        assert_eq!(refused.json()["type"], "/problems/too-many-writes");
        assert_eq!(shop.get("/problems/too-many-writes").status, 200);
    }

    fn kinds_of_writes_are_counted_apart_and_reads_not_at_all(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1).answers([answer(1)]), question(2)]);
        for status in [204, 429] {
            assert_eq!(shop.put("/qa/questions/1/helpful").status, status);
            assert_eq!(shop.put("/qa/questions/2/report").status, status);
        }
        // Votes for questions and for answers are one kind, and so are reports.
        assert_eq!(shop.put("/qa/answers/1/helpful").status, 429);
        assert_eq!(shop.put("/qa/answers/1/report").status, 429);
        for status in [201, 429] {
            assert_eq!(shop.post("/qa/questions", &question_draft()).status, status);
            assert_eq!(shop.post("/qa/questions/1/answers", &answer_draft()).status, status);
        }
        for _ in 0..10 {
            let list = shop.get("/qa/questions?product_id=5");
            assert_eq!((list.status, list.header("ratelimit")), (200, None));
        }
    }

    fn it_comes_after_path_and_method_and_before_the_rest(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        // Neither of these is a write.
        assert_eq!(shop.put("/qa/questions/x/helpful").status, 404);
        assert_eq!(shop.request("DELETE", "/qa/questions").send().status, 405);
        // One that is refused later was one.
        assert_eq!(shop.request("POST", "/qa/questions").body("text/csv", "a,b").send().status, 415);
        assert_eq!(shop.request("POST", "/qa/questions").body("text/csv", "a,b").send().status, 429);
        assert_eq!(shop.request("POST", "/qa/questions").body(JSON, "{").send().status, 429);
        assert_eq!(shop.request("DELETE", "/qa/questions").send().status, 405);
        assert_eq!(shop.put("/qa/questions/404/helpful").status, 404);
        assert_eq!(shop.put("/qa/questions/404/helpful").status, 429);
        assert_eq!(shop.put("/qa/questions/x/helpful").status, 404);
    }

    fn behind_a_trusted_proxy_clients_are_told_apart(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.http_settings.trusted_proxies = "127.0.0.0/8".parse().expect("a network");
        shop.stock([question(1)]);
        for client in ["198.51.100.7", "198.51.100.8", "2001:db8:1::1"] {
            assert_eq!(vote_for(shop, client).status, 204, "{client}");
            assert_eq!(vote_for(shop, client).status, 429, "{client}");
        }
        assert_eq!(vote_for(shop, "2001:db8:1:2::9").status, 429, "the same customer's network");
        assert_eq!(vote_for(shop, "203.0.113.1, 198.51.100.7").status, 429, "what a client claims is not believed");
    }

    fn anybody_else_may_claim_what_they_like(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        assert_eq!(vote_for(shop, "198.51.100.7").status, 204);
        assert_eq!(vote_for(shop, "198.51.100.8").status, 429);
    }
}
