//! The texts that shoppers send: lengths, line ends, control characters, trimming, e-mail
//! addresses. The same rules hold for questions and answers, and both are tried.

use serde_json::json;

use super::drafts::{answer_draft, question_draft, refused_fields, with};
use crate::support::{EMAIL, Shop, on_every_store, question};

const QUESTIONS: &str = "/qa/questions";
const ANSWERS: &str = "/qa/questions/1/answers";

/// Sends a question and an answer with the field set to `text`. Returns the listed body and name of
/// both.
fn stored(shop: &Shop, field: &str, text: &str) -> [(String, String); 2] {
    let asked = shop.post(QUESTIONS, &with(question_draft(), field, text));
    assert_eq!(asked.status, 201, "{text:?}: {asked:?}");
    let given = shop.post(ANSWERS, &with(answer_draft(), field, text));
    assert_eq!(given.status, 201, "{text:?}: {given:?}");
    [
        ("/qa/questions?product_id=5&count=999", "question_body", "asker_name"),
        ("/qa/questions/1/answers?count=999", "body", "answerer_name"),
    ]
    .map(|(list, body, name)| {
        let row = shop.get(list).results().last().expect("a row").clone();
        let member = |key: &str| row[key].as_str().expect("a string").to_owned();
        (member(body), member(name))
    })
}

fn assert_body_stored(shop: &Shop, sent: &str, expected: &str) {
    for (body, _) in stored(shop, "body", sent) {
        assert_eq!(body, expected, "{sent:?}");
    }
}

fn assert_name_stored(shop: &Shop, sent: &str, expected: &str) {
    for (_, name) in stored(shop, "name", sent) {
        assert_eq!(name, expected, "{sent:?}");
    }
}

fn assert_refused(shop: &Shop, field: &str, text: &str) {
    let pointer = format!("#/{field}");
    assert_eq!(
        refused_fields(shop, QUESTIONS, &with(question_draft(), field, text)),
        [pointer.as_str()],
        "{text:?}"
    );
    assert_eq!(refused_fields(shop, ANSWERS, &with(answer_draft(), field, text)), [pointer], "{text:?}");
}

