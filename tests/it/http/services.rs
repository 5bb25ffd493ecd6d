//! What a process leaves out: its paths are unknown, and nothing describes them.

use atelier::http::Services;

use super::drafts::{ROUTES, question_draft, review_draft};
use crate::support::{Shop, on_every_store};

/// The service that a path belongs to.
fn service_of(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("qa") => "qa",
        Some("reviews") => "reviews",
        _ => "products",
    }
}

on_every_store! {
    fn paths_of_what_is_left_out_are_unknown(shop: &mut Shop) {
        for served in ["products", "qa", "reviews", "qa,reviews", "products,qa,reviews"] {
            shop.close();
            shop.stock_page();
            shop.http_settings.services = served.parse().expect("services");
            for (method, path) in ROUTES {
                let is_served = served.split(',').any(|name| name == service_of(path));
                // Twice: the second may come from memory.
                for _ in 0..2 {
                    let target = format!("{path}?product_id=1");
                    let (status, body) = (shop.request(method, &target).send().status, shop.request(method, &target).send().body);
                    let unknown = (status, body.as_str()) == (404, "Error: there is nothing at this path");
                    assert_eq!(unknown, !is_served, "{method} {path} with {served}: {status} {body}");
                }
                let options = shop.request("OPTIONS", path).send().status;
                assert_eq!(options, if is_served { 204 } else { 404 }, "{path} with {served}");
                let wrong = shop.request("PATCH", path).send().status;
                assert_eq!(wrong == 405, is_served, "{path} with {served}");
            }
        }
    }

    fn the_document_and_the_home_page_describe_what_is_served(shop: &mut Shop) {
        shop.http_settings.services = Services { products: false, questions: true, reviews: false };
        let document = shop.get("/openapi.json");
        for left_out in ["/products", "/reviews", "/cart", "/interactions", "NewReview", "StyleList", "\"owner\""] {
            assert!(!document.body.contains(&format!("\"{}", left_out.trim_matches('"'))), "{left_out}");
        }
        assert!(document.json()["paths"]["/qa/questions"].is_object());
        let tags = document.json()["tags"].clone();
        let tags: Vec<&str> = tags.as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
        assert_eq!(tags, ["questions", "answers", "moderation", "service"]);
        let routes = shop.get("/status.json").json()["routes"].clone();
        let names: Vec<&str> =
            routes.as_array().expect("routes").iter().filter_map(|route| route["route"].as_str()).collect();
        assert!(names.contains(&"list_questions") && !names.contains(&"list_reviews"), "{names:?}");
        assert_eq!(shop.post("/qa/questions", &question_draft()).status, 201);
        assert_eq!(shop.post("/reviews", &review_draft()).status, 404);
    }
}
