//! `/cart` and `/interactions`: whose cart it is, what goes into it and for how long, and what an
//! interaction must have.

use std::time::Duration;

use serde_json::{Value, json};

use super::drafts::{JSON, refused_fields};
use crate::support::{Response, Shop, on_every_store};

const DAY: Duration = Duration::from_hours(24);

/// Sends an item as the owner of a cart.
fn add(shop: &Shop, owner: &str, item: &Value) -> Response {
    shop.request("POST", "/cart").header("Authorization", owner).json(item).send()
}

/// The cart of an owner.
fn cart(shop: &Shop, owner: &str) -> Value {
    let response = shop.request("GET", "/cart/").header("Authorization", owner).send();
    assert_eq!((response.status, response.header("cache-control")), (200, Some("no-store")));
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    response.json()
}

on_every_store! {
    fn a_cart_belongs_to_what_its_owner_sends(shop: &Shop) {
        let response = add(shop, "one", &json!({"sku_id": 37}));
        assert_eq!((response.status, response.header("cache-control")), (201, Some("no-store")));
        assert_eq!(add(shop, "one", &json!({"sku_id": "00041", "count": 2})).status, 201);
        assert_eq!(add(shop, "one", &json!({"sku_id": "37", "count": "3", "x": 1})).status, 201);
        assert_eq!(add(shop, "Bearer two", &json!({"sku_id": 5, "count": null})).status, 201);
        let request = shop.request("GET", "/cart").header("Authorization", "one");
        assert_eq!(request.send().body, r#"[{"sku_id":"37","count":"4"},{"sku_id":"41","count":"2"}]"#);
        assert_eq!(cart(shop, "Bearer two"), json!([{"sku_id": "5", "count": "1"}]));
        assert_eq!(cart(shop, "three"), json!([]));
    }

    fn without_an_owner_a_cart_is_empty(shop: &Shop) {
        assert_eq!(shop.post("/cart", &json!({"sku_id": 37})).status, 201);
        assert_eq!(shop.get("/cart").outcome(), (200, "[]"));
        assert_eq!(add(shop, " ", &json!({"sku_id": 37})).status, 201);
        assert_eq!(cart(shop, " "), json!([]));
        assert_eq!(refused_fields(shop, "/cart", &json!({})), ["#/sku_id"], "it is checked all the same");
    }

    fn a_form_fills_a_cart(shop: &Shop) {
        let request = shop.request("POST", "/cart").header("Authorization", "one");
        let sent = request.body("application/x-www-form-urlencoded", "sku_id=37&count=2").send();
        assert_eq!(sent.status, 201);
        assert_eq!(cart(shop, "one"), json!([{"sku_id": "37", "count": "2"}]));
    }

    fn bad_items_are_refused(shop: &Shop) {
        for sku_id in [json!(null), json!("null"), json!(0), json!(1.5), json!("x"), json!(true), json!([1])] {
            assert_eq!(refused_fields(shop, "/cart", &json!({"sku_id": sku_id})), ["#/sku_id"]);
        }
        for count in [json!(0), json!(-1), json!(1.5), json!("x"), json!(""), json!(true), json!(1_000_001)] {
            assert_eq!(refused_fields(shop, "/cart", &json!({"sku_id": 1, "count": count})), ["#/count"]);
        }
        assert_eq!(refused_fields(shop, "/cart", &json!({"count": 0})), ["#/sku_id", "#/count"]);
    }

    fn a_cart_is_kept_for_thirty_days(shop: &Shop) {
        assert_eq!(add(shop, "one", &json!({"sku_id": 37})).status, 201);
        shop.clock.pass(29 * DAY);
        assert_eq!(cart(shop, "one"), json!([{"sku_id": "37", "count": "1"}]));
        shop.clock.pass(DAY);
        assert_eq!(cart(shop, "one"), json!([]));
    }

    fn interactions_are_counted_and_forgotten(shop: &Shop) {
        let click = json!({"element": "button", "widget": "overview", "time": "2022-02-19"});
        let response = shop.post("/interactions", &click);
        assert_eq!((response.status, response.header("cache-control")), (201, Some("no-store")));
        let form = shop.post_form("/interactions/", "element=a&widget=b&time=c&other=d");
        assert_eq!(form.status, 201);
        let routes = shop.get("/status.json").json()["routes"].clone();
        let route = routes.as_array().expect("routes").iter().find(|row| row["route"] == "add_interaction");
        assert_eq!(route.expect("it is counted")["answered"], json!(2));
    }

    fn every_missing_text_of_an_interaction_is_named(shop: &Shop) {
        assert_eq!(refused_fields(shop, "/interactions", &json!({})), ["#/element", "#/widget", "#/time"]);
        let bad = json!({"element": " ", "widget": "w", "time": 5});
        assert_eq!(refused_fields(shop, "/interactions", &bad), ["#/element", "#/time"]);
        assert_eq!(shop.post("/interactions", &bad).body, "Error: element is required; time must be a text, not a number");
    }

    fn methods_of_carts_and_interactions_are_named(shop: &Shop) {
        for (method, path, allow) in [
            ("PUT", "/cart", "GET, HEAD, POST, OPTIONS"),
            ("DELETE", "/cart/", "GET, HEAD, POST, OPTIONS"),
            ("GET", "/interactions", "POST, OPTIONS"),
        ] {
            let response = shop.request(method, path).accept(JSON).send();
            assert_eq!((response.status, response.header("allow")), (405, Some(allow)), "{method} {path}");
        }
        let options = shop.request("OPTIONS", "/cart").send();
        assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, POST, OPTIONS")));
    }
}
