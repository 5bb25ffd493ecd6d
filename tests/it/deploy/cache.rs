//! nginx with the shipped cache: a client sees its own writes at once, and all others see them
//! soon. Failures and wrong encodings are never cached.

use serde_json::json;

use super::front::Front;
use super::pair::{LARGE_PRODUCT, Pair, stocked};
use crate::support::client::Response;
use crate::support::cluster::Cluster;
use crate::support::program::until;

/// A lifetime that no test outlives, in seconds.
const FOR_EVER: u32 = 3_600;

const LIST: &str = "/qa/questions?product_id=7";

/// The part of a response's cookie that a browser sends back.
fn cookie(response: &Response) -> String {
    let cookie = response.header("set-cookie").unwrap_or_else(|| panic!("no cookie in {response:?}"));
    cookie.split(';').next().expect("a first piece").to_owned()
}

fn ask(front: &Front) -> Response {
    front
        .request("POST", "/qa/questions")
        .json(&json!({
            "body": "New here?", "name": "ann", "email": "ann@mail.test", "product_id": 7
        }))
        .send()
}

fn shows(response: &Response, text: &str) -> bool {
    assert_eq!(response.status, 200, "{response:?}");
    response.body.contains(text)
}

#[test]
fn a_client_sees_its_own_write_at_once_and_others_get_the_cached_list() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), FOR_EVER);
    assert!(!shows(&front.get(LIST), "New here?"));
    let asked = ask(&front);
    assert_eq!(asked.status, 201);
    let cookie = cookie(&asked);
    for _ in 0..20 {
        assert!(!shows(&front.get(LIST), "New here?"), "a list that is kept is shown");
    }
    // The other process may receive the change a millisecond later.
    until("the list shows the question", || {
        shows(&front.request("GET", LIST).header("Cookie", &cookie).send(), "New here?")
    });
    until("what the writer got is kept", || shows(&front.get(LIST), "New here?"));
}

#[test]
fn others_see_it_within_the_lifetime() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), 1);
    assert!(!shows(&front.get(LIST), "New here?"));
    assert_eq!(ask(&front).status, 201);
    until("the list shows the question", || shows(&front.get(LIST), "New here?"));
}

#[test]
fn only_a_write_that_was_done_gives_a_cookie() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), FOR_EVER);
    assert_eq!(cookie(&front.put("/qa/questions/19/helpful")), "atelier_wrote=1");
    for (method, target, status) in [
        ("GET", LIST, 200),
        ("GET", LIST, 200),
        ("POST", "/qa/questions", 415),
        ("PUT", "/qa/questions/99999/helpful", 404),
        ("OPTIONS", "/qa/questions", 204),
    ] {
        let response = front.request(method, target).send();
        assert_eq!((response.status, response.header("set-cookie")), (status, None), "{method} {target}");
    }
}

#[test]
fn a_request_with_no_cache_goes_to_a_process() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), FOR_EVER);
    let before = front.get(LIST);
    // Directly, so nginx does not see it.
    for process in 0..2 {
        assert_eq!(pair.request(process, "PUT", "/qa/questions/19/helpful").send().status, 204);
    }
    assert_eq!(front.get(LIST).body, before.body);
    let tag = before.header("etag").expect("a tag");
    assert_eq!(front.request("GET", LIST).header("If-None-Match", tag).send().status, 304);
    until("both votes are there", || {
        let revalidated = front.request("GET", LIST).header("Cache-Control", "no-cache").send();
        revalidated.column("question_helpfulness").contains(&2)
    });
    // nginx responds before it has cached the new list.
    until("the cache has both votes", || {
        front.request("GET", LIST).header("If-None-Match", tag).send().status == 200
    });
}

#[test]
fn failures_are_not_cached_and_cached_lists_outlive_the_processes() {
    let mut pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), 1);
    let kept = front.get(LIST);
    for (form, json) in
        [("text/plain; charset=utf-8", "text/html"), ("application/problem+json", "application/json")]
    {
        let refused = front.request("GET", "/qa/questions").accept(json).send();
        assert_eq!((refused.status, refused.header("content-type")), (422, Some(form)));
    }
    for server in &mut pair.servers {
        server.process.kill();
    }
    let other = "/qa/questions?product_id=8";
    assert_eq!(front.get(other).status, 503);
    assert_eq!(front.get(LIST).outcome(), kept.outcome());
    for number in 0..2 {
        pair.start_again(number);
    }
    until("the processes are asked again", || front.get(other).status == 200);
    assert_eq!(front.get("/nothing").status, 404);
}

#[test]
fn encodings_do_not_mix() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), FOR_EVER);
    let target = format!("/qa/questions?product_id={LARGE_PRODUCT}&count=20");
    // The second time from the cache.
    for _ in 0..2 {
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, deflate, br", Some("gzip")),
            ("br", Some("br")),
            ("br;q=1.0, gzip;q=0, zstd;q=0.000", Some("br")),
            ("gzip;q=0.8", Some("gzip")),
            ("gzip;q=0", None),
            ("identity", None),
        ] {
            let through = front.request("GET", &target).header("Accept-Encoding", accepted).send();
            let direct = pair.request(0, "GET", &target).header("Accept-Encoding", accepted).send();
            assert_eq!(through.header("content-encoding"), encoding, "{accepted}");
            assert_eq!(through.bytes, direct.bytes, "{accepted}");
            assert_eq!(through.header("vary"), Some("Accept-Encoding"));
        }
        assert_eq!(front.get(&target).header("content-encoding"), None);
    }
}

#[test]
fn a_cached_response_has_the_id_of_the_new_request() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::caching(pair.addresses(), FOR_EVER);
    for id in ["first", "second"] {
        let response = front.request("GET", LIST).header("X-Request-Id", id).send();
        assert_eq!(response.header("x-request-id"), Some(id));
    }
    assert_eq!(front.get(LIST).header("x-request-id"), None);
    let response = front.request("PUT", "/qa/questions/19/helpful").header("X-Request-Id", "a<b").send();
    assert_eq!((response.status, response.header("x-request-id")), (204, None));
}
