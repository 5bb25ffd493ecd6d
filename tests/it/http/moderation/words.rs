//! `/moderation/words/…`: lists of words are read and replaced, and no change is lost.

use super::Desk;
use crate::support::{Response, Shop, on_every_store};

fn put(desk: &Desk<'_>, condition: Option<&str>, text: &str) -> Response {
    let mut request = desk.request("PUT", "words/hold");
    if let Some(condition) = condition {
        request = request.header("If-Match", condition);
    }
    request.body("text/plain", text).send()
}

on_every_store! {
    fn a_list_is_replaced_as_it_was_read(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        let empty = desk.send("GET", "words/hold");
        assert_eq!((empty.outcome(), empty.header("etag")), ((200, ""), Some("\"0\"")));
        assert_eq!(empty.header("content-type"), Some("text/plain; charset=utf-8"));
        let set = put(&desk, Some("\"0\""), "# ours\nmiddleman\nbuy now*\n");
        assert_eq!((set.outcome(), set.header("etag")), ((204, ""), Some("\"1\"")));
        let list = desk.send("GET", "words/hold");
        assert_eq!((list.body.as_str(), list.header("etag")), ("# ours\nmiddleman\nbuy now*\n", Some("\"1\"")));
        // Somebody who read it before does not undo this.
        let late = put(&desk, Some("\"0\""), "other\n");
        assert_eq!(late.outcome(), (412, "Error: the list has revision 1 now; read it again"));
        assert_eq!(put(&desk, Some("W/\"1\""), "other\n").status, 412, "a weak tag is not the same");
        assert_eq!(put(&desk, None, "other\n").status, 428);
        assert_eq!(put(&desk, Some("*"), "").header("etag"), Some("\"2\""));
        assert_eq!(desk.send("GET", "words/refuse").header("etag"), Some("\"0\""), "each list has its own");
    }

    fn only_lists_of_words_are_taken(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        for list in ["words", "HOLD", "x"] {
            assert_eq!(desk.send("GET", &format!("words/{list}")).outcome(), (404, "Error: the lists of words are refuse, hold and allow"));
        }
        let put = |content_type: &str, text: &[u8]| {
            desk.request("PUT", "words/hold").header("If-Match", "*").body(content_type, text).send().status
        };
        assert_eq!(put("application/json", b"[]"), 415);
        assert_eq!(put("text/plain", b"\xff"), 400);
        assert_eq!(put("Text/Plain; charset=utf-8", "stra\u{df}e\n".as_bytes()), 204);
        assert_eq!(put("text/plain", "x".repeat(2_097_153).as_bytes()), 413);
        let encoded = desk.request("PUT", "words/hold").header("If-Match", "*").header("Content-Encoding", "gzip");
        assert_eq!(encoded.body("text/plain", "x").send().status, 415);
    }

    fn a_bad_entry_is_named_by_its_line(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        for (text, detail) in [
            (format!("fine\n{}\n", "x".repeat(101)), "line 2: an entry must have at most 100 characters"),
            ("a*b\n".to_owned(), "line 1: * may stand only at the beginning and at the end of an entry"),
            ("x\n".repeat(20_001), "line 20001: a list must have at most 20000 entries"),
        ] {
            let response = put(&desk, Some("*"), &text);
            assert_eq!(response.outcome(), (422, format!("Error: {detail}").as_str()));
        }
        assert_eq!(desk.send("GET", "words/hold").header("etag"), Some("\"0\""));
    }

    fn a_list_may_be_larger_than_other_bodies(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        let lines: Vec<_> = (0..20_000).map(|number| format!("word{number:05}\n")).collect();
        let text = lines.concat();
        assert!(text.len() > shop.http_settings.max_body_bytes);
        assert_eq!(put(&desk, Some("*"), &text).status, 204);
        assert_eq!(desk.send("GET", "words/hold").body, text);
        let chunked = desk.request("PUT", "words/hold").header("If-Match", "*").chunked("text/plain", &text);
        assert_eq!(chunked.send().status, 204);
    }
}
