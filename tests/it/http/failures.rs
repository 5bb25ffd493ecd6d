//! When the store is unavailable or the queue is full: 503 with `Retry-After`, at once, and never
//! an empty list in place of one that could not be read.

use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use super::drafts::{ROUTES, answer_draft, question_draft, review_draft};
use super::health::until_ready;
use crate::support::{Faults, INNER_SECRET, Response, Shop, answer, on_every_store, question};

/// A request that waited for the store would fail its test.
const NOBODY_WAITS_THAT_LONG: Duration = Duration::from_hours(1);

/// A 503 with `Retry-After`, and without the internal error.
fn assert_unavailable(response: &Response) {
    assert_eq!((response.status, response.header("retry-after")), (503, Some("1")), "{response:?}");
    for secret in [INNER_SECRET, "fire", "sqlite", "SQL", "results"] {
        assert!(!response.body.contains(secret), "{response:?}");
    }
}

/// Sends what the route takes.
fn send(shop: &Shop, method: &str, path: &str) -> Response {
    let query = if method == "GET" { "?product_id=5" } else { "" };
    let request = shop.request(method, &format!("{path}{query}"));
    match (method, path) {
        ("POST", "/qa/questions") => request.json(&question_draft()).send(),
        ("POST", "/reviews") => request.json(&review_draft()).send(),
        ("POST", "/cart") => request.json(&json!({"sku_id": 1})).send(),
        ("POST", "/interactions") => {
            request.json(&json!({"element": "a", "widget": "b", "time": "c"})).send()
        }
        ("POST", _) => request.json(&answer_draft()).send(),
        _ => request.send(),
    }
}

/// Sends two requests of which only one may wait. Returns the response that comes while the store
/// is held and, after `release`, the other one.
fn one_too_many(
    shop: &Shop,
    method: &str,
    targets: [&str; 2],
    release: impl FnOnce(),
) -> (Response, Response) {
    std::thread::scope(|scope| {
        let (sender, answers) = mpsc::channel();
        for target in targets {
            let sender = sender.clone();
            scope.spawn(move || sender.send(shop.request(method, target).send()));
        }
        let refused = answers.recv().expect("one is refused at once");
        release();
        (refused, answers.recv().expect("the other one is answered"))
    })
}

