//! The photos of a new answer, in JSON and in forms: the forms without photos, valid addresses,
//! entries that are left out, and the limit.

use serde_json::{Value, json};

use super::drafts::{answer_draft, refused_fields, with, without};
use crate::support::{Shop, on_every_store, question};

const PATH: &str = "/qa/questions/1/answers";

/// The addresses of the newest answer's photos; it must have been accepted.
fn kept(shop: &Shop, draft: &Value) -> Value {
    let response = shop.post(PATH, draft);
    assert_eq!(response.status, 201, "{draft}: {response:?}");
    newest(shop)
}

fn newest(shop: &Shop) -> Value {
    let responses = shop.get(&format!("{PATH}?count=100")).results();
    let photos = responses.last().expect("an answer")["photos"].as_array().expect("an array").clone();
    photos.iter().map(|photo| photo["url"].clone()).collect()
}

fn photos(value: impl Into<Value>) -> Value {
    with(answer_draft(), "photos", value)
}

on_every_store! {
    fn an_answer_without_photos_has_many_forms(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_eq!(kept(shop, &without(answer_draft(), "photos")), json!([]));
        for none in [json!(null), json!([]), json!([""]), json!(["", " ", "\t\n"]), json!([null])] {
            assert_eq!(kept(shop, &photos(none.clone())), json!([]), "{none}");
        }
        for form in ["", "&photos=", "&photos[]=", "&photos=&photos=+", "&photos"] {
            let form = format!("body=b&name=n&email=n%40mail.test{form}");
            assert_eq!(shop.post_form(PATH, &form).status, 201, "{form}");
            assert_eq!(newest(shop), json!([]), "{form}");
        }
    }

    fn addresses_are_kept_in_order_and_blank_entries_dropped(shop: &mut Shop) {
        shop.stock([question(1)]);
        let sent =
            json!(["", "https://example.com/b", " ", "http://example.com/a", null, "https://example.com/b"]);
        let expected = json!(["https://example.com/b", "http://example.com/a", "https://example.com/b"]);
        assert_eq!(kept(shop, &photos(sent)), expected);
    }

    fn a_form_repeats_the_field(shop: &mut Shop) {
        shop.stock([question(1)]);
        for name in ["photos", "photos[]", "photos%5B%5D"] {
            let form = format!(
                "{name}=https%3A%2F%2Fexample.com%2Fb&body=b&{name}=&name=n&email=n%40mail.test\
                 &{name}=http://example.com/a"
            );
            assert_eq!(shop.post_form(PATH, &form).status, 201, "{name}");
            assert_eq!(newest(shop), json!(["https://example.com/b", "http://example.com/a"]), "{name}");
        }
    }

    fn photos_that_are_no_array_are_refused(shop: &mut Shop) {
        shop.stock([question(1)]);
        for value in [
            json!("https://example.com/a"),
            json!(""),
            json!({}),
            json!({"0": "https://a.test"}),
            json!(1),
            json!(true),
        ] {
            assert_eq!(refused_fields(shop, PATH, &photos(value.clone())), ["#/photos"], "{value}");
        }
    }

    fn photos_that_are_no_addresses_are_left_out_and_the_answer_is_stored(shop: &mut Shop) {
        shop.stock([question(1)]);
        for none in [
            json!("blob:http://localhost:3000/1"),
            json!("blob:https://example.com/1"),
            json!("a"),
            json!("data:image/png;base64,AAAA"),
            json!(format!("data:image/png;base64,{}", "A".repeat(5_000))),
            json!("javascript:alert(1)"),
            json!("ftp://example.com/a"),
            json!("file:///etc/passwd"),
            json!("example.com/a.jpg"),
            json!("//example.com/a"),
            json!("/a.jpg"),
            json!("https://"),
            json!("https"),
            json!("https:/x.co/a.jpg"),
            json!("https:x.co"),
            json!("http:a"),
            json!("https:///x.co"),
            json!("https://example.com/a b"),
            json!("https://example.com/a\nb"),
            json!("https://example.com/a\tb"),
            json!("https://example.com/a\u{0}b"),
            json!("https://example.com/a\u{85}b"),
            json!("https://example.com/a\u{a0}b"),
            json!(1),
            json!(true),
            json!({}),
            json!(["https://example.com/a"]),
        ] {
            let response = shop.post(PATH, &photos(vec![json!("https://a.test/1"), none.clone()]));
            assert_eq!((response.status, &response.json()["photos_left_out"]), (201, &json!(1)), "{none}");
            assert_eq!(newest(shop), json!(["https://a.test/1"]), "{none}");
        }
    }

    fn the_response_says_how_many_were_left_out(shop: &mut Shop) {
        shop.stock([question(1)]);
        let form = "body=b&name=n&email=n%40mail.test&photos=http://a.test&photos=&photos[]=nope&photos=blob:x";
        assert_eq!(shop.post_form(PATH, form).outcome(), (201, r#"{"answer_id":1,"photos_left_out":2}"#));
        assert_eq!(newest(shop), json!(["http://a.test"]));
        assert_eq!(shop.post(PATH, &answer_draft()).outcome(), (201, r#"{"answer_id":2}"#));
        let sent = json!(["a", "", "https://a.test/1", null, "blob:x", " ", 7, "https://a.test/2"]);
        let post = || shop.request("POST", PATH).header("Idempotency-Key", "k").json(&photos(sent.clone())).send();
        let response = post();
        assert_eq!(response.outcome(), (201, r#"{"answer_id":3,"photos_left_out":3}"#));
        assert_eq!(newest(shop), json!(["https://a.test/1", "https://a.test/2"]));
        assert_eq!(post().outcome(), response.outcome(), "sent again");
    }

    fn addresses_are_http_or_https(shop: &mut Shop) {
        shop.stock([question(1)]);
        for good in [
            "https://example.com/a.jpg",
            "http://example.com",
            "HTTPS://EXAMPLE.COM/A",
            "http://localhost:3000/a?b=c#d",
            "https://bücher.example/ü.png",
            "http://127.0.0.1/a",
            "http://[::1]/a",
            "https://user@example.com/a%20b",
        ] {
            assert_eq!(kept(shop, &photos([good])), json!([good]));
        }
    }

    fn an_address_has_at_most_two_thousand_characters(shop: &mut Shop) {
        shop.stock([question(1)]);
        let url = |length: usize| format!("https://example.com/{}", "ü".repeat(length - 20));
        assert_eq!(kept(shop, &photos([url(2_000)])), json!([url(2_000)]));
        assert_eq!(refused_fields(shop, PATH, &photos([url(2_001)])), ["#/photos/0"]);
    }

    fn an_answer_has_at_most_five_photos_not_counting_those_left_out(shop: &mut Shop) {
        shop.stock([question(1)]);
        let url = "https://example.com/a";
        assert_eq!(kept(shop, &photos(["", url, url, "blob:x", url, "", url, url])), json!([url, url, url, url, url]));
        assert_eq!(refused_fields(shop, PATH, &photos([url; 6])), ["#/photos"]);
        let form = format!("body=b&name=n&email=n%40mail.test{}", "&photos=https://example.com/a".repeat(6));
        assert_eq!(shop.post_form(PATH, &form).status, 422);
    }

    fn their_limits_are_settings(shop: &mut Shop) {
        shop.service_settings.submission.photos_max = 1;
        shop.service_settings.submission.photo_url_max_chars = 14;
        shop.stock([question(1)]);
        assert_eq!(kept(shop, &photos(["https://a.test"])), json!(["https://a.test"]));
        assert_eq!(refused_fields(shop, PATH, &photos(["https://a.test", "https://b.test"])), ["#/photos"]);
        assert_eq!(refused_fields(shop, PATH, &photos(["https://a.test/"])), ["#/photos/0"]);
    }
}
