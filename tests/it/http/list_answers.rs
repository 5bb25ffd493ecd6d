//! `GET /qa/questions/:question_id/answers`: the shape of the list, its order and what it hides.
//! Pages are in `pages`, ids in paths in `paths`.

use serde_json::json;

use crate::support::{Shop, answer, on_every_store, question};

on_every_store! {
    fn the_list_has_the_shape_that_clients_know(shop: &mut Shop) {
        shop.stock([question(1).answers([
            answer(8)
                .body("Great!")
                .by("metslover")
                .written_at("2018-01-04")
                .helpful(8)
                .photo(2, "https://example.com/b.jpg")
                .photo(1, "https://example.com/a.jpg"),
            answer(9).by("ann"),
        ])]);
        let response = shop.get("/qa/questions/1/answers");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"question":"1",
        "page":1,
        "count":5,
        "results":[{"answer_id":8,
        "body":"Great!",
        "date":"2018-01-04T00:00:00.000Z",
        "answerer_name":"metslover",
        "helpfulness":8,
        "photos":[{"id":1,
        "url":"https://example.com/a.jpg"},{"id":2,
        "url":"https://example.com/b.jpg"}]},{"answer_id":9,
        "body":"It is.",
        "date":"2020-01-01T00:00:00.000Z",
        "answerer_name":"ann",
        "helpfulness":0,
        "photos":[]}]}
        "#);
    }

    fn the_question_is_a_string_in_canonical_decimal(shop: &mut Shop) {
        shop.stock([question(7).answers([answer(1)])]);
        let list = shop.get("/qa/questions/0007/answers");
        assert_eq!(list.json()["question"], json!("7"));
        assert_eq!(list.column("answer_id"), [1]);
    }

    fn an_unknown_question_has_an_empty_list(shop: &Shop) {
        let response = shop.get("/qa/questions/404/answers?page=3&count=4");
        assert_eq!(response.outcome(), (200, r#"{"question":"404","page":3,"count":4,"results":[]}"#));
        let response = shop.get("/qa/questions/9007199254740991/answers");
        assert_eq!(
            response.outcome(),
            (200, r#"{"question":"9007199254740991","page":1,"count":5,"results":[]}"#)
        );
    }

    fn a_question_without_answers_has_an_empty_list(shop: &mut Shop) {
        shop.stock([question(1)]);
        let response = shop.get("/qa/questions/1/answers");
        assert_eq!(response.outcome(), (200, r#"{"question":"1","page":1,"count":5,"results":[]}"#));
    }

    fn only_answers_of_the_question_are_listed(shop: &mut Shop) {
        shop.stock([
            question(1).answers([answer(1), answer(4)]),
            question(2).answers([answer(2), answer(3)]),
        ]);
        assert_eq!(shop.get("/qa/questions/2/answers").column("answer_id"), [2, 3]);
    }

    fn the_most_helpful_answer_comes_first_and_the_lower_id_breaks_ties(shop: &mut Shop) {
        let helpful = [(10, 1), (9, 1), (30, 7), (2, 0), (100, 1), (1, 0)];
        shop.stock([question(1).answers(helpful.map(|(id, helpful)| answer(id).helpful(helpful)))]);
        let list = shop.get("/qa/questions/1/answers?count=10");
        assert_eq!(list.column("answer_id"), [30, 9, 10, 100, 1, 2]);
    }

    fn sellers_are_not_lifted(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).helpful(3), answer(2).by("Seller").helpful(2)])]);
        assert_eq!(shop.get("/qa/questions/1/answers").column("answer_id"), [1, 2]);
    }

    fn reported_answers_are_hidden_and_take_no_room_on_a_page(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1), answer(2).reported().helpful(5), answer(3)])]);
        assert_eq!(shop.get("/qa/questions/1/answers?count=2").column("answer_id"), [1, 3]);
    }

    fn the_answers_of_a_reported_question_are_hidden(shop: &mut Shop) {
        shop.stock([question(1).reported().answers([answer(1)]), question(2)]);
        assert_eq!(shop.get("/qa/questions/1/answers").results(), [json!(null); 0]);
    }

    fn photos_are_objects_with_id_and_url(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).photo(7, "https://example.com/a?x=1&y=\"2\"")])]);
        let photos = &shop.get("/qa/questions/1/answers").results()[0]["photos"];
        assert_eq!(photos, &json!([{"id": 7, "url": "https://example.com/a?x=1&y=\"2\""}]));
    }

    fn dates_are_utc_with_three_fraction_digits(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).written_at("2019-12-31T19:00:00-05:00")])]);
        let list = shop.get("/qa/questions/1/answers");
        assert_eq!(list.results()[0]["date"], json!("2020-01-01T00:00:00.000Z"));
    }

    fn no_member_shows_an_e_mail_address(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).photo(1, "https://example.com/a.jpg")])]);
        let list = shop.get("/qa/questions/1/answers");
        assert!(!list.body.contains('@') && !list.body.contains("email"), "{}", list.body);
    }
}
