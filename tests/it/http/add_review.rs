//! `POST /reviews`, and votes and reports of reviews: the response, fields of every kind, forms,
//! repetitions and limits.

use atelier::http::RateLimits;
use serde_json::{Value, json};

use super::drafts::{FORM, JSON, refused_fields, review_draft, with, without};
use crate::support::{CHARACTERISTICS, OPENED_AT, Response, Shop, on_every_store, review};

const PATH: &str = "/reviews";
const LIST: &str = "/reviews?product_id=1";

/// The id that a 201 carries.
fn new_id(response: &Response) -> u64 {
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["review_id"].as_u64().expect("a number")
}

on_every_store! {
    fn a_new_review_answers_201_with_its_id_and_location(shop: &mut Shop) {
        shop.stock_reviews(&[], [review(41).of(9)]);
        let response = shop.post(PATH, &review_draft());
        assert_eq!(response.outcome(), (201, r#"{"review_id":42}"#));
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(response.header("location"), Some("/reviews?product_id=1"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }

    fn a_new_review_is_listed_as_sent_in_every_order(shop: &mut Shop) {
        shop.stock_reviews(&CHARACTERISTICS, [review(1).helpful(1)]);
        for sort in ["helpful", "relevant", "newest"] {
            assert_eq!(shop.get(&format!("{LIST}&sort={sort}")).column("review_id"), [1]);
        }
        let draft = with(review_draft(), "photos", json!(["https://a.example/1.jpg", "blob:x", " "]));
        let response = shop.post(PATH, &draft);
        assert_eq!(response.outcome(), (201, r#"{"review_id":2,"photos_left_out":1}"#));
        for (sort, ids) in [("helpful", [1, 2]), ("relevant", [1, 2]), ("newest", [2, 1])] {
            assert_eq!(shop.get(&format!("{LIST}&sort={sort}")).column("review_id"), ids, "{sort}");
        }
        let expected = json!({
            "review_id": 2, "rating": 3, "summary": "So so", "recommend": true, "response": null,
            "body": "It runs.", "date": OPENED_AT, "reviewer_name": "ann", "helpfulness": 0,
            "photos": [{"id": 1, "url": "https://a.example/1.jpg"}],
        });
        assert_eq!(shop.get(LIST).results()[1], expected);
    }

    fn votes_move_a_review_and_reports_hide_it(shop: &mut Shop) {
        shop.stock_reviews(&[], [review(1).helpful(1), review(2), review(3)]);
        for votes in 1..=2 {
            assert_eq!(shop.put("/reviews/0002/helpful/").status, 204);
            assert_eq!(shop.get(LIST).results().iter().find(|row| row["review_id"] == 2).expect("it")["helpfulness"], votes);
        }
        assert_eq!(shop.get(LIST).column("review_id"), [2, 1, 3]);
        for _ in 0..2 {
            assert_eq!(shop.put("/reviews/2/report").status, 204);
            assert_eq!(shop.get(LIST).column("review_id"), [1, 3]);
        }
        assert_eq!(shop.request("PUT", "/reviews/2/helpful").body(JSON, "{}").send().status, 204, "it still exists");
        shop.close();
        assert_eq!(shop.get(LIST).column("review_id"), [1, 3]);
    }

    fn an_unknown_or_bad_review_is_404(shop: &mut Shop) {
        shop.stock_reviews(&[], [review(1)]);
        for id in ["2", "404", "0", "-1", "abc", "1.0", "", "9007199254740992"] {
            for action in ["helpful", "report"] {
                let path = format!("/reviews/{id}/{action}");
                assert_eq!(shop.put(&path).outcome(), (404, "Error: invalid review_id provided"), "{path}");
            }
        }
    }

    fn a_form_is_as_good_as_json(shop: &mut Shop) {
        shop.stock_reviews(&CHARACTERISTICS, []);
        let form = "product_id=001&rating=4&summary=S%C3%B6&body=It+runs.&recommend=False&name=ann\
            &email=ann%40mail.test&photos=https%3A%2F%2Fa.example%2F1.jpg&photos[]=x\
            &characteristics%5B1%5D=5&characteristics[2]=1&characteristics[77]=1&x=y";
        let response = shop.post_form(PATH, form);
        assert_eq!(response.outcome(), (201, r#"{"review_id":1,"photos_left_out":1}"#));
        let row = &shop.get(LIST).results()[0];
        assert_eq!((&row["rating"], &row["recommend"], &row["summary"]), (&json!(4), &json!(false), &json!("Sö")));
        let sums = shop.get("/reviews/meta?product_id=1").json();
        assert_eq!(sums["characteristics"]["Fit"]["value"], json!("5.0000000000000000"));
        assert_eq!(sums["characteristics"]["Length"]["value"], json!("1.0000000000000000"));
        let without_summary = "product_id=1&rating=4&body=b&recommend=1&name=ann&email=ann%40mail.test&photos=";
        assert_eq!(new_id(&shop.post_form(PATH, without_summary)), 2);
    }

    fn every_bad_field_is_named_at_once(shop: &Shop) {
        let required = ["#/product_id", "#/rating", "#/body", "#/recommend", "#/name", "#/email"];
        assert_eq!(refused_fields(shop, PATH, &json!({})), required);
        let form = shop.request("POST", PATH).accept(JSON).body(FORM, "").send();
        assert_eq!(form.json()["errors"].as_array().map(Vec::len), Some(6));
        let draft = json!({"product_id": "x", "rating": 6, "summary": "s".repeat(61), "body": " ", "recommend": "maybe",
            "name": 7, "email": "ann", "photos": "x", "characteristics": {"14": 6, "Fit": 5}});
        insta::assert_snapshot!(shop.post(PATH, &draft).body.replace("; ", ";\n"), @r#"
        Error: product_id must be an integer between 1 and 9007199254740991, written in decimal digits;
        rating must be an integer between 1 and 5;
        summary must have at most 60 characters;
        it has 61;
        body must have 1 to 1000 characters;
        it is empty;
        recommend must be true or false;
        name must be a text, not a number;
        email must be a valid e-mail address;
        photos must be an array of URLs, not a text;
        characteristics[14] must be an integer between 1 and 5;
        characteristics: the key "Fit" must be an integer between 1 and 9007199254740991, written in decimal digits
        "#);
        let all = ["#/product_id", "#/rating", "#/summary", "#/body", "#/recommend", "#/name", "#/email", "#/photos",
            "#/characteristics/14", "#/characteristics/Fit"];
        assert_eq!(refused_fields(shop, PATH, &draft), all);
        assert!(shop.get(LIST).results().is_empty());
    }

    fn ratings_are_one_to_five(shop: &Shop) {
        for (rating, shown) in [(json!(1), 1), (json!(5), 5), (json!("2"), 2), (json!("04"), 4)] {
            let id = new_id(&shop.post(PATH, &with(review_draft(), "rating", rating)));
            let rows = shop.get(&format!("{LIST}&sort=newest")).results();
            assert_eq!(rows.iter().find(|row| row["review_id"] == id).expect("it")["rating"], shown);
        }
        for rating in [json!(0), json!(6), json!(2.5), json!("5.0"), json!(" 5"), json!(""), json!(true), json!([5]),
            json!(null), json!(1e300)]
        {
            assert_eq!(refused_fields(shop, PATH, &with(review_draft(), "rating", rating)), ["#/rating"]);
        }
    }

    fn a_recommendation_is_a_boolean_in_several_forms(shop: &Shop) {
        for (recommend, shown) in [(json!(true), true), (json!("true"), true), (json!("TRUE"), true), (json!(1), true),
            (json!("1"), true), (json!(false), false), (json!("False"), false), (json!(0), false), (json!("0"), false)]
        {
            let id = new_id(&shop.post(PATH, &with(review_draft(), "recommend", recommend.clone())));
            let rows = shop.get(&format!("{LIST}&count=100")).results();
            let row = rows.iter().find(|row| row["review_id"] == id).expect("it");
            assert_eq!(row["recommend"], shown, "{recommend}");
        }
        for recommend in [json!("yes"), json!(2), json!(1.0), json!(""), json!([]), json!(null)] {
            assert_eq!(refused_fields(shop, PATH, &with(review_draft(), "recommend", recommend)), ["#/recommend"]);
        }
    }

    fn a_summary_may_be_empty_or_missing(shop: &Shop) {
        for summary in [json!(""), json!("  "), json!(null), json!("s".repeat(60))] {
            new_id(&shop.post(PATH, &with(review_draft(), "summary", summary)));
        }
        new_id(&shop.post(PATH, &without(review_draft(), "summary")));
        for summary in [json!("s".repeat(61)), json!(5), json!("a\u{0}b"), json!({})] {
            assert_eq!(refused_fields(shop, PATH, &with(review_draft(), "summary", summary)), ["#/summary"]);
        }
    }

    fn characteristics_are_an_object_or_nothing(shop: &mut Shop) {
        shop.stock_reviews(&[(1, 1, "Fit"), (2, 8, "Fit")], []);
        for rated in [json!(null), json!({}), json!({"1": null}), json!({"2": 5}), json!({"999": "5"})] {
            new_id(&shop.post(PATH, &with(review_draft(), "characteristics", rated)));
        }
        for product in [1, 8] {
            let sums = shop.get(&format!("/reviews/meta?product_id={product}")).json();
            assert_eq!(sums["characteristics"]["Fit"]["value"], Value::Null, "{product}");
        }
        for rated in [json!([]), json!("x"), json!(5), json!(true)] {
            let draft = with(review_draft(), "characteristics", rated);
            assert_eq!(refused_fields(shop, PATH, &draft), ["#/characteristics"]);
        }
        for rated in [json!({"1": 0}), json!({"1": "x"}), json!({"1": {}}), json!({"1": false})] {
            let draft = with(review_draft(), "characteristics", rated);
            assert_eq!(refused_fields(shop, PATH, &draft), ["#/characteristics/1"]);
        }
    }

    fn a_review_that_is_sent_again_is_added_once(shop: &mut Shop) {
        shop.stock_reviews(&CHARACTERISTICS, []);
        let draft = with(review_draft(), "characteristics", json!({"1": 5}));
        let send = |draft: &Value, key: &str| {
            shop.request("POST", PATH).header("Idempotency-Key", key).json(draft).send()
        };
        let first = send(&draft, "\"one\"");
        assert_eq!(new_id(&first), 1);
        let again = send(&draft, "one");
        assert_eq!((again.body, again.status), (first.body, 201));
        let other = send(&with(draft.clone(), "rating", 1), "one");
        let why = "Error: another question, answer or review was sent with this Idempotency-Key before";
        assert_eq!(other.outcome(), (422, why));
        let second = new_id(&send(&draft, "two"));
        assert_eq!(shop.get(LIST).column("review_id"), [1, second]);
        let sums = shop.get("/reviews/meta?product_id=1").json();
        assert_eq!(sums["ratings"], json!({"3": "2"}));
    }

    fn a_client_may_send_so_many_reviews_an_hour(shop: &mut Shop) {
        shop.http_settings.rate_limits = RateLimits { reviews: 2, ..RateLimits::OFF };
        for left in [1, 0] {
            let response = shop.post(PATH, &review_draft());
            assert_eq!(response.header("ratelimit-policy"), Some("\"reviews\";q=2;w=3600"));
            let left = format!("\"reviews\";r={left};t=");
            assert!(response.header("ratelimit").is_some_and(|value| value.starts_with(&left)), "{response:?}");
        }
        let refused = shop.post(PATH, &review_draft());
        assert_eq!((refused.status, shop.put("/reviews/1/helpful").status), (429, 204));
        assert!(refused.body.starts_with("Error: at most 2 reviews an hour, try again in "), "{refused:?}");
    }

    fn a_review_outlives_a_restart_and_ids_are_never_used_again(shop: &mut Shop) {
        shop.stock_reviews(&CHARACTERISTICS, [review(700).of(3).reported()]);
        let draft = with(review_draft(), "characteristics", json!({"1": 5}));
        let draft = with(draft, "photos", json!(["https://a.example/1.jpg"]));
        let first = new_id(&shop.post(PATH, &draft));
        let (list, sums) = (shop.get(LIST), shop.get("/reviews/meta?product_id=1"));
        shop.close();
        assert_eq!((shop.get(LIST).body, shop.get("/reviews/meta?product_id=1").body), (list.body, sums.body));
        assert_eq!(shop.put(&format!("/reviews/{first}/report")).status, 204);
        assert_eq!((first, new_id(&shop.post(PATH, &draft))), (701, 702));
    }

    fn checks_of_a_new_review_run_in_their_order(shop: &Shop) {
        let large = " ".repeat(65_537);
        for (path, content_type, body, status) in [
            (PATH, "text/plain", large.as_str(), 415),
            (PATH, JSON, &large, 413),
            (PATH, JSON, "{", 400),
            (PATH, JSON, "[]", 422),
            (PATH, JSON, "{}", 422),
            (PATH, JSON, r#"{"characteristics":{"\ud800":5}}"#, 422),
            ("/reviews/meta", JSON, "{", 405),
            ("/reviews/x/helpful", JSON, "{", 404),
            ("/cart", "text/plain", "", 415),
            ("/cart", JSON, &large, 413),
            ("/cart", JSON, "{", 400),
            ("/interactions", JSON, "[]", 422),
        ] {
            let response = shop.request("POST", path).body(content_type, body).send();
            assert_eq!(response.status, status, "{path} {content_type} {body:.20}: {response:?}");
        }
    }
}
