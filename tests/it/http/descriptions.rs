//! The OpenAPI document and the page that shows it. `scripts/conformance` tests whether responses
//! match the document, and `tests/tree/documents.rs` whether `docs/openapi.json` is up to date.

use atelier::http::openapi_document;
use serde_json::Value;

use crate::support::{Shop, on_every_store};

fn document(shop: &Shop, prefix: &str) -> Value {
    let response = shop.get(&format!("{prefix}/openapi.json"));
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, Some("application/json; charset=utf-8"))
    );
    assert_eq!(response.body, openapi_document(&shop.http_settings, &shop.service_settings));
    serde_json::from_str(&response.body).expect("JSON")
}

on_every_store! {
    fn the_document_is_answered_like_any_page(shop: &Shop) {
        document(shop, "");
        for path in ["/openapi.json", "/docs"] {
            let response = shop.request("HEAD", path).send();
            assert_eq!(response.outcome(), (200, ""), "{path}");
            let response = shop.request("OPTIONS", path).send();
            assert_eq!((response.status, response.header("allow")), (204, Some("GET, HEAD, OPTIONS")), "{path}");
            assert_eq!(shop.get(&format!("{path}/")).status, 200, "{path}");
            assert_eq!(shop.put(path).status, 405, "{path}");
        }
    }

    fn the_document_has_the_limits_in_force(shop: &mut Shop) {
        shop.service_settings.submission.body_max_chars = 77;
        shop.service_settings.submission.photos_max = 2;
        shop.service_settings.max_page_size = 88;
        shop.http_settings.rate_limits.votes = 9;
        shop.http_settings.path_prefix.push_str("/api/fec2/hr-rfp");
        let document = document(shop, "/api/fec2/hr-rfp");
        let at = |pointer: &str| document.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
        assert_eq!(at("/servers/0/url"), "/api/fec2/hr-rfp");
        assert_eq!(at("/components/schemas/NewQuestion/properties/body/maxLength"), 77);
        assert_eq!(at("/components/schemas/NewAnswer/properties/photos/maxItems"), 2);
        assert_eq!(at("/components/parameters/count/schema/anyOf/0/maximum"), 88);
        let vote = "/paths/~1qa~1answers~1{answer_id}~1helpful/put/responses";
        let too_many = "429/content/text~1plain/examples/too-many-writes/value";
        let told = "Error: at most 9 votes an hour, try again in 400 s";
        assert_eq!(at(&format!("{vote}/{too_many}")), told);
        let report = "/paths/~1qa~1answers~1{answer_id}~1report/put/responses/429";
        assert_eq!(document.pointer(report), None, "reports are not limited");
    }

    fn the_page_runs_its_own_script_and_loads_nothing_but_the_document(shop: &mut Shop) {
        for prefix in ["", "/api/fec2/hr-rfp"] {
            shop.close();
            prefix.clone_into(&mut shop.http_settings.path_prefix);
            let page = shop.get(&format!("{prefix}/docs"));
            assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
            let policy = page.header("content-security-policy").expect("a policy");
            for rule in ["default-src 'none';", "script-src 'sha256-", "style-src 'sha256-", "connect-src 'self';"] {
                assert!(policy.contains(rule), "{rule} is not in {policy}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
            for outside in ["://", "src=", "@import", "url(", "innerHTML"] {
                assert!(!page.body.contains(outside), "{outside}");
            }
        }
    }
}
