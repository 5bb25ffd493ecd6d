//! CORS: pages of any origin may read every response, errors included, unless the operator lists
//! origins.

use atelier::http::CorsOrigins;

use super::drafts::{JSON, ROUTES, question_draft};
use crate::support::{Faults, Response, Shop, on_every_store, question};

/// Whether any page may read the response and its headers.
fn readable_by_all(response: &Response) -> bool {
    response.header("access-control-allow-origin") == Some("*")
        && response.header("access-control-expose-headers")
            == Some("Location, Link, Retry-After, RateLimit, RateLimit-Policy, ETag, X-Request-Id")
}

/// Whether a list of names in a header has this one.
fn names(response: &Response, header: &str, name: &str) -> bool {
    let list = response.header(header).unwrap_or("");
    list.split(',').any(|item| item.trim().eq_ignore_ascii_case(name))
}

on_every_store! {
    fn pages_of_any_origin_may_read_every_success(shop: &mut Shop) {
        shop.stock([question(1)]);
        for response in [
            shop.get("/qa/questions?product_id=5"),
            shop.request("GET", "/qa/questions/1/answers").header("Origin", "https://shop.example").send(),
            shop.request("HEAD", "/qa/questions/1/answers").send(),
            shop.post("/qa/questions", &question_draft()),
            shop.put("/qa/questions/1/helpful"),
            shop.request("OPTIONS", "/qa/questions").send(),
        ] {
            assert!(response.status < 300, "{response:?}");
            assert!(readable_by_all(&response), "{response:?}");
        }
    }

    fn pages_of_any_origin_may_read_every_error(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        for (response, status) in [
            (shop.get("/nothing"), 404),
            (shop.request("OPTIONS", "/nothing").send(), 404),
            (shop.get("/qa/questions"), 422),
            (shop.put("/qa/questions/x/helpful"), 404),
            (shop.request("DELETE", "/qa/questions").send(), 405),
            (shop.request("POST", "/qa/questions").send(), 415),
            (shop.request("POST", "/qa/questions").body(JSON, " ".repeat(65_537)).send(), 413),
            (shop.request("POST", "/qa/questions").body(JSON, "{").send(), 400),
            (shop.request("POST", "/qa/questions").body(JSON, "{}").send(), 422),
            (shop.get("/qa/questions?product_id=5"), 503),
        ] {
            assert_eq!(response.status, status, "{response:?}");
            assert!(readable_by_all(&response), "{response:?}");
        }
    }

    fn a_preflight_is_answered_for_every_route(shop: &Shop) {
        for (method, path) in ROUTES {
            for path in [path.to_owned(), format!("{path}/")] {
                let request = shop.request("OPTIONS", &path).header("Origin", "https://shop.example");
                let request = request.header("Access-Control-Request-Method", method);
                let request = request.header("Access-Control-Request-Headers", "authorization,content-type");
                let response = request.send();
                assert_eq!(response.outcome(), (204, ""), "{method} {path}");
                assert!(readable_by_all(&response), "{method} {path}");
                assert!(names(&response, "access-control-allow-methods", method), "{method} {path}");
                for method in ["PUT", "DELETE"] {
                    assert!(names(&response, "access-control-allow-methods", method), "{path} {method}");
                }
                for header in ["Authorization", "Content-Type", "Idempotency-Key", "*"] {
                    assert!(
                        names(&response, "access-control-allow-headers", header),
                        "{method} {path} {header}"
                    );
                }
            }
        }
    }

    fn options_names_the_methods_of_the_path(shop: &Shop) {
        for (path, allow) in [
            ("/qa/questions", "GET, HEAD, POST, OPTIONS"),
            ("/qa/questions/1/answers", "GET, HEAD, POST, OPTIONS"),
            ("/qa/questions/1/helpful", "PUT, OPTIONS"),
            ("/qa/questions/1/report", "PUT, OPTIONS"),
            ("/qa/answers/1/helpful", "PUT, OPTIONS"),
            ("/qa/answers/1/report", "PUT, OPTIONS"),
        ] {
            let response = shop.request("OPTIONS", path).send();
            assert_eq!((response.status, response.header("allow")), (204, Some(allow)), "{path}");
        }
    }

    fn listed_origins_alone_may_read_when_there_is_a_list(shop: &mut Shop) {
        let origins = "https://shop.example, http://localhost:8080";
        shop.http_settings.cors_origins = CorsOrigins::parse(origins).expect("two origins");
        for (origin, allowed) in [
            ("https://shop.example", Some("https://shop.example")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://shop.example", None),
            ("https://shop.example.evil.example", None),
            ("null", None),
        ] {
            for target in ["/qa/questions?product_id=5", "/nothing"] {
                for method in ["GET", "OPTIONS"] {
                    let response = shop.request(method, target).header("Origin", origin).send();
                    assert_eq!(
                        response.header("access-control-allow-origin"),
                        allowed,
                        "{origin} {method} {target}"
                    );
                    assert!(names(&response, "vary", "Origin"), "{origin} {method} {target}");
                }
            }
        }
        let without_origin = shop.get("/qa/questions?product_id=5");
        assert_eq!(
            (without_origin.status, without_origin.header("access-control-allow-origin")),
            (200, None)
        );
    }
}
