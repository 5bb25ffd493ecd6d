//! Answers: successes by operation, problems by what `error` makes of them, and the headers of both.

use std::collections::BTreeMap;

use http::header::{ACCEPT, ALLOW, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::super::routes::Operation;
use super::{Settings, examples, headers, schemas};
use crate::http::request::head_limits::{HEAD_MAX_BYTES, MAX_FIELDS, TARGET_MAX_BYTES};
use crate::http::response::problem::{Problem, explanation};

/// All answers of an operation, by status.
pub(super) fn all(operation: Operation, problems: &[Problem], settings: &Settings<'_>) -> Value {
    let mut responses = Map::new();
    let (status, success) = success(operation, settings);
    if matches!(operation, Operation::ListQuestions | Operation::ListAnswers) {
        let names = ["Cache-Control", "ETag", "Vary"];
        let described =
            json!({"description": "The list is as it was", "headers": headers::references(&names)});
        responses.insert("304".to_owned(), described);
    }
    responses.insert(status.to_owned(), success);
    let mut by_status: BTreeMap<u16, Vec<Told>> = BTreeMap::new();
    for told in problems.iter().map(|problem| tell(problem.clone(), operation, settings)) {
        by_status.entry(told.status).or_default().push(told);
    }
    for (status, told) in by_status {
        responses.insert(status.to_string(), failure(&told));
    }
    Value::Object(responses)
}

/// How an operation succeeds.
fn success(operation: Operation, settings: &Settings<'_>) -> (&'static str, Value) {
    let kind = operation.counts_as();
    let allowance = kind.and_then(|kind| schemas::allowance(kind, settings));
    let mut names = vec!["Cache-Control"];
    if allowance.is_some() {
        names.extend(["RateLimit-Policy", "RateLimit"]);
    }
    if matches!(operation, Operation::ListQuestions | Operation::ListAnswers) {
        names.extend(["Content-Encoding", "ETag", "Vary"]);
    }
    let content = |media_type: &str, schema: Value| json!({media_type: {"schema": schema}});
    let plain = json!({"type": "string"});
    let (status, what, content) = match operation {
        Operation::ListQuestions => ("200", "A page of questions", page(operation, "QuestionList", settings)),
        Operation::ListAnswers => ("200", "A page of answers", page(operation, "AnswerList", settings)),
        Operation::AddQuestion => ("201", "The question is kept", added(operation, "QuestionAdded")),
        Operation::AddAnswer => ("201", "The answer is kept", added(operation, "AnswerAdded")),
        Operation::VoteQuestion | Operation::VoteAnswer => ("204", "The vote is kept", Value::Null),
        Operation::ReportQuestion | Operation::ReportAnswer => ("204", "It is hidden", Value::Null),
        Operation::ExplainProblem => ("200", "A sentence or two", content("text/plain", plain)),
        Operation::DescribeApi => {
            ("200", "An OpenAPI document", content("application/json", json!({"type": "object"})))
        }
        Operation::Livez => ("200", "It runs", content("text/plain", plain)),
        Operation::Readyz => ("200", "It is ready", content("text/plain", plain)),
        Operation::BrowseApi | Operation::FirstPage => {
            ("200", "A page for people", content("text/html", plain))
        }
        Operation::Status => {
            ("200", "The figures of this moment", content("application/json", schemas::reference("Status")))
        }
    };
    if status == "201" {
        names.push("Location");
    }
    let description = match allowance {
        Some(allowance) => format!("{what}. {allowance}"),
        None => what.to_owned(),
    };
    let mut response = json!({"description": description, "headers": headers::references(&names)});
    if !content.is_null() {
        response["content"] = content;
    }
    if status == "201" {
        response["links"] = links(operation);
    }
    (status, response)
}

fn page(operation: Operation, schema: &str, settings: &Settings<'_>) -> Value {
    let example = examples::page(operation, settings);
    json!({"application/json": {"schema": schemas::reference(schema), "example": example}})
}

fn added(operation: Operation, schema: &str) -> Value {
    json!({"application/json": {"schema": schemas::reference(schema), "example": examples::added(operation)}})
}

/// What may be done with the new row.
fn links(operation: Operation) -> Value {
    let (id, targets): (_, &[&str]) = match operation {
        Operation::AddAnswer => ("answer_id", &["voteAnswer", "reportAnswer"]),
        _ => ("question_id", &["listAnswers", "addAnswer", "voteQuestion", "reportQuestion"]),
    };
    let link = |target: &&str| {
        let parameters = json!({id: format!("$response.body#/{id}")});
        ((*target).to_owned(), json!({"operationId": target, "parameters": parameters}))
    };
    Value::Object(targets.iter().map(link).collect())
}

/// A problem as a client hears it.
struct Told {
    status: u16,
    name: String,
    details: Value,
    headers: HeaderMap,
}

/// Has `error` write a problem as it does for a client that asks for JSON.
fn tell(problem: Problem, operation: Operation, settings: &Settings<'_>) -> Told {
    let mut request = HeaderMap::new();
    request.insert(ACCEPT, HeaderValue::from_static("application/problem+json"));
    let prefix = &settings.http.path_prefix;
    let path = match operation {
        Operation::ListQuestions | Operation::AddQuestion => "/qa/questions".to_owned(),
        Operation::ListAnswers | Operation::AddAnswer => "/qa/questions/37/answers".to_owned(),
        Operation::VoteQuestion => "/qa/questions/37/helpful".to_owned(),
        Operation::ReportQuestion => "/qa/questions/37/report".to_owned(),
        Operation::VoteAnswer => "/qa/answers/68/helpful".to_owned(),
        Operation::ReportAnswer => "/qa/answers/68/report".to_owned(),
        Operation::Readyz => "/readyz".to_owned(),
        Operation::ExplainProblem
        | Operation::DescribeApi
        | Operation::BrowseApi
        | Operation::Livez
        | Operation::FirstPage
        | Operation::Status => "/nothing".to_owned(),
    };
    let response = problem.into_response(&request, &format!("{prefix}{path}"), prefix);
    let (head, body) = response.into_parts();
    let details: Value = serde_json::from_slice(&body).expect("problem details are JSON");
    let name = details["type"].as_str().and_then(|address| address.rsplit('/').next()).unwrap_or_default();
    Told { status: head.status.as_u16(), name: name.to_owned(), details, headers: head.headers }
}

/// Problems with the same status.
fn failure(told: &[Told]) -> Value {
    let descriptions: Vec<&str> = told.iter().filter_map(|told| explanation(&told.name)).collect();
    let examples = |value: fn(&Told) -> Value| {
        let example = |told: &Told| {
            (told.name.clone(), json!({"summary": told.details["title"], "value": value(told)}))
        };
        Value::Object(told.iter().map(example).collect())
    };
    let mut names: Vec<&str> = told.iter().flat_map(|told| headers::named(&told.headers)).collect();
    names.retain(|name| told.iter().all(|told| told.headers.contains_key(*name)));
    json!({
        "description": descriptions.join(" Or: "),
        "headers": headers::references(&names),
        "content": {
            "text/plain": {
                "schema": {"type": "string"}, "examples": examples(|told| told.details["detail"].clone()),
            },
            "application/problem+json": {
                "schema": schemas::reference("Problem"), "examples": examples(|told| told.details.clone()),
            },
        },
    })
}

/// What is answered where no operation is found.
pub(super) fn of_unknown_paths_and_methods(settings: &Settings<'_>) -> Value {
    let allow = "GET, HEAD, POST, OPTIONS";
    let told = |problem| failure(&[tell(problem, Operation::ExplainProblem, settings)]);
    json!({
        "UnknownPath": told(Problem::UnknownPath),
        "WrongMethod": told(Problem::WrongMethod { allow }),
        "MalformedRequest": told(Problem::MalformedRequest("there must be one Host")),
        "TargetTooLong": told(Problem::TargetTooLong { max_bytes: TARGET_MAX_BYTES }),
        "HeadTooLarge": told(Problem::HeadTooLarge { max_fields: MAX_FIELDS, max_bytes: HEAD_MAX_BYTES }),
    })
}

/// The answer to `OPTIONS`.
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
