//! The parameters in paths and query strings, and the headers of requests. Deliberately absent: how
//! they are read (`request`).

use serde_json::{Value, json};

use super::schemas;
use super::settings::Settings;
use super::shapes;
use crate::domain::{DEFAULT_PAGE_SIZE, MAX_ID};
use crate::http::operation::Operation;

/// Those that operations refer to.
pub(super) fn all(settings: &Settings<'_>) -> Value {
    let max_page_size = settings.service.max_page_size;
    json!({
        "product_id": {
            "name": "product_id", "in": "query", "required": true, "example": 5,
            "description": "The product, in decimal digits. Of a repeated parameter the first counts, here and elsewhere.",
            "schema": shapes::id(),
        },
        "question_id": {
            "name": "question_id", "in": "path", "required": true, "example": 37,
            "description": "The question, in decimal digits.",
            "schema": shapes::id(),
        },
        "answer_id": {
            "name": "answer_id", "in": "path", "required": true, "example": 68,
            "description": "The answer, in decimal digits.",
            "schema": shapes::id(),
        },
        "name": problem_name(),
        "page": number("page", 1, MAX_ID, "Which page, from 1 on."),
        "count": number(
            "count", DEFAULT_PAGE_SIZE.into(), max_page_size.into(), "The most rows of a page.",
        ),
        "Idempotency-Key": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "example": "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
            "description": "A random text for this submission alone. Sent again with the same fields within 24 hours, it \
                            gets the same response; with other fields it is refused. With or without quotes.",
            "schema": {
                "type": "string",
                "pattern": r#"^([!#-+\--:<-~]{1,255}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#,
            },
        },
        "If-None-Match": {
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The `ETag` of a list that the client has, or several: 304 while it is the same.",
            "schema": {"type": "string"},
        },
        "X-Request-Id": {
            "name": "X-Request-Id", "in": "header", "required": false,
            "description": "Comes back with the response. Others than described are ignored.",
            "schema": {
                "anyOf": [
                    {"type": "string", "pattern": "^[A-Za-z0-9_.~:+/=@-]{1,128}$"},
                    {"type": "string", "description": "Anything else, which is ignored"},
                ],
            },
        },
    })
}

/// A number that is never refused: the default if it cannot be read, the largest if it is too
/// large.
fn number(name: &str, default: u64, maximum: u64, what: &str) -> Value {
    json!({
        "name": name, "in": "query", "required": false,
        "description": format!(
            "{what} Anything but a number of at least 1 is the default, {default}; a fraction is cut off; more than \
             {maximum} is {maximum}."
        ),
        "schema": {
            "default": default,
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": maximum},
                {"type": "string", "description": "Anything else, which is read as described above"},
            ],
        },
    })
}

/// The parameters of an operation.
pub(super) fn of(operation: &Operation) -> Vec<Value> {
    let names =
        operation.variables().chain(operation.about.parameters.iter().copied()).chain(["X-Request-Id"]);
    names.map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect()
}

/// A path with the examples of its variable segments.
pub(super) fn with_examples(path: &str) -> String {
    path.replace("{question_id}", "37").replace("{answer_id}", "68").replace("{name}", "invalid-fields")
}

fn problem_name() -> Value {
    json!({
        "name": "name", "in": "path", "required": true, "example": "invalid-fields",
        "description": "The last segment of the member `type` of problem details.",
        "schema": {"type": "string", "enum": schemas::PROBLEM_NAMES},
    })
}
