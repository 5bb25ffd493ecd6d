//! Caching: every list has a tag, a client or cache that has the list gets 304, and every response
//! says whether it may be cached.

use super::drafts::{answer_draft, question_draft};
use crate::support::{Faults, Response, Shop, answer, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5";
const ANSWERS: &str = "/qa/questions/1/answers";

/// A list's tag.
fn tag(response: &Response) -> String {
    let tag = response.header("etag").unwrap_or_else(|| panic!("no tag in {response:?}"));
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    tag.to_owned()
}

/// Asks again with the tag of a list that the client has.
fn ask_again(shop: &Shop, target: &str, tags: &str) -> Response {
    shop.request("GET", target).header("If-None-Match", tags).send()
}

on_every_store! {
    fn a_client_that_has_the_list_gets_304(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(8).photo(1, "https://example.com/a.jpg")]), question(2)]);
        for target in [QUESTIONS, ANSWERS, "/qa/questions?product_id=9", "/qa/questions/77/answers", "/qa/questions/1/answers?page=3"] {
            let whole = shop.get(target);
            let tag = tag(&whole);
            let behind_a_proxy = |suffix: &str| format!("{}{suffix}\"", tag.trim_end_matches('"'));
            for named in [
                tag.clone(),
                tag.trim_start_matches("W/").to_owned(),
                format!("\"x\", {tag}"),
                "*".to_owned(),
                format!("W/\"a,b\" ,,\"\",{tag},\"y\""),
                format!("{tag}, and then nonsense"),
                behind_a_proxy(";gzip") + ", \"x\"",
                behind_a_proxy("-gzip"),
                behind_a_proxy("-br"),
                behind_a_proxy(";gzip").trim_start_matches("W/").to_owned(),
            ] {
                let unchanged = ask_again(shop, target, &named);
                assert_eq!(unchanged.outcome(), (304, ""), "{target} {named}");
                for header in ["etag", "cache-control", "vary", "access-control-allow-origin", "access-control-expose-headers"] {
                    assert_eq!(unchanged.header(header), whole.header(header), "{target} {header}");
                    assert!(whole.header(header).is_some(), "{target} {header}");
                }
                assert_eq!(unchanged.header("content-type"), None, "{target}");
                assert!(unchanged.header("content-length").is_none_or(|length| length != "0"), "{unchanged:?}");
            }
            let (weak, digits) = (tag.as_str(), tag.trim_start_matches("W/").trim_matches('"'));
            for other in [
                behind_a_proxy("-other").as_str(),
                &behind_a_proxy("-"),
                &behind_a_proxy("-gzip-gzip"),
                &behind_a_proxy("gzip"),
                "\"x\"",
                "W/\"0000000000000000\"",
                "\"-gzip\"",
                "",
                ",",
                "nonsense",
                digits,
                weak.trim_end_matches('"'),
                &weak.to_lowercase(),
                &format!("\"x, {digits}\""),
                &format!("nonsense, {weak}"),
                "\"*\"",
                "*, *",
            ] {
                assert_eq!(ask_again(shop, target, other).outcome(), whole.outcome(), "{target} {other}");
            }
            let head = shop.request("HEAD", target).send();
            assert_eq!((head.status, head.header("etag")), (200, Some(tag.as_str())), "{target}");
            let head = shop.request("HEAD", target).header("If-None-Match", &tag).send();
            assert_eq!(head.outcome(), (304, ""), "{target}");
        }
    }

    fn a_connection_goes_on_after_304(shop: &mut Shop) {
        shop.stock([question(1)]);
        let tag = tag(&shop.get(QUESTIONS));
        let mut connection = shop.connect();
        for _ in 0..3 {
            connection.send(format!("GET {QUESTIONS} HTTP/1.1\r\nHost: shop\r\nIf-None-Match: \"x\"\r\nIf-None-Match: {tag}\r\n\r\n"));
            assert_eq!(connection.response_to("GET").status, 304);
        }
        connection.send(format!("GET {QUESTIONS} HTTP/1.1\r\nHost: shop\r\n\r\n"));
        assert_eq!(connection.response_to("GET").status, 200);
    }

    fn every_write_makes_another_tag(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(8).photo(1, "https://example.com/a.jpg")]), question(2)]);
        let mut tags = vec![(tag(&shop.get(QUESTIONS)), tag(&shop.get(ANSWERS)))];
        for write in 0..6 {
            let written = match write {
                0 => shop.put("/qa/questions/2/helpful"),
                1 => shop.put("/qa/answers/8/helpful"),
                2 => shop.post(ANSWERS, &answer_draft()),
                3 => shop.post("/qa/questions", &question_draft()),
                4 => shop.put("/qa/answers/8/report"),
                _ => shop.put("/qa/questions/2/report"),
            };
            assert!(written.status < 300, "{written:?}");
            let (questions, answers) = tags.last().expect("the first");
            let changed = ask_again(shop, QUESTIONS, questions);
            assert_eq!(changed.status, 200, "write {write}");
            assert_eq!(ask_again(shop, ANSWERS, answers).status, 200, "write {write}");
            tags.push((tag(&changed), tag(&shop.get(ANSWERS))));
        }
        let different: std::collections::BTreeSet<_> = tags.iter().collect();
        assert_eq!(different.len(), tags.len(), "{tags:?}");
    }

    fn tags_are_the_same_on_every_store_and_in_every_version(shop: &mut Shop) {
        let photo = "https://example.com/a.jpg";
        shop.stock([question(1).helpful(3).answers([answer(8).helpful(2).photo(1, photo), answer(9)]), question(2)]);
        assert_eq!(tag(&shop.get(QUESTIONS)), "W/\"a366f8da1598d2ef\"");
        assert_eq!(tag(&shop.get(ANSWERS)), "W/\"730a5d8249974448\"");
    }

    fn tags_are_the_same_after_another_start(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(8)]), question(2)]);
        shop.get(QUESTIONS);
        for target in ["/qa/questions/2/helpful", "/qa/answers/8/helpful"] {
            shop.put(target);
        }
        shop.post(ANSWERS, &answer_draft());
        let edited = [tag(&shop.get(QUESTIONS)), tag(&shop.get(ANSWERS))];
        shop.close();
        assert_eq!([tag(&shop.get(QUESTIONS)), tag(&shop.get(ANSWERS))], edited);
    }

    fn every_response_says_whether_it_may_be_cached(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (response, kept) in [
            (shop.get(QUESTIONS), "public, no-cache"),
            (shop.get(ANSWERS), "public, no-cache"),
            (shop.get("/problems/unknown-path"), "public, max-age=3600"),
            (shop.put("/qa/questions/1/helpful"), "no-store"),
            (shop.post("/qa/questions", &question_draft()), "no-store"),
            (shop.get("/qa/questions"), "no-store"),
            (shop.get("/nothing"), "no-store"),
            (shop.put("/qa/questions/x/helpful"), "no-store"),
        ] {
            assert_eq!(response.header("cache-control"), Some(kept), "{response:?}");
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{response:?}");
        }
        assert_eq!(shop.get(QUESTIONS).header("vary"), Some("Accept-Encoding"));
        assert_eq!(shop.get("/nothing").header("vary"), Some("Accept"));
    }

    fn a_failure_is_never_kept(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        let failed = ask_again(shop, QUESTIONS, "*");
        assert_eq!((failed.status, failed.header("cache-control")), (503, Some("no-store")));
        assert_eq!(failed.header("etag"), None);
    }

    fn a_shared_cache_may_keep_lists_when_the_operator_says_so(shop: &mut Shop) {
        shop.http_settings.shared_cache_s = 20;
        let kept = shop.get(QUESTIONS);
        assert_eq!(kept.header("cache-control"), Some("public, max-age=0, s-maxage=20, stale-if-error=300"));
        assert_eq!(shop.get("/nothing").header("cache-control"), Some("no-store"));
    }

    fn json_that_is_opened_as_a_page_does_nothing(shop: &Shop) {
        let nothing = Some("default-src 'none'; frame-ancestors 'none'");
        assert_eq!(shop.get(QUESTIONS).header("content-security-policy"), nothing);
        let problem = shop.request("GET", "/nothing").accept("application/json").send();
        assert_eq!(problem.header("content-security-policy"), nothing);
        assert_eq!(shop.post("/qa/questions", &question_draft()).header("content-security-policy"), nothing);
    }
}
