//! The largest body: exactly 64 KiB are accepted and one byte more is not, whether it is JSON or a
//! form, announced or chunked. Limits of texts are in `texts`, of photos in `photos`, of pages in
//! `pages`.

use super::drafts::{FORM, JSON, answer_draft, of_bytes, question_draft};
use crate::support::{Shop, on_every_store, question};

const LIMIT: usize = 65_536;

/// A form of exactly this many bytes.
fn form_of_bytes(bytes: usize) -> String {
    let form = "body=b&name=n&email=n%40mail.test&product_id=5&padding=";
    format!("{form}{}", "x".repeat(bytes - form.len()))
}

on_every_store! {
    fn a_body_of_exactly_64_kib_is_accepted(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (path, content_type, body) in [
            ("/qa/questions", JSON, of_bytes(question_draft(), LIMIT)),
            ("/qa/questions", FORM, form_of_bytes(LIMIT)),
            ("/qa/questions/1/answers", JSON, of_bytes(answer_draft(), LIMIT)),
            ("/qa/questions/1/answers", FORM, form_of_bytes(LIMIT)),
        ] {
            assert_eq!(body.len(), LIMIT);
            assert_eq!(
                shop.request("POST", path).body(content_type, &body).send().status,
                201,
                "{path} {content_type}"
            );
            assert_eq!(
                shop.request("POST", path).chunked(content_type, &body).send().status,
                201,
                "{path} {content_type}"
            );
        }
    }

    fn one_byte_more_is_413(shop: &mut Shop) {
        shop.stock([question(1)]);
        let too_large = (413, "Error: the body must have at most 65536 bytes");
        for (path, content_type, body) in [
            ("/qa/questions", JSON, of_bytes(question_draft(), LIMIT + 1)),
            ("/qa/questions", FORM, form_of_bytes(LIMIT + 1)),
            ("/qa/questions/1/answers", JSON, of_bytes(answer_draft(), LIMIT + 1)),
            ("/qa/questions/1/answers", FORM, form_of_bytes(LIMIT + 1)),
        ] {
            let announced = shop.request("POST", path).body(content_type, &body).send();
            assert_eq!(announced.outcome(), too_large, "{path} {content_type}");
            let chunked = shop.request("POST", path).chunked(content_type, &body).send();
            assert_eq!(chunked.outcome(), too_large, "{path} {content_type}");
        }
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_id"), [1]);
    }

    fn a_body_that_is_announced_too_large_is_refused_before_it_arrives(shop: &Shop) {
        let mut connection = shop.connect();
        connection.send(format!(
            "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: {JSON}\r\n\
             Content-Length: 65537\r\n\r\n"
        ));
        assert_eq!(connection.response_to("POST").status, 413);
    }

    fn a_client_that_sends_far_too_much_still_gets_the_reason(shop: &Shop) {
        let body = "x".repeat(1_000_000);
        for content_type in [JSON, "text/plain"] {
            let expected = if content_type == JSON { 413 } else { 415 };
            assert_eq!(
                shop.request("POST", "/qa/questions").body(content_type, &body).send().status,
                expected
            );
            assert_eq!(
                shop.request("POST", "/qa/questions").chunked(content_type, &body).send().status,
                expected
            );
        }
    }

    fn white_space_counts_as_well(shop: &Shop) {
        let draft = question_draft().to_string();
        let padded = |bytes: usize| format!("{draft}{}", " ".repeat(bytes - draft.len()));
        assert_eq!(shop.request("POST", "/qa/questions").body(JSON, padded(LIMIT)).send().status, 201);
        assert_eq!(shop.request("POST", "/qa/questions").body(JSON, padded(LIMIT + 1)).send().status, 413);
    }

    fn deeply_nested_json_is_only_an_unknown_key(shop: &Shop) {
        let draft = question_draft().to_string();
        let deep = draft.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(30_000), "]".repeat(30_000)), 1);
        assert_eq!(shop.request("POST", "/qa/questions").body(JSON, deep).send().status, 201);
    }

    fn the_largest_body_is_a_setting(shop: &mut Shop) {
        shop.http_settings.max_body_bytes = 200;
        for (bytes, status) in [(200, 201), (201, 413)] {
            let body = of_bytes(question_draft(), bytes);
            assert_eq!(shop.request("POST", "/qa/questions").body(JSON, &body).send().status, status);
            assert_eq!(shop.request("POST", "/qa/questions").chunked(JSON, &body).send().status, status);
        }
    }
}
