//! Responses: successes by operation, problems as `problem` writes them, and the headers of both.
//! Deliberately absent: what the headers mean (`document.json`).

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::{ACCEPT, ALLOW, HeaderValue};
use serde_json::{Map, Value, json};

use super::described::Settings;
use crate::http::operation::Operation;
use crate::http::request::head_limits::{HEAD_MAX_BYTES, MAX_FIELDS, TARGET_MAX_BYTES};
use crate::http::response::problem::{Kind, Problem};

/// What every response has, `X-Request-Id` if the request had one.
const EVERYWHERE: [&str; 4] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "X-Content-Type-Options",
    "X-Request-Id",
];

/// What some problems have. `Vary` and `Cache-Control` are the same for all of them.
const OF_PROBLEMS: [&str; 8] = [
    "Accept-Encoding",
    "Allow",
    "Cache-Control",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Vary",
    "WWW-Authenticate",
];

/// All responses of an operation, by status: its successes, which name their headers, and its
/// problems.
pub(super) fn all(
    operation: &Operation,
    mut successes: Value,
    problems: &[Problem],
    settings: &Settings<'_>,
) -> Value {
    let mut by_status: BTreeMap<u16, Vec<Described>> = BTreeMap::new();
    for described in problems.iter().map(|problem| describe(problem.clone(), operation.path, settings)) {
        by_status.entry(described.kind.status).or_default().push(described);
    }
    if let Some(responses) = successes.as_object_mut() {
        responses.values_mut().for_each(|success| complete(success, operation, settings));
        responses.extend(by_status.iter().map(|(status, all)| (status.to_string(), failure(all))));
    }
    successes
}

/// Adds what follows from the table to a success.
fn complete(success: &mut Value, operation: &Operation, settings: &Settings<'_>) {
    let named = success["headers"].take();
    let mut names: Vec<&str> = named.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let kind = operation.counts_as().filter(|kind| settings.http.rate_limits.of(*kind) > 0);
    if let Some(kind) = kind {
        names.extend(["RateLimit-Policy", "RateLimit"]);
        let (what, limit) = (&success["description"], settings.http.rate_limits.of(kind));
        success["description"] = json!(format!(
            "{}. A client may send {limit} {} an hour. Refused requests are free.",
            what.as_str().unwrap_or_default(),
            kind.name()
        ));
    }
    success["headers"] = references(&names);
}

/// These headers and those of every response.
fn references(names: &[&str]) -> Value {
    let reference =
        |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    EVERYWHERE.iter().chain(names).map(reference).collect::<Map<String, Value>>().into()
}

/// A problem as a client receives it.
struct Described {
    kind: &'static Kind,
    details: Value,
    headers: HeaderMap,
}

/// Has `problem` write a problem as it does for a client that asks for JSON.
fn describe(problem: Problem, path: &str, settings: &Settings<'_>) -> Described {
    let kind = problem.kind();
    let request = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/problem+json"))]);
    let prefix = &settings.http.path_prefix;
    let path = [
        ("{question_id}", "37"),
        ("{answer_id}", "68"),
        ("{product_id}", "40344"),
        ("{review_id}", "1135681"),
        ("{name}", "invalid-fields"),
        ("{kind}/{id}", "answer/68"),
        ("{decision_id}", "17"),
        ("{list}", "hold"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (segment, example)| path.replace(segment, example));
    let response = problem.into_response(&request, &format!("{prefix}{path}"), prefix);
    let (head, body) = response.into_parts();
    let details = serde_json::from_slice(&body).expect("problem details are JSON");
    Described { kind, details, headers: head.headers }
}

/// Problems with the same status.
fn failure(described: &[Described]) -> Value {
    let descriptions: Vec<&str> =
        described.iter().map(|described| described.kind.explanation.as_str()).collect();
    let examples = |value: fn(&Value) -> &Value| {
        let example = |Described { kind, details, .. }: &Described| {
            (kind.name.clone(), json!({"summary": kind.title, "value": value(details)}))
        };
        Value::Object(described.iter().map(example).collect())
    };
    let has_all = |name: &&str| described.iter().all(|described| described.headers.contains_key(*name));
    let names: Vec<&str> = OF_PROBLEMS.into_iter().filter(has_all).collect();
    json!({
        "description": descriptions.join(" Or: "),
        "headers": references(&names),
        "content": {
            "text/plain": {
                "schema": {"type": "string"}, "examples": examples(|details| &details["detail"]),
            },
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples(|details| details),
            },
        },
    })
}

/// The responses where no operation is found.
pub(super) fn of_unknown_paths_and_methods(settings: &Settings<'_>) -> Value {
    let allow = "GET, HEAD, POST, OPTIONS".to_owned();
    let failure = |problem| failure(&[describe(problem, "/nothing", settings)]);
    json!({
        "UnknownPath": failure(Problem::UnknownPath),
        "WrongMethod": failure(Problem::WrongMethod { allow }),
        "MalformedRequest": failure(Problem::MalformedRequest("there must be one Host")),
        "HeadTooSlow": failure(Problem::HeadTooSlow),
        "TargetTooLong": failure(Problem::TargetTooLong { max_bytes: TARGET_MAX_BYTES }),
        "HeadTooLarge": failure(Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES }),
    })
}

/// The response to `OPTIONS`.
pub(super) fn options(allow: &str) -> Value {
    let mut described = references(&[]);
    let response: http::Response<()> = crate::http::response::cors::options("");
    for (name, value) in response.headers() {
        let value = value.to_str().unwrap_or_default();
        let example = if *name == ALLOW { allow } else { value };
        described[title_case(name.as_str())] = json!({"schema": {"type": "string"}, "example": example});
    }
    json!({"description": "The path's methods, and what pages of other origins may send", "headers": described})
}

/// A header's name as people write it.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<Vec<String>>().join("-")
}
