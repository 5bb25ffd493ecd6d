//! Request ids: the id of a request comes back with its response, if it is harmless.

use super::drafts::question_draft;
use crate::support::{Response, Shop, on_every_store, question};

/// The id in an answer.
fn named(response: &Response) -> Option<&str> {
    response.header("x-request-id")
}

on_every_store! {
    fn a_response_has_the_id_of_its_request(shop: &mut Shop) {
        shop.stock([question(1)]);
        let ask = |method, target| shop.request(method, target).header("X-Request-Id", "4bf92f35-77b3:7");
        for response in [
            ask("GET", "/qa/questions?product_id=5").send(),
            ask("HEAD", "/qa/questions/1/answers").send(),
            ask("GET", "/qa/questions").send(),
            ask("GET", "/nothing").send(),
            ask("PUT", "/qa/questions/1/helpful").send(),
            ask("POST", "/qa/questions").json(&question_draft()).send(),
            ask("OPTIONS", "/qa/questions").send(),
        ] {
            assert_eq!(named(&response), Some("4bf92f35-77b3:7"), "{response:?}");
        }
    }

    fn a_request_without_an_id_gets_none(shop: &Shop) {
        assert_eq!(named(&shop.get("/qa/questions?product_id=5")), None);
        assert_eq!(named(&shop.get("/nothing")), None);
    }

    fn ids_that_could_do_harm_are_not_sent_back(shop: &Shop) {
        for id in ["1", "a_b.c~d:e+f/g=h@i", &"x".repeat(128)] {
            let response = shop.request("GET", "/nothing").header("X-Request-Id", id).send();
            assert_eq!(named(&response), Some(id));
        }
        for id in ["", "a b", "a\tb", "a,b", "ä", "<script>", "a\"b", "$(id)", "a;b", &"x".repeat(129)] {
            let response = shop.request("GET", "/qa/questions?product_id=5").header("X-Request-Id", id).send();
            assert_eq!((response.status, named(&response)), (200, None), "{id}");
        }
    }
}
