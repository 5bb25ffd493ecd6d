//! `POST /qa/questions/:question_id/answers`: the response to a valid answer, and its new ids. The
//! rules of its texts are in `texts`, those of its photos in `photos`.

use serde_json::{Value, json};

use super::drafts::{answer_draft, refused_fields, with, without};
use crate::support::{EMAIL, OPENED_AT, Response, Shop, answer, on_every_store, question};

const PATH: &str = "/qa/questions/1/answers";
const LIST: &str = "/qa/questions/1/answers?count=100";

/// The id that a 201 carries.
fn new_id(response: &Response) -> u64 {
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["answer_id"].as_u64().expect("a number")
}

on_every_store! {
    fn a_new_answer_answers_201_with_its_id_and_location(shop: &mut Shop) {
        shop.stock([question(7).answers([answer(41)])]);
        let response = shop.post("/qa/questions/007/answers", &answer_draft());
        assert_eq!(response.status, 201);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(response.header("location"), Some("/qa/questions/7/answers"));
        insta::assert_snapshot!(response.body, @r#"{"answer_id":42}"#);
    }

    fn a_new_answer_is_in_both_lists_as_sent(shop: &mut Shop) {
        shop.stock([question(1)]);
        let urls = ["https://example.com/b.jpg", "http://example.com/a.jpg"];
        let id = new_id(&shop.post(PATH, &with(answer_draft(), "photos", json!(urls))));
        let listed = shop.get(LIST).results();
        assert_eq!(
            listed,
            [json!({
                "answer_id": id, "body": "Like a clock.", "date": OPENED_AT, "answerer_name": "bob",
                "helpfulness": 0,
                "photos": [{"id": 1, "url": urls[0]}, {"id": 2, "url": urls[1]}],
            })]
        );
        let nested = &shop.get("/qa/questions?product_id=5").results()[0]["answers"];
        assert_eq!(
            nested,
            &json!({id.to_string(): {
                "id": id, "body": "Like a clock.", "date": OPENED_AT, "answerer_name": "bob",
                "helpfulness": 0,
                "photos": urls,
            }})
        );
    }

    fn lists_asked_for_before_and_after_show_the_new_answer(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).helpful(1)])]);
        let nested = || {
            let responses = shop.get("/qa/questions?product_id=5").results()[0]["answers"].clone();
            responses.as_object().expect("an object").len()
        };
        assert_eq!((shop.get(LIST).column("answer_id"), nested()), (vec![1], 1));
        for expected in [vec![1, 2], vec![1, 2, 3]] {
            new_id(&shop.post(PATH, &answer_draft()));
            assert_eq!((shop.get(LIST).column("answer_id"), nested()), (expected.clone(), expected.len()));
        }
    }

    fn a_form_is_as_good_as_json(shop: &mut Shop) {
        shop.stock([question(1)]);
        new_id(&shop.post_form(PATH, "body=Like+a%0Aclock&name=b%C3%B6b&email=bob%40mail.test"));
        let listed = &shop.get(LIST).results()[0];
        assert_eq!(listed["body"], json!("Like a\nclock"));
        assert_eq!(listed["answerer_name"], json!("böb"));
        assert_eq!(listed["photos"], json!([]));
    }

    fn unknown_keys_are_ignored(shop: &mut Shop) {
        shop.stock([question(1), question(2)]);
        let draft = with(with(answer_draft(), "question_id", 2), "product_id", json!({}));
        new_id(&shop.post(PATH, &draft));
        assert_eq!(shop.get(LIST).results().len(), 1);
    }

    fn an_answer_to_an_unknown_question_is_404(shop: &mut Shop) {
        shop.stock([question(1)]);
        for id in ["2", "9007199254740991"] {
            let response = shop.post(&format!("/qa/questions/{id}/answers"), &answer_draft());
            assert_eq!(response.outcome(), (404, "Error: there is no such question"));
        }
    }

    fn a_hidden_question_takes_answers_that_stay_invisible(shop: &mut Shop) {
        shop.stock([question(1).reported()]);
        let id = new_id(&shop.post(PATH, &answer_draft()));
        assert!(shop.get(LIST).results().is_empty());
        assert!(shop.get("/qa/questions?product_id=5").results().is_empty());
        assert_eq!(shop.put(&format!("/qa/answers/{id}/helpful")).status, 204);
    }

    fn body_name_and_email_are_required(shop: &mut Shop) {
        shop.stock([question(1)]);
        for field in ["body", "name", "email"] {
            let pointer = format!("#/{field}");
            assert_eq!(refused_fields(shop, PATH, &without(answer_draft(), field)), [pointer.as_str()]);
            assert_eq!(refused_fields(shop, PATH, &with(answer_draft(), field, Value::Null)), [pointer]);
        }
    }

    fn every_bad_field_is_named_at_once(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_eq!(refused_fields(shop, PATH, &json!({})), ["#/body", "#/name", "#/email"]);
        let draft = json!({"body": [], "name": "a\tb", "email": {}, "photos": {}});
        let all = ["#/body", "#/name", "#/email", "#/photos"];
        assert_eq!(refused_fields(shop, PATH, &draft), all);
        assert!(shop.get(LIST).results().is_empty());
    }

    fn new_ids_of_answers_and_photos_are_greater_than_every_imported_one(shop: &mut Shop) {
        shop.stock([
            question(1).answers([answer(3), answer(700).photo(12, "https://example.com/a")]),
            question(2)
                .about(9)
                .reported()
                .answers([answer(5_000_000_000).reported().photo(6_000_000_000, "https://example.com/b")]),
        ]);
        let draft = with(answer_draft(), "photos", json!(["https://example.com/c"]));
        assert_eq!(new_id(&shop.post(PATH, &draft)), 5_000_000_001);
        let listed = &shop.get(LIST).results()[2];
        assert_eq!(listed["photos"], json!([{"id": 6_000_000_001_u64, "url": "https://example.com/c"}]));
    }

    fn ids_are_never_used_again(shop: &mut Shop) {
        shop.stock([question(1)]);
        let draft = with(answer_draft(), "photos", json!(["https://example.com/a"]));
        let first = new_id(&shop.post(PATH, &draft));
        assert_eq!(shop.put(&format!("/qa/answers/{first}/report")).status, 204);
        shop.close();
        let second = new_id(&shop.post(PATH, &draft));
        shop.close();
        shop.stock([question(1)]);
        let third = new_id(&shop.post(PATH, &draft));
        assert!(first < second && second < third, "{first} {second} {third}");
        assert_eq!(shop.get(LIST).results()[0]["photos"][0]["id"], json!(3));
    }

    fn a_new_answer_outlives_a_restart(shop: &mut Shop) {
        shop.stock([question(1)]);
        let draft = with(with(answer_draft(), "email", EMAIL), "photos", json!(["https://example.com/a"]));
        new_id(&shop.post(PATH, &draft));
        let before = shop.get(LIST);
        shop.close();
        assert_eq!(shop.get(LIST).outcome(), before.outcome());
    }
}
