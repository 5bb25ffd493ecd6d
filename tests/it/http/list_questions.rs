//! `GET /qa/questions`: the shape of the list, its order, what it hides, and which product it is
//! of. Pages are in `pages`.

use serde_json::{Value, json};

use crate::support::{Shop, answer, on_every_store, question};

/// The keys of a question's `answers`, in the order in which they are sent.
fn answer_keys(list: &str) -> Vec<&str> {
    let before_each_id: Vec<&str> = list.split("\":{\"id\":").collect();
    let (_, keys) = before_each_id.split_last().expect("a split has a last part");
    keys.iter().filter_map(|text| text.rsplit('"').next()).collect()
}

on_every_store! {
    fn the_list_has_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock([
            question(37)
                .body("Why is this cheaper here?")
                .by("williamsmith")
                .written_at("2018-10-18")
                .helpful(4)
                .answers([
                    answer(68)
                        .body("No middleman.")
                        .by("Seller")
                        .written_at("2018-08-18T10:20:30.5Z")
                        .helpful(4)
                        .photo(3, "https://example.com/a.jpg")
                        .photo(4, "https://example.com/b.jpg"),
                    answer(70).by("ann"),
                ]),
            question(38).by("bob"),
        ]);
        let response = shop.get("/qa/questions?product_id=5");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"product_id":"5",
        "results":[{"question_id":37,
        "question_body":"Why is this cheaper here?",
        "question_date":"2018-10-18T00:00:00.000Z",
        "asker_name":"williamsmith",
        "question_helpfulness":4,
        "reported":false,
        "answers":{"68":{"id":68,
        "body":"No middleman.",
        "date":"2018-08-18T10:20:30.500Z",
        "answerer_name":"Seller",
        "helpfulness":4,
        "photos":["https://example.com/a.jpg",
        "https://example.com/b.jpg"]},
        "70":{"id":70,
        "body":"It is.",
        "date":"2020-01-01T00:00:00.000Z",
        "answerer_name":"ann",
        "helpfulness":0,
        "photos":[]}}},{"question_id":38,
        "question_body":"Is it good?",
        "question_date":"2020-01-01T00:00:00.000Z",
        "asker_name":"bob",
        "question_helpfulness":0,
        "reported":false,
        "answers":{}}]}
        "#);
    }

    fn the_product_id_is_a_string_in_canonical_decimal(shop: &Shop) {
        for (asked, shown) in
            [("5", "5"), ("0005", "5"), ("%35", "5"), ("9007199254740991", "9007199254740991")]
        {
            let list = shop.get(&format!("/qa/questions?product_id={asked}")).json();
            assert_eq!(list["product_id"], json!(shown), "{asked}");
        }
    }

    fn an_unknown_product_has_an_empty_list(shop: &Shop) {
        let response = shop.get("/qa/questions?product_id=404");
        assert_eq!(response.outcome(), (200, r#"{"product_id":"404","results":[]}"#));
    }

    fn only_questions_of_the_product_are_listed(shop: &mut Shop) {
        shop.stock([question(1), question(2).about(6), question(3).about(50)]);
        assert_eq!(shop.get("/qa/questions?product_id=6").column("question_id"), [2]);
    }

    fn a_product_that_is_missing_or_no_integer_in_range_is_invalid(shop: &Shop) {
        let invalid = (422, "Error: invalid product_id provided");
        assert_eq!(shop.get("/qa/questions").outcome(), invalid);
        assert_eq!(shop.get("/qa/questions?").outcome(), invalid);
        assert_eq!(shop.get("/qa/questions?page=1&count=5").outcome(), invalid);
        for value in [
            "",
            "0",
            "000",
            "-1",
            "+1",
            "%2B1",
            "%201",
            "1%20",
            "1+",
            "1.0",
            "1e3",
            "abc",
            "1a",
            "0x1",
            "null",
            "undefined",
            "NaN",
            "%EF%BC%91",
            "%FF",
            "9007199254740992",
            "99999999999999999999999",
            "1,2",
        ] {
            let response = shop.get(&format!("/qa/questions?product_id={value}"));
            assert_eq!(response.outcome(), invalid, "{value}");
        }
    }

    fn the_first_of_repeated_products_counts(shop: &Shop) {
        let list = shop.get("/qa/questions?product_id=7&product_id=8").json();
        assert_eq!(list["product_id"], json!("7"));
        assert_eq!(shop.get("/qa/questions?product_id=&product_id=8").status, 422);
        let list = shop.get("/qa/questions?x=y&product%5Fid=%37").json();
        assert_eq!(list["product_id"], json!("7"), "names and values may be percent-encoded");
        assert_eq!(shop.get("/qa/questions?Product_id=7").status, 422);
    }

    fn unknown_parameters_and_authorization_are_ignored(shop: &mut Shop) {
        shop.stock([question(1)]);
        let plain = shop.get("/qa/questions?product_id=5");
        let target = "/qa/questions?sort=new&product_id=5&Product_ID=9&&=&x";
        let adorned = shop.request("GET", target).header("Authorization", "ghp_secret").send();
        assert_eq!(adorned.outcome(), plain.outcome());
    }

    fn the_most_helpful_question_comes_first_and_the_lower_id_breaks_ties(shop: &mut Shop) {
        let helpful = [(10, 1), (9, 1), (30, 7), (2, 0), (100, 1), (1, 0)];
        shop.stock(helpful.map(|(id, helpful)| question(id).helpful(helpful)));
        let list = shop.get("/qa/questions?product_id=5&count=10");
        assert_eq!(list.column("question_id"), [30, 9, 10, 100, 1, 2]);
    }

    fn answers_are_keyed_by_id_in_list_order(shop: &mut Shop) {
        let helpful = [(10, 1), (9, 1), (300, 7), (2, 0), (100, 1), (1, 0)];
        shop.stock([question(1).answers(helpful.map(|(id, helpful)| answer(id).helpful(helpful)))]);
        let list = shop.get("/qa/questions?product_id=5");
        assert_eq!(answer_keys(&list.body), ["300", "9", "10", "100", "1", "2"]);
        let answers = list.results()[0]["answers"].as_object().expect("an object").clone();
        for (key, answer) in answers {
            assert_eq!(answer["id"].to_string(), key);
        }
    }

    fn sellers_are_not_lifted(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).helpful(3), answer(2).by("Seller").helpful(2)])]);
        assert_eq!(answer_keys(&shop.get("/qa/questions?product_id=5").body), ["1", "2"]);
    }

    fn a_question_without_answers_has_an_empty_object(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_eq!(shop.get("/qa/questions?product_id=5").results()[0]["answers"], json!({}));
    }

    fn nested_answers_are_not_paged(shop: &mut Shop) {
        shop.stock([question(1).answers((1..=12).map(answer))]);
        let list = shop.get("/qa/questions?product_id=5&page=1&count=1");
        assert_eq!(answer_keys(&list.body).len(), 12);
    }

    fn answers_stay_with_their_question(shop: &mut Shop) {
        shop.stock([
            question(1).answers([answer(4).photo(1, "https://example.com/4"), answer(1)]),
            question(2).helpful(1).answers([answer(3), answer(2).photo(2, "https://example.com/2")]),
        ]);
        let list = shop.get("/qa/questions?product_id=5");
        assert_eq!(answer_keys(&list.body), ["2", "3", "1", "4"]);
        let questions = list.results();
        assert_eq!(questions[0]["answers"]["2"]["photos"], json!(["https://example.com/2"]));
        assert_eq!(questions[1]["answers"]["4"]["photos"], json!(["https://example.com/4"]));
        assert_eq!(questions[1]["answers"]["1"]["photos"], json!([]));
    }

    fn reported_rows_are_hidden_and_so_are_the_answers_of_a_reported_question(shop: &mut Shop) {
        shop.stock([
            question(1).reported().helpful(9).answers([answer(1).helpful(9)]),
            question(2)
                .answers([answer(2).reported().helpful(9).photo(1, "https://example.com/a"), answer(3)]),
        ]);
        let list = shop.get("/qa/questions?product_id=5");
        assert_eq!(list.column("question_id"), [2]);
        assert_eq!(answer_keys(&list.body), ["3"]);
        assert_eq!(list.results()[0]["reported"], json!(false));
    }

    fn hidden_questions_take_no_room_on_a_page(shop: &mut Shop) {
        shop.stock([question(1).reported(), question(2), question(3).reported(), question(4)]);
        assert_eq!(shop.get("/qa/questions?product_id=5&count=2").column("question_id"), [2, 4]);
    }

    fn dates_are_utc_with_three_fraction_digits(shop: &mut Shop) {
        let times = [
            ("2018-10-18", "2018-10-18T00:00:00.000Z"),
            ("2020-02-29T23:59:59.9Z", "2020-02-29T23:59:59.900Z"),
            ("2018-10-18T01:00:00+02:00", "2018-10-17T23:00:00.000Z"),
            ("1595884714409", "2020-07-27T21:18:34.409Z"),
            ("1970-01-01", "1970-01-01T00:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ];
        shop.stock((1..).zip(times).map(|(id, (imported, _))| {
            question(id).written_at(imported).answers([answer(id).written_at(imported)])
        }));
        let questions = shop.get("/qa/questions?product_id=5&count=10").results();
        for ((id, (imported, shown)), question) in (1..).zip(times).zip(questions) {
            assert_eq!(question["question_date"], json!(shown), "{imported}");
            assert_eq!(question["answers"][id.to_string()]["date"], json!(shown), "{imported}");
        }
    }

    fn texts_are_shown_as_stored_and_never_escaped_for_html(shop: &mut Shop) {
        let text = "<b>\"Größe\" & 'Maß'</b> \\ 😀\n\ttab / \u{2028}\u{7f}";
        shop.stock([question(1).body(text).by(text).answers([answer(1).body(text).by(text)])]);
        let question = &shop.get("/qa/questions?product_id=5").results()[0];
        for shown in [
            &question["question_body"],
            &question["asker_name"],
            &question["answers"]["1"]["body"],
            &question["answers"]["1"]["answerer_name"],
        ] {
            assert_eq!(shown, &json!(text));
        }
    }

    fn no_member_shows_an_e_mail_address(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).photo(1, "https://example.com/a.jpg")])]);
        let list = shop.get("/qa/questions?product_id=5");
        assert!(!list.body.contains('@') && !list.body.contains("email"), "{}", list.body);
    }

    fn the_largest_ids_and_counters_are_exact(shop: &mut Shop) {
        let largest = 9_007_199_254_740_991;
        shop.stock([question(largest).about(largest).helpful(u32::MAX).answers([answer(largest)])]);
        let list = shop.get("/qa/questions?product_id=9007199254740991");
        assert_eq!(list.column("question_id"), [largest]);
        assert_eq!(list.column("question_helpfulness"), [u64::from(u32::MAX)]);
        assert_eq!(answer_keys(&list.body), ["9007199254740991"]);
    }

    fn nested_answers_end_at_a_thousand_most_helpful_first(shop: &mut Shop) {
        shop.stock([question(1).answers((1..=1_001).map(|id| answer(id).helpful(u32::from(id == 1_001))))]);
        let list = shop.get("/qa/questions?product_id=5");
        let keys = answer_keys(&list.body);
        assert_eq!(keys.len(), 1_000);
        assert_eq!((keys[0], keys[1], keys[999]), ("1001", "1", "999"));
        // The answers list has them all.
        assert_eq!(shop.get("/qa/questions/1/answers?page=2&count=1000").column("answer_id"), [1_000]);
    }

    fn how_many_nested_answers_are_shown_is_a_setting(shop: &mut Shop) {
        shop.service_settings.max_nested_answers = 2;
        shop.stock([question(1).answers([answer(1), answer(2).helpful(1), answer(3)])]);
        assert_eq!(answer_keys(&shop.get("/qa/questions?product_id=5").body), ["2", "1"]);
    }

    fn numbers_are_json_numbers_and_reported_is_a_boolean(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(2)])]);
        let question = &shop.get("/qa/questions?product_id=5").results()[0];
        let answer = &question["answers"]["2"];
        for number in [
            &question["question_id"],
            &question["question_helpfulness"],
            &answer["id"],
            &answer["helpfulness"],
        ] {
            assert!(number.is_u64(), "{number}");
        }
        assert_eq!(question["reported"], Value::Bool(false));
    }
}
