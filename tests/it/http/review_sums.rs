//! `GET /reviews/meta`: counts as texts, exact averages, what writes change.

use serde_json::json;

use super::drafts::{review_draft, with};
use crate::support::{CHARACTERISTICS, Shop, on_every_store, review};

const SUMS: &str = "/reviews/meta?product_id=1";

/// The average of a characteristic of product 1.
fn value(shop: &Shop, name: &str) -> serde_json::Value {
    shop.get(SUMS).json()["characteristics"][name]["value"].clone()
}

on_every_store! {
    fn the_sums_have_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock_page();
        let response = shop.get(SUMS);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"product_id":"1",
        "ratings":{"4":"1",
        "5":"1"},
        "recommended":{"false":"1",
        "true":"1"},
        "characteristics":{"Fit":{"id":1,
        "value":"4.0000000000000000"},
        "Length":{"id":2,
        "value":"3.5000000000000000"},
        "Comfort":{"id":3,
        "value":"5.0000000000000000"},
        "Quality":{"id":4,
        "value":"4.0000000000000000"}}}
        "#);
    }

    fn a_product_without_reviews_has_zeros_and_nulls(shop: &mut Shop) {
        shop.stock_reviews(&[(7, 3, "Fit"), (6, 3, "Width")], []);
        let nothing = r#"{"product_id":"404","ratings":{},"recommended":{"false":"0","true":"0"},"characteristics":{}}"#;
        assert_eq!(shop.get("/reviews/meta/?product_id=0404").outcome(), (200, nothing));
        let nothing = r#"{"product_id":"3","ratings":{},"recommended":{"false":"0","true":"0"},"characteristics":{"Width":{"id":6,"value":null},"Fit":{"id":7,"value":null}}}"#;
        assert_eq!(shop.get("/reviews/meta?product_id=3").outcome(), (200, nothing));
    }

    fn averages_are_exact_to_sixteen_decimals_and_rounded_half_up(shop: &mut Shop) {
        for (stars, expected) in [
            (vec![1, 1, 2], "1.3333333333333333"),
            (vec![1, 2, 2], "1.6666666666666667"),
            (vec![5; 3], "5.0000000000000000"),
            (vec![2, 1, 1, 1, 1, 1, 1], "1.1428571428571429"),
        ] {
            shop.close();
            let reviews = (1..).zip(&stars).map(|(id, stars)| review(id).rated([(1, *stars)]));
            shop.stock_reviews(&CHARACTERISTICS, reviews);
            assert_eq!(value(shop, "Fit"), json!(expected), "{stars:?}");
            assert_eq!(value(shop, "Length"), json!(null));
        }
    }

    fn a_new_review_and_a_report_change_the_sums_at_once(shop: &mut Shop) {
        shop.stock_page();
        let before = shop.get(SUMS);
        let rated = json!({"1": 1, "4": "5", "999": 5});
        let response = shop.post("/reviews", &with(review_draft(), "characteristics", rated));
        assert_eq!(response.status, 201, "{response:?}");
        let sums = shop.get(SUMS).json();
        assert_eq!(sums["ratings"], json!({"3": "1", "4": "1", "5": "1"}));
        assert_eq!(sums["recommended"], json!({"false": "1", "true": "2"}));
        assert_eq!(value(shop, "Fit"), json!("3.0000000000000000"));
        assert_eq!(value(shop, "Quality"), json!("4.3333333333333333"));
        assert_eq!(value(shop, "Comfort"), json!("5.0000000000000000"));
        let tag = before.header("etag").expect("a tag");
        assert_eq!(shop.request("GET", SUMS).header("If-None-Match", tag).send().status, 200);
        let id = response.json()["review_id"].clone();
        for _ in 0..2 {
            assert_eq!(shop.put(&format!("/reviews/{id}/report")).status, 204);
            assert_eq!(shop.get(SUMS).body, before.body);
        }
    }

    fn hidden_reviews_count_for_nothing(shop: &mut Shop) {
        let visible = review(1).stars(2).rated([(1, 2)]);
        shop.stock_reviews(&CHARACTERISTICS, [visible, review(2).reported().rated([(1, 5)])]);
        let sums = shop.get(SUMS).json();
        assert_eq!(sums["ratings"], json!({"2": "1"}));
        assert_eq!(sums["recommended"], json!({"false": "0", "true": "1"}));
        assert_eq!(value(shop, "Fit"), json!("2.0000000000000000"));
    }

    fn meta_is_no_review(shop: &Shop) {
        for action in ["helpful", "report"] {
            let response = shop.put(&format!("/reviews/meta/{action}"));
            assert_eq!(response.outcome(), (404, "Error: invalid review_id provided"));
        }
        let response = shop.put("/reviews/meta");
        assert_eq!((response.status, response.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
        assert_eq!(shop.get("/reviews/5").outcome(), (404, "Error: there is nothing at this path"));
    }
}
