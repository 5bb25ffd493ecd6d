//! The headers of responses: what each means, and which every response has. Deliberately absent:
//! their values (`response`).

use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::settings::Settings;
use crate::http::response::caching;
use crate::http::response::cors;
use crate::http::response::encoding::Encoding;

/// What every response has, `X-Request-Id` if the request had one.
const EVERYWHERE: [&str; 4] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "X-Content-Type-Options",
    "X-Request-Id",
];

/// Those that only some responses have.
const ELSEWHERE: [&str; 10] = [
    "Accept-Encoding",
    "Allow",
    "Cache-Control",
    "Content-Encoding",
    "ETag",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Vary",
];

/// The headers that responses refer to.
pub(super) fn all(settings: &Settings<'_>) -> Value {
    let header = |description: &str, schema: Value, example: Value| json!({"description": description, "schema": schema, "example": example});
    let text = || json!({"type": "string"});
    let lists_kept = caching::of_lists(settings.http.shared_cache_s);
    json!({
        "Access-Control-Allow-Origin": header(
            "Whose pages may read the response: any, or the origin of the request if the operator lists it", text(), json!("*")
        ),
        "Access-Control-Expose-Headers": header(
            "Which headers those pages may read", text(), json!(cors::EXPOSED)
        ),
        "Accept-Encoding": header("How a body may be encoded", text(), json!("identity")),
        "Allow": header("The methods of the path", text(), json!("GET, HEAD, POST, OPTIONS")),
        "Cache-Control": header(
            "Who may cache the response, and for how long; here that of lists", text(),
            json!(lists_kept.to_str().unwrap_or_default()),
        ),
        "Content-Encoding": header(
            "How a longer list is compressed, if the request's `Accept-Encoding` allows one of these",
            json!({"type": "string", "enum": Encoding::ALL.map(Encoding::name)}), json!("br"),
        ),
        "ETag": header(
            "Changes when the list does, the same from every process", text(), json!("\"2a6f8c0e5d1b9347\"")
        ),
        "Location": header(
            "Where the new row is listed", json!({"type": "string", "format": "uri-reference"}),
            json!("/qa/questions/37/answers"),
        ),
        "RateLimit": header(
            "How many writes of this kind are left, and in how many seconds all are again", text(), json!("\"votes\";r=599;t=6")
        ),
        "RateLimit-Policy": header(
            "How many writes of this kind a client may send in how many seconds", text(), json!("\"votes\";q=600;w=3600")
        ),
        "Retry-After": header(
            "Try again after this many seconds", json!({"type": "integer", "minimum": 0}), json!(1)
        ),
        "Vary": header("The headers of the request that the response varies by", text(), json!("Accept-Encoding")),
        "X-Content-Type-Options": header(
            "Browsers must believe the content type", json!({"type": "string", "const": "nosniff"}), json!("nosniff")
        ),
        "X-Request-Id": header("The id that the request had", text(), json!("01HZX3-checkout")),
    })
}

/// These headers and those of every response.
pub(super) fn references(names: &[&str]) -> Value {
    let reference =
        |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    EVERYWHERE.iter().chain(names).map(reference).collect::<Map<String, Value>>().into()
}

/// Which of the headers that only some responses have are there.
pub(super) fn named(headers: &HeaderMap) -> impl Iterator<Item = &'static str> {
    ELSEWHERE.into_iter().filter(|name| headers.contains_key(*name))
}

/// A header's name as people write it.
pub(super) fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<Vec<String>>().join("-")
}
