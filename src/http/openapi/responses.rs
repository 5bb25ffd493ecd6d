//! Answers: successes by operation, problems by what `error` makes of them, and the headers of both.

use std::collections::BTreeMap;

use http::header::{ACCEPT, ALLOW, HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::{Map, Value, json};

use super::super::dispatch::kind_of_write;
use super::super::error::{Problem, explanation};
use super::super::routes::Operation;
use super::{Settings, examples, schemas};

/// The headers that answers refer to.
pub(super) fn headers() -> Value {
    let header = |description: &str, schema: Value, example: Value| json!({"description": description, "schema": schema, "example": example});
    let text = || json!({"type": "string"});
    json!({
        "Access-Control-Allow-Origin": header(
            "Whose pages may read the answer: any, or the one that asked if the operator lists it", text(), json!("*")
        ),
        "Access-Control-Expose-Headers": header(
            "Which headers those pages may read", text(), json!("Location, Retry-After")
        ),
        "Allow": header("The methods of the path", text(), json!("GET, HEAD, POST, OPTIONS")),
        "Location": header(
            "Where the new row is listed", json!({"type": "string", "format": "uri-reference"}),
            json!("/qa/questions/37/answers"),
        ),
        "Retry-After": header(
            "Try again after this many seconds", json!({"type": "integer", "minimum": 0}), json!(1)
        ),
        "RateLimit-Policy": header(
            "How many writes of this kind a client may send in how many seconds", text(), json!("\"votes\";q=600;w=3600")
        ),
        "RateLimit": header(
            "How many are left, and in how many seconds all are there again", text(), json!("\"votes\";r=599;t=6")
        ),
    })
}

fn header_references(names: &[&str]) -> Value {
    let every = ["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"];
    let named = every.iter().chain(names);
    named
        .map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")})))
        .collect::<Map<String, Value>>()
        .into()
}

/// All answers of an operation, by status.
pub(super) fn all(operation: Operation, problems: &[Problem], settings: &Settings<'_>) -> Value {
    let mut responses = Map::new();
    let (status, success) = success(operation, settings);
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
    let kind = kind_of_write(operation);
    let allowance = kind.and_then(|kind| schemas::allowance(kind, settings));
    let mut names = if allowance.is_some() { vec!["RateLimit-Policy", "RateLimit"] } else { Vec::new() };
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
        Operation::BrowseApi => ("200", "A page for people", content("text/html", plain)),
    };
    if status == "201" {
        names.push("Location");
    }
    let description = match allowance {
        Some(allowance) => format!("{what}. {allowance}"),
        None => what.to_owned(),
    };
    let mut response = json!({"description": description, "headers": header_references(&names)});
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
        Operation::ExplainProblem | Operation::DescribeApi | Operation::BrowseApi => "/nothing".to_owned(),
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
    let mut names = Vec::new();
    if told.iter().all(|told| told.headers.contains_key(RETRY_AFTER)) {
        names.push("Retry-After");
    }
    if told.iter().all(|told| told.headers.contains_key("ratelimit")) {
        names.extend(["RateLimit-Policy", "RateLimit"]);
    }
    if told.iter().all(|told| told.headers.contains_key(ALLOW)) {
        names.push("Allow");
    }
    json!({
        "description": descriptions.join(" Or: "),
        "headers": header_references(&names),
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
    json!({"UnknownPath": told(Problem::UnknownPath), "WrongMethod": told(Problem::WrongMethod { allow })})
}

/// The answer to `OPTIONS`.
pub(super) fn options(allow: &str) -> Value {
    let mut headers = header_references(&[]);
    let response: http::Response<()> = super::super::middleware::options("");
    for (name, value) in response.headers() {
        let value = value.to_str().unwrap_or_default();
        let example = if *name == ALLOW { allow } else { value };
        headers[title_case(name.as_str())] = json!({"schema": {"type": "string"}, "example": example});
    }
    json!({"description": "The path's methods, and what pages of other origins may send", "headers": headers})
}

/// A header's name as people write it.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<Vec<String>>().join("-")
}