on_every_store! {
    fn every_route_is_503_while_the_store_is_away_and_works_again_after(shop: &mut Shop) {
        shop.stock_page();
        shop.stock([question(1).answers([answer(1)])]);
        let faults = Faults::under(shop);
        for (method, path) in ROUTES {
            faults.break_down();
            let response = send(shop, method, path);
            if path == "/cart" || path == "/interactions" {
                assert!(response.status < 300, "{method} {path} needs no store");
            } else {
                assert_unavailable(&response);
            }
            faults.recover();
            assert!(send(shop, method, path).status < 300, "{method} {path}");
        }
    }

    fn a_list_that_cannot_be_read_is_never_an_empty_one(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        assert_unavailable(&shop.get("/qa/questions?product_id=404"));
        assert_unavailable(&shop.get("/qa/questions/404/answers"));
        faults.recover();
        assert!(shop.get("/qa/questions?product_id=404").results().is_empty());
        assert!(shop.get("/qa/questions/404/answers").results().is_empty());
    }

    fn a_row_that_cannot_be_looked_up_is_not_called_unknown(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        for path in ["/qa/questions/404/helpful", "/qa/answers/404/report"] {
            assert_unavailable(&shop.put(path));
        }
        assert_unavailable(&shop.post("/qa/questions/404/answers", &serde_json::json!({})));
        faults.recover();
        assert_eq!(shop.post("/qa/questions/404/answers", &serde_json::json!({})).status, 404);
    }

    fn a_wrong_request_is_refused_without_the_store(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        assert_eq!(shop.get("/qa/questions").status, 422);
        assert_eq!(shop.get("/qa/questions/x/answers").status, 404);
        assert_eq!(shop.post("/qa/questions", &serde_json::json!({})).status, 422);
    }

    fn a_write_that_failed_left_nothing(shop: &mut Shop) {
        shop.stock([question(1)]);
        let faults = Faults::under(shop);
        faults.break_down();
        assert_unavailable(&shop.put("/qa/questions/1/helpful"));
        assert_unavailable(&shop.post("/qa/questions", &question_draft()));
        faults.recover();
        let list = shop.get("/qa/questions?product_id=5");
        assert_eq!((list.column("question_id"), list.column("question_helpfulness")), (vec![1], vec![0]));
    }

    fn problem_details_of_a_503_show_no_internal_error(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        let response = shop.request("GET", "/qa/questions?product_id=5").accept("application/json").send();
        assert_unavailable(&response);
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(response.json()["status"], 503);
    }

    fn a_store_that_does_not_come_back_in_time_is_503(shop: &mut Shop) {
        let faults = Faults::under(shop);
        shop.service_settings.store_wait = Duration::from_millis(50);
        let hold = faults.hold();
        assert_unavailable(&shop.get("/qa/questions?product_id=5"));
        assert_unavailable(&shop.put("/qa/questions/1/helpful"));
        drop(hold);
    }

    fn one_read_more_than_may_wait_is_refused_at_once(shop: &mut Shop) {
        shop.stock([1, 2, 3].map(|id| question(id).about(id)));
        let faults = Faults::under(shop);
        (shop.service_settings.readers, shop.service_settings.max_waiting_reads) = (1, 1);
        let hold = faults.hold();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| shop.get("/qa/questions?product_id=1"));
            faults.wait_for_a_held_call();
            // Of different products: requests for the same list are one request to the store.
            let targets = ["/qa/questions?product_id=2", "/qa/questions?product_id=3"];
            let (refused, waited) = one_too_many(shop, "GET", targets, || drop(hold));
            assert_unavailable(&refused);
            assert_eq!(waited.results().len(), 1);
            assert_eq!(first.join().expect("the first one ends").column("question_id"), [1]);
        });
    }

    fn one_write_more_than_may_wait_is_refused_at_once(shop: &mut Shop) {
        shop.stock([question(1)]);
        let faults = Faults::under(shop);
        shop.service_settings.max_waiting_writes = 1;
        let hold = faults.hold();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| shop.put("/qa/questions/1/helpful"));
            faults.wait_for_a_held_call();
            let targets = ["/qa/questions/1/helpful"; 2];
            let (refused, waited) = one_too_many(shop, "PUT", targets, || drop(hold));
            assert_unavailable(&refused);
            assert_eq!(waited.status, 204);
            assert_eq!(first.join().expect("the first one ends").status, 204);
        });
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [2]);
    }

    fn after_a_panic_of_the_thread_that_writes_no_write_waits(shop: &mut Shop) {
        shop.stock([question(1)]);
        let faults = Faults::under(shop);
        shop.service_settings.store_wait = NOBODY_WAITS_THAT_LONG;
        assert_eq!(shop.get("/readyz").status, 200);
        let (shop, hold) = (&*shop, faults.hold());
        std::thread::scope(|scope| {
            let first = scope.spawn(|| shop.put("/qa/questions/1/helpful"));
            faults.wait_for_a_held_call();
            let second = scope.spawn(|| shop.put("/qa/questions/1/helpful"));
            faults.panic();
            drop(hold);
            for write in [first, second] {
                assert_unavailable(&write.join().expect("it is answered"));
            }
        });
        faults.recover();
        assert_unavailable(&shop.put("/qa/questions/1/helpful"));
        let state = until_ready(shop, 503);
        assert_eq!(state.body, "Error: a part of the service has crashed, it must be restarted");
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [0]);
    }

    fn after_a_panic_of_a_thread_that_reads_no_list_waits(shop: &mut Shop) {
        shop.stock([question(1)]);
        let faults = Faults::under(shop);
        shop.service_settings.store_wait = NOBODY_WAITS_THAT_LONG;
        shop.service_settings.readers = 2;
        faults.panic();
        assert_unavailable(&shop.get("/qa/questions?product_id=5"));
        faults.recover();
        assert_eq!(shop.get("/qa/questions?product_id=5").results().len(), 1, "the other thread reads it");
        until_ready(shop, 503);
        faults.panic();
        assert_unavailable(&shop.get("/qa/questions?product_id=5"));
        faults.recover();
        for path in ["/qa/questions?product_id=5", "/qa/questions?product_id=6", "/qa/questions/1/answers"] {
            assert_unavailable(&shop.get(path));
        }
        assert_eq!(shop.put("/qa/questions/1/helpful").status, 204, "writes go on");
    }
}
