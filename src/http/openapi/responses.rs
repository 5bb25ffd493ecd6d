//! Responses: successes by operation, problems as `problem` writes them, and the headers of both.
//! Deliberately absent: the values of headers (`headers`).

use std::collections::BTreeMap;

use http::header::{ACCEPT, ALLOW, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::settings::Settings;
use super::{headers, parameters, schemas, shapes};
use crate::http::operation::{Operation, Purpose, Success};
use crate::http::request::head_limits::{HEAD_MAX_BYTES, MAX_FIELDS, TARGET_MAX_BYTES};
use crate::http::response::problem::{Problem, explanation};

/// All responses of an operation, by status.
pub(super) fn all(operation: &Operation, problems: &[Problem], settings: &Settings<'_>) -> Value {
    let mut responses = Map::new();
    let (status, success) = success(operation, settings);
    if operation.purpose == Purpose::List {
        let names = ["Cache-Control", "ETag", "Vary"];
        let described =
            json!({"description": "The list is unchanged", "headers": headers::references(&names)});
        responses.insert("304".to_owned(), described);
    }
    responses.insert(status.to_owned(), success);
    let mut by_status: BTreeMap<u16, Vec<Described>> = BTreeMap::new();
    for described in problems.iter().map(|problem| describe(problem.clone(), operation.path, settings)) {
        by_status.entry(described.status).or_default().push(described);
    }
    for (status, described) in by_status {
        responses.insert(status.to_string(), failure(&described));
    }
    Value::Object(responses)
}

/// How an operation succeeds.
fn success(operation: &Operation, settings: &Settings<'_>) -> (&'static str, Value) {
    let allowance = operation.counts_as().and_then(|kind| schemas::allowance(kind, settings));
    let mut names = vec!["Cache-Control"];
    if allowance.is_some() {
        names.extend(["RateLimit-Policy", "RateLimit"]);
    }
    if operation.purpose == Purpose::List {
        names.extend(["Content-Encoding", "ETag", "Vary"]);
    }
    let content = |media_type: &str, schema: Value| json!({media_type: {"schema": schema}});
    let json = |schema: &str, example: Value| json!({"application/json": {"schema": shapes::reference(schema), "example": example}});
    let (status, what, content) = match &operation.about.success {
        Success::List { what, schema, example } => ("200", what, json(schema, example(settings.service))),
        Success::Created { what, schema, id: (key, id), .. } => {
            ("201", what, json(schema, json!({*key: id})))
        }
        Success::Done { what } => ("204", what, Value::Null),
        Success::Text { what, media_type } => ("200", what, content(media_type, json!({"type": "string"}))),
        Success::Json { what, schema } => {
            let schema = schema.map_or_else(|| json!({"type": "object"}), shapes::reference);
            ("200", what, content("application/json", schema))
        }
    };
    if status == "201" {
        names.push("Location");
    }
    let description = match allowance {
        Some(allowance) => format!("{what}. {allowance}"),
        None => (*what).to_owned(),
    };
    let mut response = json!({"description": description, "headers": headers::references(&names)});
    if !content.is_null() {
        response["content"] = content;
    }
    if let Success::Created { id: (key, _), links: targets, .. } = &operation.about.success {
        response["links"] = links(key, targets);
    }
    (status, response)
}

/// What may be done with the new row.
fn links(id: &str, targets: &[&str]) -> Value {
    let link = |target: &&str| {
        let parameters = json!({id: format!("$response.body#/{id}")});
        ((*target).to_owned(), json!({"operationId": target, "parameters": parameters}))
    };
    Value::Object(targets.iter().map(link).collect())
}

/// A problem as a client receives it.
struct Described {
    status: u16,
    name: String,
    details: Value,
    headers: HeaderMap,
}

/// Has `problem` write a problem as it does for a client that asks for JSON.
fn describe(problem: Problem, path: &str, settings: &Settings<'_>) -> Described {
    let mut request = HeaderMap::new();
    request.insert(ACCEPT, HeaderValue::from_static("application/problem+json"));
    let prefix = &settings.http.path_prefix;
    let path = parameters::with_examples(path);
    let response = problem.into_response(&request, &format!("{prefix}{path}"), prefix);
    let (head, body) = response.into_parts();
    let details: Value = serde_json::from_slice(&body).expect("problem details are JSON");
    let name = details["type"].as_str().and_then(|address| address.rsplit('/').next()).unwrap_or_default();
    Described { status: head.status.as_u16(), name: name.to_owned(), details, headers: head.headers }
}

/// Problems with the same status.
fn failure(described: &[Described]) -> Value {
    let descriptions: Vec<&str> =
        described.iter().filter_map(|described| explanation(&described.name)).collect();
    let examples = |value: fn(&Described) -> Value| {
        let example = |described: &Described| {
            (
                described.name.clone(),
                json!({"summary": described.details["title"], "value": value(described)}),
            )
        };
        Value::Object(described.iter().map(example).collect())
    };
    let mut names: Vec<&str> =
        described.iter().flat_map(|described| headers::named(&described.headers)).collect();
    names.retain(|name| described.iter().all(|described| described.headers.contains_key(*name)));
    json!({
        "description": descriptions.join(" Or: "),
        "headers": headers::references(&names),
        "content": {
            "text/plain": {
                "schema": {"type": "string"}, "examples": examples(|described| described.details["detail"].clone()),
            },
            "application/problem+json": {
                "schema": shapes::reference("Problem"), "examples": examples(|described| described.details.clone()),
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
        "TargetTooLong": failure(Problem::TargetTooLong { max_bytes: TARGET_MAX_BYTES }),
        "HeadTooLarge": failure(Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES }),
    })
}

/// The response to `OPTIONS`.
pub(super) fn options(allow: &str) -> Value {
    let mut described = headers::references(&[]);
    let response: http::Response<()> = crate::http::response::cors::options("");
    for (name, value) in response.headers() {
        let value = value.to_str().unwrap_or_default();
        let example = if *name == ALLOW { allow } else { value };
        described[headers::title_case(name.as_str())] =
            json!({"schema": {"type": "string"}, "example": example});
    }
    json!({"description": "The path's methods, and what pages of other origins may send", "headers": described})
}