on_every_store! {
    fn a_body_has_one_to_a_thousand_characters(shop: &mut Shop) {
        shop.stock([question(1)]);
        for character in ["x", "é", "😀"] {
            let longest = character.repeat(1_000);
            assert_body_stored(shop, &longest, &longest);
            assert_refused(shop, "body", &character.repeat(1_001));
        }
        assert_body_stored(shop, "x", "x");
    }

    fn characters_are_unicode_scalar_values(shop: &mut Shop) {
        shop.stock([question(1)]);
        // One flag is two scalar values, one family seven, and an accent may be one of its own.
        assert_body_stored(shop, &"🇩🇪".repeat(500), &"🇩🇪".repeat(500));
        assert_refused(shop, "body", &"🇩🇪".repeat(501));
        assert_refused(shop, "body", &"e\u{301}".repeat(501));
    }

    fn a_name_has_one_to_sixty_characters(shop: &mut Shop) {
        shop.stock([question(1)]);
        for character in ["x", "ü", "😀"] {
            assert_name_stored(shop, &character.repeat(60), &character.repeat(60));
            assert_refused(shop, "name", &character.repeat(61));
        }
        assert_name_stored(shop, "x", "x");
    }

    fn blank_texts_are_refused(shop: &mut Shop) {
        shop.stock([question(1)]);
        for field in ["body", "name", "email"] {
            for blank in ["", " ", "   ", "\u{2003}\u{a0}\u{3000}"] {
                assert_refused(shop, field, blank);
            }
        }
        assert_refused(shop, "body", "\n\t\r\n ");
    }

    fn texts_are_trimmed_of_unicode_white_space_before_they_are_measured(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_body_stored(shop, " \n\t\u{2003}a b\u{a0}\u{3000}\r\n", "a b");
        assert_name_stored(shop, "\u{2003} ann b \u{a0}", "ann b");
        assert_body_stored(shop, &format!("  {}  ", "x".repeat(1_000)), &"x".repeat(1_000));
        assert_name_stored(shop, &format!("  {}  ", "x".repeat(60)), &"x".repeat(60));
        stored(shop, "email", &format!("  {EMAIL}  "));
    }

    fn carriage_returns_become_newlines(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_body_stored(shop, "a\r\nb\rc\r\r\nd\n\re", "a\nb\nc\n\nd\n\ne");
        // Two characters become one before they are counted.
        assert_body_stored(shop, &format!("a{}b", "\r\n".repeat(998)), &format!("a{}b", "\n".repeat(998)));
        let form = "body=a%0D%0Ab%0Dc&name=n&email=n%40mail.test&product_id=6";
        assert_eq!(shop.post_form(QUESTIONS, form).status, 201);
        assert_eq!(shop.get("/qa/questions?product_id=6").results()[0]["question_body"], json!("a\nb\nc"));
    }

    fn control_characters_other_than_newline_and_tab_are_refused(shop: &mut Shop) {
        shop.stock([question(1)]);
        for number in (0..0x20).chain(0x7f..0xa0) {
            let character = char::from_u32(number).expect("a character");
            let text = format!("a{character}b");
            match character {
                '\n' | '\t' => assert_body_stored(shop, &text, &text),
                '\r' => assert_body_stored(shop, &text, "a\nb"),
                _ => assert_refused(shop, "body", &text),
            }
        }
    }

    fn names_and_e_mails_have_no_control_character_at_all(shop: &mut Shop) {
        shop.stock([question(1)]);
        for character in ['\0', '\u{1}', '\n', '\t', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}'] {
            assert_refused(shop, "name", &format!("a{character}b"));
            assert_refused(shop, "email", &format!("a{character}b@mail.test"));
        }
    }

    fn a_name_has_a_visible_character(shop: &mut Shop) {
        shop.stock([question(1)]);
        for name in ["\u{200b}", "\u{3164}", "\u{2800}\u{200d} \u{ad}", "\u{feff}\u{202e}"] {
            assert_refused(shop, "name", name);
        }
        assert_name_stored(shop, "\u{200b}尺", "\u{200b}尺");
    }

    fn other_invisible_characters_are_stored(shop: &mut Shop) {
        shop.stock([question(1)]);
        let text = "a\u{200b}b\u{200d}c\u{2028}d\u{fffd}e\u{feff}f\u{e000}g";
        assert_body_stored(shop, text, text);
        assert_name_stored(shop, text, text);
    }

    fn texts_are_stored_as_sent_and_not_escaped(shop: &mut Shop) {
        shop.stock([question(1)]);
        let text = r#"<script>alert("1")</script> &amp; 'x' \n \u0041 %41 "; DROP TABLE questions; --"#;
        assert_body_stored(shop, text, text);
        assert_name_stored(shop, "<b>&\"'\\", "<b>&\"'\\");
    }

    fn only_a_string_is_a_text(shop: &mut Shop) {
        shop.stock([question(1)]);
        for field in ["body", "name", "email"] {
            for value in [json!(1), json!(1.5), json!(true), json!([]), json!(["a"]), json!({}), json!(null)]
            {
                let pointer = format!("#/{field}");
                let draft = with(question_draft(), field, value.clone());
                assert_eq!(refused_fields(shop, QUESTIONS, &draft), [pointer.as_str()], "{value}");
                let draft = with(answer_draft(), field, value.clone());
                assert_eq!(refused_fields(shop, ANSWERS, &draft), [pointer.as_str()], "{value}");
            }
        }
    }

    fn an_e_mail_address_must_be_one(shop: &mut Shop) {
        shop.stock([question(1)]);
        for address in
            ["a@mail.test", "first.last+tag@sub.mail.test", "o'hara_1@mail.test", "ü@bücher.example"]
        {
            stored(shop, "email", address);
        }
        for address in [
            "ann",
            "ann@",
            "@mail.test",
            "a b@mail.test",
            "a@b@mail.test",
            "a@mail..test",
            "Ann <ann@mail.test>",
            "a,b@mail.test",
        ] {
            assert_refused(shop, "email", address);
        }
    }

    fn an_e_mail_address_has_at_most_254_characters(shop: &mut Shop) {
        shop.stock([question(1)]);
        let address = |length: usize| {
            let labels = ["a".repeat(60), "b".repeat(60), "c".repeat(60)].join(".");
            let local = "d".repeat(length - labels.len() - "@.mail.test".len());
            format!("{local}@{labels}.mail.test")
        };
        assert_eq!(address(254).len(), 254);
        stored(shop, "email", &address(254));
        assert_refused(shop, "email", &address(255));
    }

    fn their_limits_are_settings(shop: &mut Shop) {
        let limits = &mut shop.service_settings.submission;
        (limits.body_max_chars, limits.name_max_chars, limits.email_max_chars) = (10_000, 2, 11);
        shop.stock([question(1)]);
        let longest = "\"\\\u{2028}".repeat(3_333) + "x";
        let draft = json!({"body": longest, "name": "an", "email": "a@mail.test", "product_id": 6});
        assert_eq!(shop.post(QUESTIONS, &draft).status, 201);
        assert_eq!(shop.get("/qa/questions?product_id=6").results()[0]["question_body"], json!(longest));
        let pointers = refused_fields(shop, QUESTIONS, &with(draft.clone(), "body", longest + "x"));
        assert_eq!(pointers, ["#/body"]);
        assert_eq!(refused_fields(shop, QUESTIONS, &with(draft.clone(), "name", "ann")), ["#/name"]);
        assert_eq!(refused_fields(shop, QUESTIONS, &with(draft, "email", "an@mail.test")), ["#/email"]);
    }
}
