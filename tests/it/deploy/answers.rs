//! nginx passes on the responses of the service unchanged: every kind of response, sizes at their
//! limits, and the address of the client. Responses of nginx itself have the texts of the service.

use serde_json::json;

use super::front::{Front, SHIPPED, tried, with_the_cache};
use super::pair::{LARGE_PRODUCT, Pair, stocked};
use super::relay::Relay;
use crate::support::client::{Request, Response};
use crate::support::cluster::Cluster;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The headers that depend on the connection and the moment.
const NOT_COMPARED: [&str; 3] = ["date", "server", "connection"];

#[test]
fn nginx_accepts_the_configuration_as_it_is_shipped() {
    for configuration in [SHIPPED, &with_the_cache()] {
        let (accepted, said) = tried(configuration);
        assert!(accepted, "{said}");
        assert!(!said.contains("[warn]"), "{said}");
    }
    assert!(!tried(&SHIPPED.replace("upstream atelier", "upstream another")).0, "a broken one is refused");
}

/// Sends a request through nginx and directly, and compares.
fn compare(front: &Front, pair: &Pair, request: impl Fn(Request) -> Request, method: &str, target: &str) {
    let through = request(front.request(method, target)).send().without(&NOT_COMPARED);
    let direct = request(pair.request(0, method, target)).send().without(&NOT_COMPARED);
    assert_eq!(through, direct, "{method} {target}");
}

#[test]
fn responses_are_the_same_as_without_nginx() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    for target in [
        "/qa/questions?product_id=7",
        "/qa/questions/?product_id=007&count=2&page=1",
        "/qa/questions/19/answers",
        "/qa/questions/19/answers/?count=1e3",
        "/qa/questions",
        "/qa/questions?product_id=x%00%22",
        "/qa/questions/0/answers",
        "//qa/questions?product_id=7",
        "/qa/./questions?product_id=7",
        "/qa%2Fquestions?product_id=7",
        "/nothing",
        "/problems/unavailable",
        "/docs",
    ] {
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"] {
            compare(&front, &pair, |request| request, method, target);
            compare(&front, &pair, |request| request.accept(JSON), method, target);
        }
    }
    let large = format!("/qa/questions?product_id={LARGE_PRODUCT}&count=1000");
    compare(&front, &pair, |request| request, "GET", &large);
    let long = |request: Request| {
        request.header("Authorization", &"x".repeat(7_000)).header("Cookie", &"y".repeat(7_000))
    };
    compare(&front, &pair, long, "GET", &format!("/qa/questions?x={}&product_id=7", "z".repeat(7_000)));
    let preflight = |request: Request| {
        request
            .header("Origin", "https://shop.test")
            .header("Access-Control-Request-Method", "PUT")
            .header("Access-Control-Request-Headers", "authorization")
    };
    compare(&front, &pair, preflight, "OPTIONS", "/qa/questions/1/helpful");
    for (content_type, body) in
        [(JSON, ""), (JSON, "{"), (JSON, "[]"), (JSON, "{}"), (FORM, "body=b"), ("text/plain", "b")]
    {
        compare(&front, &pair, |request| request.body(content_type, body), "POST", "/qa/questions");
        let chunked = |request: Request| request.accept(JSON).chunked(content_type, body);
        compare(&front, &pair, chunked, "POST", "/qa/questions/1/answers");
    }
    assert_eq!(front.log(), "", "nginx has nothing to complain about");
}

#[test]
fn writes_are_answered_and_shown() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    let question = json!({"body": "Q?", "name": "ann", "email": "ann@mail.test", "product_id": 70});
    let asked = front.request("POST", "/qa/questions").json(&question).send();
    assert_eq!(asked.status, 201, "{asked:?}");
    let path = asked.header("location").expect("where its answers are").to_owned();
    let response = front.request("POST", &path).body(FORM, "body=A&name=bob&email=bob%40mail.test").send();
    assert_eq!((response.status, response.header("location")), (201, Some(path.as_str())), "{response:?}");
    let id = &asked.json()["question_id"];
    assert_eq!(front.put(&format!("/qa/questions/{id}/helpful")).status, 204);
    assert_eq!(pair.votes(0, 70, id.as_u64().expect("an id")), 1);
}

#[test]
fn a_body_that_is_too_large_is_refused_in_the_service_s_words() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let front = Front::before(pair.addresses());
    let draft = r#"{"body":"Q?","name":"ann","email":"ann@mail.test","product_id":71}"#;
    let of_bytes = |bytes: usize| format!("{draft}{}", " ".repeat(bytes - draft.len()));
    let exactly = front.request("POST", "/qa/questions").body(JSON, of_bytes(65_536)).send();
    assert_eq!(exactly.status, 201, "{exactly:?}");
    // The first is refused by the service, the others by nginx.
    for bytes in [65_537, 131_073, 1 << 20] {
        let body = of_bytes(bytes);
        for media_types in ["*/*", "text/html, application/problem+json"] {
            for request in [
                |request: Request, body: &str| request.body(JSON, body),
                |request: Request, body: &str| request.chunked(JSON, body),
            ] {
                let request = |to: Request| request(to.accept(media_types), &body);
                compare(&front, &pair, request, "POST", "/qa/questions");
            }
        }
    }
    let refused = front.request("POST", "/qa/questions").body(JSON, of_bytes(131_073)).send();
    assert_eq!((refused.status, refused.header("retry-after")), (413, None), "{refused:?}");
}

#[test]
fn the_client_s_address_is_passed_on() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let relays = pair.addresses().map(Relay::to);
    let front = Front::before([relays[0].address, relays[1].address]);
    front.get("/qa/questions?product_id=7");
    front.request("PUT", "/qa/questions/1/helpful").header("X-Forwarded-For", "203.0.113.9").send();
    let said = relays.iter().map(Relay::said).collect::<String>();
    assert!(said.contains("X-Forwarded-For: 127.0.0.1\r\n"), "{said}");
    // The first address is the client's own claim; the last address is the one that nginx saw.
    assert!(said.contains("X-Forwarded-For: 203.0.113.9, 127.0.0.1\r\n"), "{said}");
    assert_eq!(said.matches("X-Forwarded-Proto: http\r\n").count(), 2, "{said}");
    assert_eq!(said.matches("Host: shop\r\n").count(), 2, "{said}");
}

#[test]
fn no_other_claim_about_the_clients_address_is_passed_on() {
    let pair = Pair::on(&stocked(Cluster::shared()));
    let relays = pair.addresses().map(Relay::to);
    let front = Front::before([relays[0].address, relays[1].address]);
    let mut request = front.request("PUT", "/qa/questions/1/helpful");
    for name in ["Forwarded", "X-Real-IP", "X-Client-IP", "X-Forwarded-Host", "X-Forwarded-Port"] {
        request = request.header(name, "for=203.0.113.9");
    }
    assert_eq!(request.send().status, 204);
    let said = relays.iter().map(Relay::said).collect::<String>();
    assert!(said.contains("PUT /qa/questions/1/helpful HTTP/1.1\r\n"), "{said}");
    assert!(!said.contains("203.0.113.9"), "{said}");
}

/// An error that says when to try again.
pub(crate) fn is_unavailable(response: &Response) -> bool {
    let text = "Error: the service cannot answer at the moment, try again";
    response.status == 503 && response.header("retry-after") == Some("1") && response.body == text
}
