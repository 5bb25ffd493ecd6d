//! Errors: their two forms and which client gets which, what is 400 and what 422, and the order of
//! checks.

use serde_json::json;

use super::drafts::{FORM, JSON, answer_draft, question_draft, with};
use crate::support::{EMAIL, Response, Shop, on_every_store, question};

const QUESTIONS: &str = "/qa/questions";

/// Posts a body as JSON.
fn post(shop: &Shop, path: &str, body: impl AsRef<[u8]>) -> Response {
    shop.request("POST", path).body(JSON, body).send()
}

on_every_store! {
    fn errors_are_plain_text_by_default(shop: &Shop) {
        let response = shop.get("/qa/questions");
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
        insta::assert_snapshot!(response.body, @"Error: invalid product_id provided");
    }

    fn errors_are_problem_details_for_a_client_that_wants_json(shop: &Shop) {
        let response = shop.request("GET", "/qa/questions/x/answers").accept(JSON).send();
        assert_eq!(response.status, 404);
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        insta::assert_snapshot!(response.lines(), @r#"
        {"detail":"Error: invalid question_id provided",
        "instance":"/qa/questions/x/answers",
        "status":404,
        "title":"Invalid question id",
        "type":"/problems/invalid-question-id"}
        "#);
    }

    fn bad_fields_are_listed_with_json_pointers(shop: &mut Shop) {
        shop.stock([question(1)]);
        let long = format!("https://a.test/{}", "x".repeat(2_000));
        let draft = json!({"body": "b", "name": "n", "email": "bob", "photos": ["https://a.test", "", long]});
        let request = shop.request("POST", "/qa/questions/1/answers").accept("application/problem+json");
        let response = request.json(&draft).send();
        assert_eq!(response.status, 422);
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        insta::assert_snapshot!(response.lines(), @r##"
        {"detail":"Error: email must be a valid e-mail address; photos[2] must have 1 to 2000 characters; it has 2015",
        "errors":[{"detail":"email must be a valid e-mail address",
        "pointer":"#/email"},{"detail":"photos[2] must have 1 to 2000 characters; it has 2015",
        "pointer":"#/photos/2"}],
        "instance":"/qa/questions/1/answers",
        "status":422,
        "title":"Invalid fields",
        "type":"/problems/invalid-fields"}
        "##);
    }

    fn bad_fields_are_named_in_plain_text_too(shop: &Shop) {
        let response = shop.post(QUESTIONS, &json!({"name": 7, "email": EMAIL, "product_id": 5}));
        assert_eq!(response.status, 422);
        insta::assert_snapshot!(response.body, @"Error: body is required; name must be a text, not a number");
    }

    fn accept_decides_the_form_of_an_error(shop: &Shop) {
        for (accept, shape) in [
            ("application/json", "application/problem+json"),
            ("application/problem+json", "application/problem+json"),
            ("application/json, text/plain, */*", "application/problem+json"),
            ("text/html, Application/JSON;q=0.5", "application/problem+json"),
            ("text/plain,application/problem+json ; q=0.1", "application/problem+json"),
            ("*/*", "text/plain; charset=utf-8"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/plain; charset=utf-8"),
            ("application/*", "text/plain; charset=utf-8"),
            ("application/jsonx", "text/plain; charset=utf-8"),
            ("application/json;q=0, text/plain", "text/plain; charset=utf-8"),
            ("", "text/plain; charset=utf-8"),
        ] {
            let response = shop.request("GET", QUESTIONS).accept(accept).send();
            assert_eq!((response.status, response.header("content-type")), (422, Some(shape)), "{accept}");
        }
        let twice = shop.request("GET", QUESTIONS).accept("text/plain").accept(JSON).send();
        assert_eq!(twice.header("content-type"), Some("application/problem+json"));
    }

    fn every_problem_has_the_members_of_its_standard(shop: &Shop) {
        let asking = |method: &str, path: &str| shop.request(method, path).accept(JSON);
        for (response, status) in [
            (asking("GET", "/nothing").send(), 404),
            (asking("PATCH", QUESTIONS).send(), 405),
            (asking("POST", QUESTIONS).body("text/plain", "x").send(), 415),
            (asking("POST", QUESTIONS).body(JSON, " ".repeat(65_537)).send(), 413),
            (asking("POST", QUESTIONS).body(JSON, "{").send(), 400),
            (asking("POST", QUESTIONS).body(JSON, "[]").send(), 422),
            (asking("PUT", "/qa/answers/1/helpful").send(), 404),
        ] {
            assert_eq!(
                (response.status, response.header("content-type")),
                (status, Some("application/problem+json"))
            );
            let problem = response.json();
            assert_eq!(problem["status"], json!(status));
            for member in ["type", "title", "detail", "instance"] {
                assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
            }
            assert!(problem.get("errors").is_none(), "only fields have errors: {problem}");
        }
    }

    fn json_that_does_not_parse_is_400(shop: &mut Shop) {
        shop.stock([question(1)]);
        let good = question_draft().to_string();
        let not_utf8 = [&good.as_bytes()[..good.len() - 1], b",\"x\":\"\xff\"}"].concat();
        for body in [
            b"".as_slice(),
            b" \n",
            b"{",
            b"{]",
            b"nope",
            b"{'body':'x'}",
            b"{\"body\":\"x\",}",
            b"{\"body\":\"a\nb\"}",
            b"{\"body\":\"\\x\"}",
            b"\xef\xbb\xbf{}",
            b"body=x&name=y",
            b"{\"a\":NaN}",
            b"{\"a\":01}",
            &not_utf8,
            format!("{good}{good}").as_bytes(),
            format!("{good} x").as_bytes(),
            format!("{good},").as_bytes(),
        ] {
            for path in [QUESTIONS, "/qa/questions/1/answers"] {
                let response = post(shop, path, body);
                assert_eq!(response.status, 400, "{}", String::from_utf8_lossy(body));
                assert!(response.body.starts_with("Error: "), "{response:?}");
            }
        }
        assert_eq!(
            shop.request("POST", QUESTIONS).header("Content-Type", JSON).send().status,
            400,
            "no body at all"
        );
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_id"), [1]);
    }

    fn white_space_around_json_is_nothing(shop: &Shop) {
        assert_eq!(post(shop, QUESTIONS, format!(" \r\n\t{}\n ", question_draft())).status, 201);
    }

    fn a_form_that_is_not_utf8_is_400(shop: &Shop) {
        for body in [b"body=%FF&name=n".as_slice(), b"body=\xff", b"%FF=x"] {
            assert_eq!(shop.request("POST", QUESTIONS).body(FORM, body).send().status, 400);
        }
    }

    fn json_that_is_no_object_is_422(shop: &mut Shop) {
        shop.stock([question(1)]);
        for body in ["[]", "null", "true", "1", "\"text\"", "[{\"body\":\"x\"}]"] {
            for path in [QUESTIONS, "/qa/questions/1/answers"] {
                assert_eq!(post(shop, path, body).status, 422, "{body}");
            }
        }
    }

    fn a_lone_surrogate_is_422_and_a_pair_is_a_character(shop: &mut Shop) {
        shop.stock([question(1)]);
        for text in
            [r"\ud800", r"\udc00", r"\ud83d", r"\ude00\ud83d", r"\ud83dx", r"\ud83d\\ude00", r"a\uD800\uD800"]
        {
            for json in [
                question_draft().to_string().replace("Does it run?", text),
                with(question_draft(), "other", "Here").to_string().replace("Here", text),
                with(question_draft(), "Here", 1).to_string().replace("Here", text),
                with(answer_draft(), "photos", json!(["https://a.test/Here"]))
                    .to_string()
                    .replace("Here", text),
            ] {
                for path in [QUESTIONS, "/qa/questions/1/answers"] {
                    assert_eq!(post(shop, path, &json).status, 422, "{json}");
                }
            }
        }
        let pair = question_draft().to_string().replace("Does it run?", r"\ud83d\uDE00 \\ud800");
        assert_eq!(post(shop, QUESTIONS, pair).status, 201);
        let list = shop.get("/qa/questions?product_id=5");
        assert_eq!(list.results()[1]["question_body"], json!("😀 \\ud800"));
    }

    fn a_post_must_say_that_it_is_json_or_a_form(shop: &mut Shop) {
        shop.stock([question(1)]);
        let draft = question_draft().to_string();
        for path in [QUESTIONS, "/qa/questions/1/answers"] {
            for content_type in [
                "text/plain",
                "text/json",
                "multipart/form-data; boundary=x",
                "application/jsonx",
                "application/problem+json",
                "application",
                "",
                "charset=utf-8",
                "application/xml",
            ] {
                assert_eq!(
                    shop.request("POST", path).body(content_type, &draft).send().status,
                    415,
                    "{content_type}"
                );
            }
            assert_eq!(shop.request("POST", path).send().status, 415, "none at all");
            let length = draft.len().to_string();
            let mut connection = shop.connect();
            connection.send(format!(
                "POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Length: {length}\r\n\r\n{draft}"
            ));
            assert_eq!(connection.response_to("POST").status, 415, "none at all, with a body");
        }
    }

    fn a_body_that_is_compressed_is_415(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (path, draft) in [(QUESTIONS, question_draft()), ("/qa/questions/1/answers", answer_draft())] {
            for (encoding, status) in [
                ("gzip", 415),
                ("GZIP", 415),
                ("br", 415),
                ("identity, gzip", 415),
                ("identity", 201),
                ("Identity", 201),
                ("", 201),
            ] {
                let request = shop.request("POST", path).header("Content-Encoding", encoding).accept(JSON);
                let response = request.json(&draft).send();
                assert_eq!(response.status, status, "{path} {encoding}: {response:?}");
                if status == 415 {
                    assert_eq!(response.json()["type"], "/problems/encoded-body");
                    assert_eq!(response.header("accept-encoding"), Some("identity"));
                }
            }
        }
        // Its size and its content do not matter, and neither does a body that is ignored.
        let large = shop.request("POST", QUESTIONS).header("Content-Encoding", "gzip");
        assert_eq!(large.body(JSON, [0x1f, 0x8b].repeat(40_000)).send().status, 415);
        let vote = shop.request("PUT", "/qa/questions/1/helpful").header("Content-Encoding", "gzip");
        assert_eq!(vote.body(JSON, [0x1f, 0x8b]).send().status, 204);
    }

    fn checks_run_in_the_order_of_the_contract(shop: &mut Shop) {
        shop.stock([question(1)]);
        let (large, broken, fields) = (" ".repeat(65_537), "{", "{}");
        for (method, path, content_type, body, status) in [
            ("PATCH", "/qa/nothing", "text/plain", large.as_str(), 404),
            ("PATCH", "/qa/questions/x/answers", "text/plain", &large, 404),
            ("GET", "/qa/answers/x/report", "text/plain", &large, 404),
            ("POST", "/qa/questions/x/answers", "text/plain", &large, 404),
            ("PATCH", "/qa/questions/404/answers", "text/plain", &large, 405),
            ("POST", "/qa/questions/404/helpful", "text/plain", &large, 405),
            ("POST", "/qa/questions/404/answers", "text/plain", &large, 415),
            ("POST", "/qa/questions/404/answers", "text/plain", broken, 415),
            ("POST", "/qa/questions/404/answers", JSON, &large, 413),
            ("POST", "/qa/questions/404/answers", JSON, broken, 400),
            ("POST", "/qa/questions/404/answers", JSON, fields, 404),
            ("POST", "/qa/questions/404/answers", JSON, "[]", 404),
            ("POST", "/qa/questions/404/answers", JSON, r#"{"body":"\ud800"}"#, 404),
            ("POST", "/qa/questions/404/answers", FORM, "", 404),
            ("POST", "/qa/questions/1/answers", JSON, fields, 422),
            ("POST", QUESTIONS, "text/plain", &large, 415),
            ("POST", QUESTIONS, FORM, &large, 413),
            ("POST", QUESTIONS, JSON, broken, 400),
            ("POST", QUESTIONS, JSON, fields, 422),
        ] {
            let response = shop.request(method, path).body(content_type, body).send();
            assert_eq!(response.status, status, "{method} {path} {content_type} {body:.20}: {response:?}");
        }
    }
}
