//! `GET /reviews`: the shape of the list, its orders and pages, what it hides.

use serde_json::json;

use crate::support::{Shop, on_every_store, review};

const LIST: &str = "/reviews?product_id=1";

on_every_store! {
    fn the_list_has_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock_page();
        let response = shop.get(LIST);
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"product":"1",
        "page":0,
        "count":5,
        "results":[{"review_id":1,
        "rating":5,
        "summary":"This product was great!",
        "recommend":true,
        "response":null,
        "body":"I really did.",
        "date":"2019-01-01T00:00:00.000Z",
        "reviewer_name":"funtime",
        "helpfulness":8,
        "photos":[]},{"review_id":2,
        "rating":4,
        "summary":"This product was ok!",
        "recommend":false,
        "response":null,
        "body":"I am tiny.",
        "date":"2019-01-11T00:00:00.000Z",
        "reviewer_name":"mymainstreammother",
        "helpfulness":2,
        "photos":[]}]}
        "#);
        let other = &shop.get("/reviews?product_id=2").results()[0];
        assert_eq!(other["response"], json!("Glad you're enjoying the product!"));
        let photos =
            json!([{"id": 1, "url": "https://a.example/1.jpg"}, {"id": 2, "url": "https://a.example/2.jpg"}]);
        assert_eq!(other["photos"], photos);
    }

    fn an_unknown_product_has_an_empty_list(shop: &Shop) {
        let empty = r#"{"product":"404","page":0,"count":5,"results":[]}"#;
        assert_eq!(shop.get("/reviews?product_id=00404").outcome(), (200, empty));
        assert_eq!(shop.get("/reviews/?product_id=404&sort=newest").outcome(), (200, empty));
    }

    fn a_product_that_is_missing_or_no_integer_in_range_is_invalid(shop: &Shop) {
        let invalid = (422, "Error: invalid product_id provided");
        for path in ["/reviews", "/reviews/", "/reviews/meta", "/reviews/meta/"] {
            for query in ["", "?", "?product_id=", "?product_id=0", "?product_id=abc", "?product_id=1.0",
                "?product_id=%201", "?product_id=9007199254740992", "?Product_id=1", "?product_id=&product_id=1"]
            {
                assert_eq!(shop.get(&format!("{path}{query}")).outcome(), invalid, "{path}{query}");
            }
        }
    }

    fn there_are_three_orders(shop: &mut Shop) {
        shop.stock_reviews(&[], [
            review(10).helpful(1).written_at("2020-01-02"),
            review(9).helpful(1).written_at("2020-01-02"),
            review(30).helpful(7).written_at("2019-01-01"),
            review(2).helpful(1).written_at("2020-01-03"),
            review(100).helpful(0).written_at("2020-01-04"),
            review(101).helpful(0).written_at("2018-01-04"),
        ]);
        let (helpful, relevant, newest) =
            ([30, 2, 9, 10, 100, 101], [30, 2, 10, 9, 100, 101], [100, 2, 10, 9, 30, 101]);
        for (sort, order) in [
            ("", helpful),
            ("&sort", helpful),
            ("&sort=", helpful),
            ("&sort=helpful", helpful),
            ("&sort=unknown", helpful),
            ("&sort=relevant", relevant),
            ("&sort=Relevant", relevant),
            ("&sort=%22relevant%22", relevant),
            ("&sort='RELEVANT'", relevant),
            ("&sort=newest", newest),
            ("&sort=%22newest%22", newest),
            ("&sort=%22%27Newest", newest),
            ("&sort=newest&sort=relevant", newest),
        ] {
            // The second is served from memory where its target is plain.
            for _ in 0..2 {
                let list = shop.get(&format!("{LIST}&count=10{sort}"));
                assert_eq!(list.column("review_id"), order, "{sort}");
            }
        }
    }

    fn page_is_the_offset_and_count_the_value_in_force(shop: &mut Shop) {
        shop.stock_reviews(&[], (1..=12).map(review));
        for (query, page, count, ids) in [
            ("", 0, 5, vec![1, 2, 3, 4, 5]),
            ("&page=2", 5, 5, vec![6, 7, 8, 9, 10]),
            ("&page=3&count=4", 8, 4, vec![9, 10, 11, 12]),
            ("&page=4", 15, 5, vec![]),
            ("&page=abc&count=-1", 0, 5, vec![1, 2, 3, 4, 5]),
            ("&page=1&count=9999", 0, 1_000, (1..=12).collect()),
            ("&page=2.9&count=1e1", 10, 10, vec![11, 12]),
        ] {
            let list = shop.get(&format!("{LIST}{query}"));
            assert_eq!((&list.json()["page"], &list.json()["count"]), (&json!(page), &json!(count)), "{query}");
            assert_eq!(list.column("review_id"), ids, "{query}");
        }
        let far = shop.get(&format!("{LIST}&page=9007199254740991&count=1"));
        assert_eq!(far.json()["page"], json!(9_007_199_254_740_990_u64));
    }

    fn reported_reviews_and_those_of_others_are_not_listed(shop: &mut Shop) {
        shop.stock_reviews(&[], [review(1).reported().helpful(9), review(2).of(11), review(3)]);
        for sort in ["helpful", "relevant", "newest"] {
            assert_eq!(shop.get(&format!("{LIST}&sort={sort}")).column("review_id"), [3], "{sort}");
        }
    }

    fn texts_are_shown_as_stored(shop: &mut Shop) {
        let text = "<b>\"Größe\" & 'Maß'</b> \\ 😀\n\ttab / \u{2028}\u{7f}";
        shop.stock_reviews(&[], [review(1).text(text, text).by(text).answered(text), review(2).text("", "b")]);
        let rows = shop.get(LIST).results();
        for member in ["summary", "body", "reviewer_name", "response"] {
            assert_eq!(rows[0][member], json!(text), "{member}");
        }
        assert_eq!(rows[1]["summary"], json!(""));
    }

    fn each_order_is_revalidated_and_compressed_on_its_own(shop: &mut Shop) {
        shop.stock_reviews(&[], (1..=20).map(|id| review(id).helpful(u32::from(id % 7 == 0))));
        let mut tags = Vec::new();
        for sort in ["helpful", "relevant", "newest"] {
            let target = format!("{LIST}&count=20&sort={sort}");
            let first = shop.get(&target);
            let tag = first.header("etag").expect("a tag").to_owned();
            let again = shop.request("GET", &target).header("If-None-Match", &tag).send();
            assert_eq!((again.status, again.header("etag")), (304, Some(tag.as_str())), "{sort}");
            for _ in 0..2 {
                let encoded = shop.request("GET", &target).header("Accept-Encoding", "gzip").send();
                let mut text = String::new();
                let mut decoder = flate2::read::GzDecoder::new(encoded.bytes.as_slice());
                std::io::Read::read_to_string(&mut decoder, &mut text).expect("gzip");
                assert_eq!(text, first.body, "{sort}");
            }
            tags.push(tag);
        }
        assert_eq!(shop.put("/reviews/1/helpful").status, 204);
        for (sort, tag) in ["helpful", "relevant", "newest"].iter().zip(tags) {
            let target = format!("{LIST}&count=20&sort={sort}");
            let changed = shop.request("GET", &target).header("If-None-Match", &tag).send();
            assert_eq!(changed.status, 200, "{sort}");
        }
    }

    fn head_answers_as_get_without_the_body(shop: &mut Shop) {
        shop.stock_page();
        for target in [LIST, "/reviews/meta?product_id=1", "/reviews", "/products/1", "/cart"] {
            let (get, head) = (shop.get(target), shop.request("HEAD", target).send());
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{target}");
            assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()), "{target}");
            assert_eq!(head.header("etag"), get.header("etag"), "{target}");
        }
    }
}
