//! `POST /qa/questions`: the response to a valid question, its possible products, and its new id.
//! The rules of its texts are in `texts`.

use serde_json::{Value, json};

use super::drafts::{FORM, question_draft, refused_fields, with, without};
use crate::support::{EMAIL, OPENED_AT, Response, Shop, answer, on_every_store, question};

const PATH: &str = "/qa/questions";
const LIST: &str = "/qa/questions?product_id=5";

/// The id that a 201 carries.
fn new_id(response: &Response) -> u64 {
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["question_id"].as_u64().expect("a number")
}

on_every_store! {
    fn a_new_question_answers_201_with_its_id_and_location(shop: &mut Shop) {
        shop.stock([question(41)]);
        let response = shop.post(PATH, &question_draft());
        assert_eq!(response.status, 201);
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(response.header("location"), Some("/qa/questions/42/answers"));
        insta::assert_snapshot!(response.body, @r#"{"question_id":42}"#);
    }

    fn a_new_question_is_listed_as_sent(shop: &Shop) {
        let question_id = new_id(&shop.post(PATH, &question_draft()));
        let expected = json!({
            "question_id": question_id, "question_body": "Does it run?", "question_date": OPENED_AT,
            "asker_name": "ann", "question_helpfulness": 0, "reported": false, "answers": {},
        });
        assert_eq!(shop.get(LIST).results(), [expected]);
    }

    fn a_list_asked_for_before_and_after_shows_the_new_question(shop: &mut Shop) {
        shop.stock([question(1).helpful(1)]);
        assert_eq!(shop.get(LIST).column("question_id"), [1]);
        for expected in [vec![1, 2], vec![1, 2, 3]] {
            new_id(&shop.post(PATH, &question_draft()));
            assert_eq!(shop.get(LIST).column("question_id"), expected);
        }
    }

    fn a_new_question_can_be_answered_voted_for_and_reported(shop: &Shop) {
        let id = new_id(&shop.post(PATH, &question_draft()));
        assert!(shop.get(&format!("/qa/questions/{id}/answers")).results().is_empty());
        assert_eq!(shop.put(&format!("/qa/questions/{id}/helpful")).status, 204);
        assert_eq!(shop.get(LIST).column("question_helpfulness"), [1]);
        assert_eq!(shop.put(&format!("/qa/questions/{id}/report")).status, 204);
        assert!(shop.get(LIST).results().is_empty());
    }

    fn a_form_is_as_good_as_json(shop: &Shop) {
        let form =
            "body=Does+it%20run%3F+%C3%BC%F0%9F%98%80&name=ann&email=ann%40mail.test&product_id=005&x=y&flag";
        new_id(&shop.post_form(PATH, form));
        let question = &shop.get(LIST).results()[0];
        assert_eq!(question["question_body"], json!("Does it run? ü😀"));
        assert_eq!(question["asker_name"], json!("ann"));
    }

    fn of_a_repeated_form_field_the_first_counts(shop: &Shop) {
        let form = "body=first&body=second&name=ann&email=ann%40mail.test&product_id=5&product_id=6";
        new_id(&shop.post_form(PATH, form));
        assert_eq!(shop.get(LIST).results()[0]["question_body"], json!("first"));
    }

    fn of_a_repeated_json_member_the_last_counts_and_unknown_numbers_may_be_huge(shop: &Shop) {
        let json = question_draft().to_string().replacen('{', "{\"body\":\"first\",\"x\":{\"y\":[1e999]},", 1);
        new_id(&shop.request("POST", PATH).body("application/json", json).send());
        assert_eq!(shop.get(LIST).results()[0]["question_body"], question_draft()["body"]);
    }

    fn content_types_may_have_parameters_and_capitals(shop: &Shop) {
        let json = question_draft().to_string();
        for content_type in
            ["application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"]
        {
            new_id(&shop.request("POST", PATH).body(content_type, &json).send());
        }
        let form = "body=b&name=n&email=n%40mail.test&product_id=5";
        for content_type in
            [FORM, "application/x-www-form-urlencoded;charset=UTF-8", "APPLICATION/X-WWW-FORM-URLENCODED"]
        {
            new_id(&shop.request("POST", PATH).body(content_type, form).send());
        }
    }

    fn unknown_keys_and_authorization_are_ignored(shop: &Shop) {
        let mut draft = with(question_draft(), "question_id", 7);
        draft["helpfulness"] = json!(1_000);
        draft["reported"] = json!({"deep": [true, null, 1.5e300]});
        draft["photos"] = json!("no array, and no matter");
        let response = shop.request("POST", PATH).header("Authorization", "ghp_secret").json(&draft).send();
        assert_eq!(new_id(&response), 1);
        assert_eq!(shop.get(LIST).column("question_helpfulness"), [0]);
    }

    fn a_product_is_an_integer_or_a_string_of_digits(shop: &Shop) {
        for product_id in [json!(5), json!("5"), json!("0005")] {
            new_id(&shop.post(PATH, &with(question_draft(), "product_id", product_id)));
        }
        assert_eq!(shop.get(LIST).column("question_id"), [1, 2, 3]);
        for (product_id, list) in [
            (json!(9_007_199_254_740_991_u64), "9007199254740991"),
            (json!("9007199254740990"), "9007199254740990"),
        ] {
            new_id(&shop.post(PATH, &with(question_draft(), "product_id", product_id)));
            assert_eq!(shop.get(&format!("/qa/questions?product_id={list}")).results().len(), 1);
        }
    }

    fn any_other_product_is_refused(shop: &Shop) {
        for product_id in [
            json!(true),
            json!(false),
            json!(1.5),
            json!(0),
            json!(-1),
            json!(9_007_199_254_740_992_u64),
            json!(1e300),
            json!([]),
            json!([5]),
            json!({}),
            json!({"id": 5}),
            json!(null),
            json!(""),
            json!("0"),
            json!("-5"),
            json!("+5"),
            json!(" 5"),
            json!("5 "),
            json!("1e3"),
            json!("5.0"),
            json!("abc"),
            json!("９"),
            json!("9007199254740992"),
        ] {
            let draft = with(question_draft(), "product_id", product_id);
            assert_eq!(refused_fields(shop, PATH, &draft), ["#/product_id"], "{draft}");
        }
        // Spelt as they are: serde_json would not write them so.
        for number in ["1.0", "5e0", "1e3", "-0", "99999999999999999999999"] {
            let text = question_draft()
                .to_string()
                .replace(r#""product_id":5"#, &format!(r#""product_id":{number}"#));
            assert_eq!(
                shop.request("POST", PATH).body("application/json", text).send().status,
                422,
                "{number}"
            );
        }
        for product_id in ["", "+5", "%205", "5.0", "1e3", "true", "0"] {
            let form = format!("body=b&name=n&email=n%40mail.test&product_id={product_id}");
            assert_eq!(shop.post_form(PATH, &form).status, 422, "{product_id}");
        }
        assert!(shop.get(LIST).results().is_empty());
    }

    fn every_field_is_required(shop: &Shop) {
        for field in ["body", "name", "email", "product_id"] {
            let pointer = format!("#/{field}");
            assert_eq!(refused_fields(shop, PATH, &without(question_draft(), field)), [pointer.as_str()]);
            assert_eq!(refused_fields(shop, PATH, &with(question_draft(), field, Value::Null)), [pointer]);
        }
    }

    fn every_bad_field_is_named_at_once(shop: &Shop) {
        let all = ["#/body", "#/name", "#/email", "#/product_id"];
        assert_eq!(refused_fields(shop, PATH, &json!({})), all);
        let draft = json!({"body": " ", "name": 7, "email": "ann", "product_id": "x"});
        assert_eq!(refused_fields(shop, PATH, &draft), all);
        let form = shop.request("POST", PATH).accept("application/json").body(FORM, "").send();
        assert_eq!(form.json()["errors"].as_array().map(Vec::len), Some(4));
    }

    fn a_refused_question_leaves_nothing_behind(shop: &Shop) {
        refused_fields(shop, PATH, &with(question_draft(), "email", "nobody"));
        assert!(shop.get(LIST).results().is_empty());
        assert_eq!(new_id(&shop.post(PATH, &question_draft())), 1);
    }

    fn new_ids_are_greater_than_every_imported_one(shop: &mut Shop) {
        // The greatest of all is hidden and of another product.
        shop.stock([
            question(700),
            question(3),
            question(5_000_000_000).about(9).reported().answers([answer(9_999)]),
        ]);
        assert_eq!(new_id(&shop.post(PATH, &question_draft())), 5_000_000_001);
        assert_eq!(new_id(&shop.post(PATH, &question_draft())), 5_000_000_002);
    }

    fn ids_are_never_used_again(shop: &mut Shop) {
        let first = new_id(&shop.post(PATH, &question_draft()));
        assert_eq!(shop.put(&format!("/qa/questions/{first}/report")).status, 204);
        let second = new_id(&shop.post(PATH, &question_draft()));
        shop.close();
        let third = new_id(&shop.post(PATH, &question_draft()));
        shop.close();
        shop.stock([question(1)]);
        let fourth = new_id(&shop.post(PATH, &question_draft()));
        assert!(first < second && second < third && third < fourth, "{first} {second} {third} {fourth}");
    }

    fn questions_sent_at_once_all_get_ids_of_their_own(shop: &Shop) {
        let mut ids: Vec<u64> = std::thread::scope(|scope| {
            let senders: Vec<_> =
                (0..20).map(|_| scope.spawn(|| new_id(&shop.post(PATH, &question_draft())))).collect();
            senders.into_iter().map(|sender| sender.join().expect("a sender ends")).collect()
        });
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 20);
        assert_eq!(shop.get(&format!("{LIST}&count=100")).column("question_id"), ids);
    }

    fn a_new_question_outlives_a_restart(shop: &mut Shop) {
        new_id(&shop.post(PATH, &with(question_draft(), "email", EMAIL)));
        let before = shop.get(LIST);
        shop.close();
        assert_eq!(shop.get(LIST).outcome(), before.outcome());
    }
}
