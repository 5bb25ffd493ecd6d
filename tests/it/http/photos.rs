//! The photos of a new answer, in JSON and in forms: what means none, what is an address, and how many there
//! may be.

use serde_json::{Value, json};

use super::drafts::{answer_draft, refused_fields, with, without};
use crate::support::{Shop, on_every_store, question};

const PATH: &str = "/qa/questions/1/answers";

/// The addresses of the newest answer's photos; it must have been accepted.
fn kept(shop: &Shop, draft: &Value) -> Value {
    let answer = shop.post(PATH, draft);
    assert_eq!(answer.status, 201, "{draft}: {answer:?}");
    newest(shop)
}

fn newest(shop: &Shop) -> Value {
    let answers = shop.get(&format!("{PATH}?count=100")).results();
    let photos = answers.last().expect("an answer")["photos"].as_array().expect("an array").clone();
    photos.iter().map(|photo| photo["url"].clone()).collect()
}

fn photos(value: impl Into<Value>) -> Value {
    with(answer_draft(), "photos", value)
}

on_every_store! {
    fn none_can_be_said_in_many_ways(shop: &mut Shop) {
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

    fn what_is_no_array_is_refused(shop: &mut Shop) {
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

    fn every_bad_address_is_named_by_its_place_in_the_array(shop: &mut Shop) {
        shop.stock([question(1)]);
        let sent = json!(["https://example.com/a", "", "nope", "http://example.com", 7]);
        assert_eq!(refused_fields(shop, PATH, &photos(sent)), ["#/photos/2", "#/photos/4"]);
        let form = "body=b&name=n&email=n%40mail.test&photos=http://a.test&photos=&photos[]=nope";
        let answer =
            shop.request("POST", PATH).accept("application/json").body(super::drafts::FORM, form).send();
        assert_eq!(answer.json()["errors"][0]["pointer"], json!("#/photos/2"));
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
        for bad in [
            json!("ftp://example.com/a"),
            json!("data:image/png;base64,AAAA"),
            json!("javascript:alert(1)"),
            json!("blob:https://example.com/1"),
            json!("example.com/a.jpg"),
            json!("//example.com/a"),
            json!("/a.jpg"),
            json!("https://"),
            json!("https"),
            json!("file:///etc/passwd"),
            json!(1),
            json!(true),
            json!({}),
            json!([]),
        ] {
            assert_eq!(refused_fields(shop, PATH, &photos(vec![bad.clone()])), ["#/photos/0"], "{bad}");
        }
    }

    fn addresses_with_a_space_or_a_control_character_are_refused(shop: &mut Shop) {
        shop.stock([question(1)]);
        for character in [' ', '\n', '\t', '\r', '\0', '\u{7f}', '\u{85}'] {
            let url = format!("https://example.com/a{character}b");
            assert_eq!(refused_fields(shop, PATH, &photos([url])), ["#/photos/0"], "{character:?}");
        }
    }

    fn an_address_has_at_most_two_thousand_characters(shop: &mut Shop) {
        shop.stock([question(1)]);
        let url = |length: usize| format!("https://example.com/{}", "ü".repeat(length - 20));
        assert_eq!(kept(shop, &photos([url(2_000)])), json!([url(2_000)]));
        assert_eq!(refused_fields(shop, PATH, &photos([url(2_001)])), ["#/photos/0"]);
    }

    fn there_are_at_most_five_not_counting_blank_ones(shop: &mut Shop) {
        shop.stock([question(1)]);
        let url = "https://example.com/a";
        assert_eq!(kept(shop, &photos(["", url, url, url, "", url, url])), json!([url, url, url, url, url]));
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
