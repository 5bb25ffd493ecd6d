//! Paths and methods: trailing slashes, the prefix, ids in paths, unknown paths, `Allow` and
//! `HEAD`.

use serde_json::json;

use super::drafts::{ROUTES, answer_draft, question_draft, review_draft};
use crate::support::{Response, Shop, answer, on_every_store, question};

/// Sends what a route needs to succeed, and asks for product 5 where one is needed.
fn succeed(shop: &Shop, method: &str, path: &str) -> Response {
    let target = match path.trim_end_matches('/').rsplit('/').next() {
        Some("questions" | "reviews" | "meta") => format!("{path}?product_id=5"),
        _ => path.to_owned(),
    };
    let request = shop.request(method, &target);
    match method {
        "POST" if path.contains("/answers") => request.json(&answer_draft()).send(),
        "POST" if path.contains("/reviews") => request.json(&review_draft()).send(),
        "POST" if path.contains("/cart") => request.json(&json!({"sku_id": 1})).send(),
        "POST" if path.contains("/interactions") => {
            request.json(&json!({"element": "a", "widget": "b", "time": "c"})).send()
        }
        "POST" => request.json(&question_draft()).send(),
        _ => request.send(),
    }
}

/// The status with which the route succeeds.
fn success(method: &str) -> u16 {
    match method {
        "GET" => 200,
        "POST" => 201,
        _ => 204,
    }
}

