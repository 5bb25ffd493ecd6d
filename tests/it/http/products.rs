//! `GET /products` and what is below it: shapes, order, what stands in for nothing, and unknown
//! products.

use serde_json::{Value, json};

use crate::support::{Shop, on_every_store};

/// The ids of a list of products.
fn ids(list: &Value) -> Vec<u64> {
    let rows = list.as_array().expect("a bare array");
    rows.iter().map(|row| row["id"].as_u64().expect("a number")).collect()
}

on_every_store! {
    fn a_product_has_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock_products();
        let response = shop.get("/products/1");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"id":1,
        "campus":"hr-rfp",
        "name":"Camo Onesie",
        "slogan":"Blend in",
        "description":"It fits.",
        "category":"Jackets",
        "default_price":"140.00",
        "created_at":"2021-08-13T14:38:44.509Z",
        "updated_at":"2021-08-13T14:38:44.509Z",
        "features":[{"feature":"Fabric",
        "value":"Canvas"},{"feature":"Buttons",
        "value":"Brass"}]}
        "#);
    }

    fn features_without_a_value_have_null_and_a_product_without_features_has_none(shop: &mut Shop) {
        shop.stock_products();
        let features = json!([
            {"feature": "Lenses", "value": "Ultrasheen"}, {"feature": "UV Protection", "value": null}
        ]);
        assert_eq!(shop.get("/products/2").json()["features"], features);
        assert_eq!(shop.get("/products/9").json()["features"], json!([]));
        assert_eq!(shop.get("/products/7").json()["default_price"], json!("120.05"));
        assert_eq!(shop.get("/products/40").json()["default_price"], json!("0.00"));
        assert_eq!(shop.get("/products/40").json()["name"], json!("A <b>\"cap\"</b>"));
    }

    fn the_list_has_the_same_objects_without_features(shop: &mut Shop) {
        shop.stock_products();
        let list = shop.get("/products").json();
        assert_eq!(ids(&list), [1, 2, 3, 7, 8]);
        let mut product = shop.get("/products/1").json();
        product.as_object_mut().expect("an object").remove("features");
        assert_eq!(list[0], product);
        assert_eq!(ids(&shop.get("/products/?count=2&page=2").json()), [3, 7]);
        assert_eq!(ids(&shop.get("/products?count=9999").json()), [1, 2, 3, 7, 8, 9, 40]);
        assert_eq!(ids(&shop.get("/products?page=abc&count=null").json()).len(), 5);
        for past in ["/products?page=3&count=5", "/products?page=9007199254740991"] {
            assert_eq!(shop.get(past).outcome(), (200, "[]"), "{past}");
        }
    }

    fn a_store_without_a_catalogue_lists_nothing(shop: &mut Shop) {
        assert_eq!(shop.get("/products").outcome(), (200, "[]"));
        assert_eq!(shop.get("/products/1").outcome(), (404, "Error: invalid product id provided"));
    }

    fn styles_have_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock_products();
        let response = shop.get("/products/1/styles");
        let list = response.json();
        assert_eq!(list["product_id"], json!("1"));
        assert_eq!(response.column("style_id"), [1, 2, 3, 4, 5, 6]);
        insta::assert_snapshot!(list["results"][0].to_string().replace(",\"", ",\n\""), @r#"
        {"default?":true,
        "name":"Forest Green & Black",
        "original_price":"140.00",
        "photos":[{"thumbnail_url":"https://a.example/small/1.jpg",
        "url":"https://a.example/1.jpg"},{"thumbnail_url":"https://a.example/small/2.jpg",
        "url":"https://a.example/2.jpg"}],
        "sale_price":null,
        "skus":{"1":{"quantity":8,
        "size":"XS"},
        "5":{"quantity":15,
        "size":"XL"},
        "6":{"quantity":4,
        "size":"XL"}},
        "style_id":1}
        "#);
        let prices: Vec<Value> = response.results().iter().map(|style| style["sale_price"].clone()).collect();
        assert_eq!(json!(prices), json!([null, null, "100.00", null, "100.00", null]));
        let body = &response.body;
        let start = r#"{"product_id":"1","results":[{"style_id":1,"name":"Forest Green & Black","original_price":"140.00","sale_price":null,"default?":true,"photos":[{"thumbnail_url":"https://a.example/small/1.jpg","url""#;
        assert!(body.starts_with(start), "{body}");
        assert!(body.contains(r#""skus":{"7":{"quantity":16,"size":"S"},"8":{"quantity":8,"size":"XS"}}"#), "{body}");
    }

    fn a_style_without_photos_or_skus_has_nulls_in_their_place(shop: &mut Shop) {
        shop.stock_products();
        for style in shop.get("/products/2/styles").results() {
            assert_eq!(style["photos"], json!([{"thumbnail_url": null, "url": null}]));
            assert_eq!(style["skus"], json!({"null": {"quantity": null, "size": null}}));
            assert_eq!(style["default?"], json!(true), "several styles may be the default");
        }
        assert_eq!(shop.get("/products/8/styles").results()[0]["sale_price"], json!("0.00"));
        assert_eq!(shop.get("/products/9/styles").outcome(), (200, r#"{"product_id":"9","results":[]}"#));
    }

    fn related_products_are_those_that_can_be_shown_in_the_order_of_the_file(shop: &mut Shop) {
        shop.stock_products();
        assert_eq!(shop.get("/products/1/related").outcome(), (200, "[2,3,8,7]"));
        assert_eq!(shop.get("/products/0002/related/").outcome(), (200, "[40]"));
        for product in [3, 9] {
            assert_eq!(shop.get(&format!("/products/{product}/related")).outcome(), (200, "[]"));
        }
    }

    fn a_bad_or_unknown_product_is_404(shop: &mut Shop) {
        shop.stock_products();
        let invalid = (404, "Error: invalid product id provided");
        for id in ["4", "404", "0", "-1", "abc", "1.0", "1e0", "undefined", "null", "9007199254740992", "%31x"] {
            for below in ["", "/", "/styles", "/related"] {
                let path = format!("/products/{id}{below}");
                assert_eq!(shop.get(&path).outcome(), invalid, "{path}");
                assert_eq!(shop.request("HEAD", &path).send().status, 404, "{path}");
            }
        }
        let problem = shop.request("GET", "/products/404").accept("application/json").send();
        assert_eq!(problem.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem.json()["type"], json!("/problems/unknown-product"));
        assert_eq!(shop.get("/products/1/reviews").outcome().1, "Error: there is nothing at this path");
    }

    fn parts_of_a_product_are_revalidated_and_compressed_like_lists(shop: &mut Shop) {
        shop.stock_products();
        let mut tags = Vec::new();
        for target in ["/products", "/products/1", "/products/1/styles", "/products/1/related"] {
            // The second is served from memory.
            let (first, second) = (shop.get(target), shop.get(target));
            assert_eq!(first.clone().without_date(), second.without_date(), "{target}");
            assert_eq!(first.header("cache-control"), Some("public, no-cache"));
            assert_eq!(first.header("vary"), Some("Accept-Encoding"));
            let tag = first.header("etag").expect("a tag").to_owned();
            let again = shop.request("GET", target).header("If-None-Match", &tag).send();
            assert_eq!((again.status, again.header("etag")), (304, Some(tag.as_str())), "{target}");
            tags.push(tag);
        }
        tags.dedup();
        assert_eq!(tags.len(), 4, "{tags:?}");
        for encoding in ["gzip", "br", "zstd"] {
            for _ in 0..2 {
                let request = shop.request("GET", "/products/1/styles").header("Accept-Encoding", encoding);
                let encoded = request.send();
                assert_eq!(encoded.header("content-encoding"), Some(encoding));
                assert_eq!(encoded.header("etag"), Some(tags[2].as_str()));
            }
        }
    }

    fn the_campus_is_a_setting(shop: &mut Shop) {
        "a \"b\"".clone_into(&mut shop.service_settings.campus);
        shop.stock_products();
        for shown in [&shop.get("/products/1").json(), &shop.get("/products").json()[0]] {
            assert_eq!(shown["campus"], json!("a \"b\""));
        }
    }

    fn an_import_of_the_catalogue_is_seen_and_leaves_questions_and_reviews(shop: &mut Shop) {
        shop.stock_page();
        assert_eq!(shop.get("/products/1").status, 200);
        assert_eq!(shop.get("/reviews?product_id=1").column("review_id"), [1, 2]);
        shop.close();
        shop.stock_products();
        assert_eq!(shop.get("/products/1/related").outcome(), (200, "[2,3,8,7]"));
        assert_eq!(shop.get("/reviews?product_id=1").column("review_id"), [1, 2]);
    }
}
