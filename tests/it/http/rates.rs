//! How many writes a client may send: 429 with `Retry-After`, in its place in the order of checks,
//! counted for each kind of write and for each client, and free for writes that add nothing.

use std::time::Duration;

use atelier::http::{LocalPeers, RateLimits};
use serde_json::Value;

use super::drafts::{JSON, answer_draft, question_draft, with};
use crate::support::{Response, Shop, answer, on_every_store, question};

const ONE_OF_EACH: RateLimits = RateLimits { questions: 1, answers: 1, reviews: 1, votes: 1, reports: 1 };

/// A vote that a proxy passes on for a client.
fn vote_for(shop: &Shop, client: &str) -> Response {
    shop.request("PUT", "/qa/questions/1/helpful").header("X-Forwarded-For", client).send()
}

on_every_store! {
    fn a_client_that_writes_too_much_gets_429_with_the_time_to_wait(shop: &mut Shop) {
        shop.http_settings.rate_limits = RateLimits { votes: 2, ..RateLimits::OFF };
        shop.stock([question(1)]);
        for left in [1, 0] {
            let response = shop.put("/qa/questions/1/helpful");
            assert_eq!(response.status, 204);
            assert_eq!(response.header("ratelimit-policy"), Some("\"votes\";q=2;w=3600"));
            let left = format!("\"votes\";r={left};t=");
            assert!(response.header("ratelimit").is_some_and(|value| value.starts_with(&left)), "{response:?}");
        }
        let refused = shop.put("/qa/questions/1/helpful");
        assert_eq!(refused.status, 429);
        let wait_s: u64 = refused.header("retry-after").and_then(|value| value.parse().ok()).expect("seconds");
        // Half an hour gives back one of an hour's two votes, and a part of it may have passed.
        assert!((1_700..=1_800).contains(&wait_s), "{wait_s}");
        assert_eq!(refused.body, format!("Error: at most 2 votes an hour, try again in {wait_s} s"));
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [2]);
    }

    fn the_429_is_a_named_problem_for_a_client_that_wants_json(shop: &mut Shop) {
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

    fn the_rate_limit_is_checked_after_path_and_method_and_before_the_rest(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        assert_eq!(shop.post("/qa/questions", &question_draft()).status, 201);
        assert_eq!(shop.put("/qa/questions/1/helpful").status, 204);
        for (method, path, status) in [
            ("POST", "/qa/nothing", 404),
            ("DELETE", "/qa/questions", 405),
            ("PUT", "/qa/questions/x/helpful", 404),
            ("POST", "/qa/questions", 429),
            ("PUT", "/qa/questions/404/helpful", 429),
        ] {
            assert_eq!(shop.request(method, path).body("text/csv", "a,b").send().status, status, "{method} {path}");
        }
        let broken = shop.request("POST", "/qa/questions").header("Idempotency-Key", "a b").body(JSON, "{").send();
        assert_eq!(broken.status, 429, "a key that is none is not known");
    }

    fn refused_writes_are_free(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        for _ in 0..2 {
            for (content_type, body, status) in [("text/csv", "a,b", 415), (JSON, "{", 400), (JSON, "{}", 422)] {
                let refused = shop.request("POST", "/qa/questions").body(content_type, body).send();
                assert_eq!(refused.status, status);
                let left = refused.header("ratelimit");
                assert!(left.is_some_and(|left| left.starts_with("\"questions\";r=1;")), "{refused:?}");
            }
            assert_eq!(shop.post("/qa/questions/404/answers", &answer_draft()).status, 404);
            assert_eq!(shop.put("/qa/questions/404/helpful").status, 404);
            assert_eq!(shop.put("/qa/answers/404/report").status, 404);
        }
        for status in [201, 429] {
            assert_eq!(shop.post("/qa/questions", &question_draft()).status, status);
            assert_eq!(shop.post("/qa/questions/1/answers", &answer_draft()).status, status);
        }
        for status in [204, 429] {
            assert_eq!(shop.put("/qa/questions/1/helpful").status, status);
        }
    }

    fn a_hundred_refused_writes_a_minute_are_free(shop: &mut Shop) {
        shop.http_settings.rate_limits = RateLimits { votes: 600, ..RateLimits::OFF };
        shop.stock([question(1)]);
        let mut statuses: Vec<u16> = (0..150).map(|_| shop.put("/qa/questions/404/helpful").status).collect();
        let free = statuses.iter().take_while(|status| **status == 404).count();
        assert!((100..150).contains(&free), "{free}");
        statuses.retain(|status| *status == 429);
        // One vote is given back every 600 ms.
        assert!(!statuses.is_empty());
        let until = std::time::Instant::now() + Duration::from_secs(20);
        let refused = loop {
            let refused = shop.put("/qa/questions/404/helpful");
            if refused.status == 429 {
                break refused;
            }
            assert!(std::time::Instant::now() < until);
        };
        assert_eq!(refused.header("ratelimit-policy"), Some("\"refused\";q=100;w=60"));
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.body, "Error: at most 100 refused writes a minute, try again in 1 s");
    }

    fn a_repeated_submission_is_free(shop: &mut Shop) {
        shop.http_settings.rate_limits = RateLimits { questions: 2, answers: 2, ..RateLimits::OFF };
        shop.service_settings.duplicate_window = Duration::from_mins(5);
        shop.stock([question(1)]);
        let post = |path: &str, key: &str, draft: &Value| {
            shop.request("POST", path).header("Idempotency-Key", key).json(draft).send()
        };
        for (path, draft) in [("/qa/questions", question_draft()), ("/qa/questions/1/answers", answer_draft())] {
            let first = post(path, path, &draft);
            assert_eq!(first.status, 201);
            for _ in 0..3 {
                assert_eq!(post(path, path, &draft).outcome(), first.outcome(), "under a key");
            }
            let content = with(draft.clone(), "body", "Else?");
            let second = shop.post(path, &content);
            assert_eq!(second.status, 201);
            assert!(second.header("ratelimit").is_some_and(|left| left.contains(";r=0;")), "{second:?}");
        }
        // The allowance is used up: only a known key passes.
        for (path, draft) in [("/qa/questions", question_draft()), ("/qa/questions/1/answers", answer_draft())] {
            assert_eq!(post(path, path, &draft).status, 201);
            assert_eq!(post(path, path, &with(draft.clone(), "body", "Another?")).status, 422, "a key that is taken");
            assert_eq!(shop.request("POST", path).header("Idempotency-Key", path).body("a/b", "").send().status, 415);
            assert_eq!(post(path, "unknown", &draft).status, 429);
            assert_eq!(shop.post(path, &draft).status, 429);
        }
        assert_eq!(shop.get("/qa/questions?product_id=5").results().len(), 3);
    }

    fn a_key_is_known_after_a_restart_and_until_it_expires(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        let post = |shop: &Shop, key: &str, body: &str| {
            let draft = with(question_draft(), "body", body);
            shop.request("POST", "/qa/questions").header("Idempotency-Key", key).json(&draft).send().status
        };
        assert_eq!(post(shop, "k", "First?"), 201);
        shop.close();
        assert_eq!(post(shop, "l", "Second?"), 201);
        assert_eq!([post(shop, "k", "First?"), post(shop, "m", "Third?")], [201, 429]);
        shop.clock.pass(Duration::from_hours(24));
        assert_eq!(post(shop, "k", "First?"), 429);
    }

    fn a_front_end_on_the_same_machine_may_be_exempt(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        for (local_peers, expected) in [(LocalPeers::Limited, [204, 429]), (LocalPeers::Exempt, [204, 204])] {
            shop.close();
            shop.http_settings.local_peers = local_peers;
            assert_eq!([0; 2].map(|_| shop.put("/qa/questions/1/helpful").status), expected, "{local_peers:?}");
            // A peer that passes on another client is a proxy and is counted, whether or not it is
            // trusted.
            let forwarded = |name: &str, value: &str| {
                shop.request("PUT", "/qa/questions/1/report").header(name, value).send().status
            };
            assert_eq!([0; 2].map(|_| forwarded("Forwarded", "for=198.51.100.7")), [204, 429]);
            assert_eq!(forwarded("X-Forwarded-For", "198.51.100.8"), 429);
        }
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

    fn a_forged_forwarded_is_not_read(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.http_settings.trusted_proxies = "127.0.0.0/8".parse().expect("a network");
        shop.stock([question(1)]);
        let vote = |headers: [(&str, &str); 2]| {
            let request = shop.request("PUT", "/qa/questions/1/helpful");
            let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
            request.send().status
        };
        for (number, status) in [(1, 204), (2, 429), (3, 429)] {
            let forged = format!("for=203.0.113.{number}");
            assert_eq!(vote([("X-Forwarded-For", "198.51.100.7"), ("Forwarded", &forged)]), status, "{forged}");
        }
        let honest = [("X-Forwarded-For", "198.51.100.8,"), ("Forwarded", "for=203.0.113.1")];
        assert_eq!([vote(honest), vote(honest)], [204, 429], "another client is not held to account");
    }

    fn a_forwarding_header_of_an_untrusted_peer_is_not_read(shop: &mut Shop) {
        shop.http_settings.rate_limits = ONE_OF_EACH;
        shop.stock([question(1)]);
        assert_eq!(vote_for(shop, "198.51.100.7").status, 204);
        assert_eq!(vote_for(shop, "198.51.100.8").status, 429);
    }
}