on_every_store! {
    fn every_route_works_with_and_without_a_trailing_slash(shop: &mut Shop) {
        shop.stock_page();
        shop.stock([question(1).answers([answer(1)])]);
        for (method, path) in ROUTES {
            assert_eq!(succeed(shop, method, path).status, success(method), "{method} {path}");
            assert_eq!(
                succeed(shop, method, &format!("{path}/")).status,
                success(method),
                "{method} {path}/"
            );
        }
    }

    fn a_prefix_is_put_before_every_path(shop: &mut Shop) {
        shop.http_settings.path_prefix.push_str("/api/fec2/hr-rfp");
        shop.stock_page();
        shop.stock([question(1).answers([answer(1)])]);
        for (method, path) in ROUTES {
            let prefixed = format!("/api/fec2/hr-rfp{path}");
            assert_eq!(succeed(shop, method, &prefixed).status, success(method), "{method} {prefixed}");
            assert_eq!(
                succeed(shop, method, &format!("{prefixed}/")).status,
                success(method),
                "{method} {prefixed}/"
            );
            assert_eq!(succeed(shop, method, path).status, 404, "{method} {path}");
        }
        for path in [
            "/api/fec2/hr-rfpqa/questions",
            "/api/fec2/HR-RFP/qa/questions",
            "/api/fec2/hr-rfp//qa/questions",
        ] {
            assert_eq!(succeed(shop, "GET", path).status, 404, "{path}");
        }
    }

    fn a_location_has_the_prefix(shop: &mut Shop) {
        shop.http_settings.path_prefix.push_str("/api");
        let asked = shop.post("/api/qa/questions", &question_draft());
        assert_eq!(asked.header("location"), Some("/api/qa/questions/1/answers"));
        let given = shop.post("/api/qa/questions/1/answers", &answer_draft());
        assert_eq!(given.header("location"), Some("/api/qa/questions/1/answers"));
        let given = shop.post("/api/reviews", &review_draft());
        assert_eq!(given.header("location"), Some("/api/reviews?product_id=1"));
    }

    fn ids_are_decimal_digits_and_leading_zeros_are_dropped(shop: &mut Shop) {
        shop.stock([question(7).answers([answer(7)])]);
        for id in ["7", "07", "00000000000000000000000000000000000007"] {
            let list = shop.get(&format!("/qa/questions/{id}/answers"));
            assert_eq!(
                (list.json()["question"].as_str(), list.column("answer_id")[0]),
                (Some("7"), 7),
                "{id}"
            );
            assert_eq!(shop.post(&format!("/qa/questions/{id}/answers"), &answer_draft()).status, 201);
            for path in [format!("/qa/questions/{id}/helpful"), format!("/qa/answers/{id}/helpful")] {
                assert_eq!(shop.put(&path).status, 204, "{path}");
            }
        }
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_helpfulness"), [3]);
        for path in ["/qa/answers/07/report", "/qa/questions/07/report"] {
            assert_eq!(shop.put(path).status, 204, "{path}");
        }
    }

    fn an_id_that_is_no_integer_in_range_is_invalid(shop: &Shop) {
        for id in [
            "0",
            "000",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "abc",
            "undefined",
            "null",
            "NaN",
            "",
            "%20",
            "1%20",
            "0x1",
            "9007199254740992",
            "99999999999999999999999",
        ] {
            let question = (404, "Error: invalid question_id provided");
            let path = format!("/qa/questions/{id}/answers");
            assert_eq!(shop.get(&path).outcome(), question, "{path}");
            assert_eq!(shop.post(&path, &answer_draft()).outcome(), question, "{path}");
            for action in ["helpful", "report"] {
                let path = format!("/qa/questions/{id}/{action}");
                assert_eq!(shop.put(&path).outcome(), question, "{path}");
                let path = format!("/qa/answers/{id}/{action}");
                assert_eq!(shop.put(&path).outcome(), (404, "Error: invalid answer_id provided"), "{path}");
            }
        }
    }

    fn other_paths_are_unknown(shop: &Shop) {
        for path in [
            "//",
            "/qa",
            "/qa/",
            "/qa/question",
            "/QA/questions",
            "/qa/questions/1",
            "/qa/questions/1/answers/2",
            "/qa/questions/1/helpfull",
            "/qa/answers",
            "/qa/answers/1",
            "/qa/questions//",
            "//qa/questions",
            "/qa/questions/1/answers//",
            "/product",
            "/products/1/style",
            "/reviews/1",
            "/reviews/1/helpfull",
            "/cart/1",
            "/qa/questionsx",
            "/problems",
            "/problems/nothing",
        ] {
            for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
                // Other methods on `/problems/…` are not 404, because problems have pages there.
                if path != "/problems/nothing" || method == "GET" {
                    let response = shop.request(method, path).send();
                    assert_eq!(
                        response.outcome(),
                        (404, "Error: there is nothing at this path"),
                        "{method} {path}"
                    );
                }
            }
        }
    }

    fn a_wrong_method_is_405_and_allow_names_the_right_ones(shop: &Shop) {
        let lists = "GET, HEAD, POST, OPTIONS";
        for (path, wrong, allow) in [
            ("/qa/questions", ["PUT", "DELETE", "PATCH"], lists),
            ("/qa/questions/1/answers", ["PUT", "DELETE", "PATCH"], lists),
            ("/qa/questions/1/helpful", ["GET", "POST", "HEAD"], "PUT, OPTIONS"),
            ("/qa/questions/1/report", ["GET", "POST", "PATCH"], "PUT, OPTIONS"),
            ("/qa/answers/1/helpful", ["GET", "POST", "DELETE"], "PUT, OPTIONS"),
            ("/qa/answers/1/report/", ["GET", "POST", "BREW"], "PUT, OPTIONS"),
            ("/products", ["PUT", "POST", "PATCH"], "GET, HEAD, OPTIONS"),
            ("/products/1/styles", ["PUT", "POST", "DELETE"], "GET, HEAD, OPTIONS"),
            ("/reviews/", ["PUT", "DELETE", "PATCH"], lists),
            ("/reviews/meta", ["PUT", "POST", "PATCH"], "GET, HEAD, OPTIONS"),
            ("/reviews/1/report", ["GET", "POST", "PATCH"], "PUT, OPTIONS"),
        ] {
            for method in wrong {
                let response = shop.request(method, path).send();
                assert_eq!(response.status, 405, "{method} {path}");
                assert_eq!(response.header("allow"), Some(allow), "{method} {path}");
            }
        }
    }

    fn head_answers_as_get_without_the_body(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        for target in [
            "/qa/questions?product_id=5",
            "/qa/questions/1/answers",
            "/qa/questions",
            "/qa/questions/x/answers",
            "/nothing",
        ] {
            let (get, mut head) = (shop.get(target), shop.request("HEAD", target).send());
            assert_eq!(head.body, "");
            let length = get.body.len().to_string();
            assert_eq!(head.header("content-length"), Some(length.as_str()), "{target}");
            head.body.clone_from(&get.body);
            head.bytes.clone_from(&get.bytes);
            assert_eq!(head.without_date(), get.without_date(), "{target}");
        }
    }

    fn the_type_of_every_problem_is_a_page(shop: &mut Shop) {
        shop.http_settings.path_prefix.push_str("/api");
        for target in ["/api/nothing", "/api/qa/questions", "/api/qa/questions/x/answers"] {
            let problem = shop.request("GET", target).accept("application/json").send().json();
            let page = shop.get(problem["type"].as_str().expect("an address"));
            assert_eq!((page.status, page.header("content-type")), (200, Some("text/plain; charset=utf-8")));
            assert!(!page.body.is_empty());
        }
        let response = shop.request("PUT", "/api/problems/unknown-path").send();
        assert_eq!((response.status, response.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    }

    fn instance_has_the_path_without_the_query(shop: &Shop) {
        let response = shop.request("GET", "/qa/questions/?product_id=x").accept("application/json").send();
        assert_eq!(response.json()["instance"], json!("/qa/questions/"));
    }
}
