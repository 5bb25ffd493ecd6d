//! An operation as OpenAPI describes it, from the facts of its row in the table. Deliberately
//! absent: its own words, which stand next to its function.

use serde_json::{Value, json};

use super::settings::Settings;
use super::{bodies, examples, parameters, responses};
use crate::http::operation::{Operation, Purpose, Variables, allow};
use crate::http::request::caller::Role;
use crate::http::response::cors::CorsOrigins;
use crate::http::response::problem::Problem;

/// Title, version and what holds everywhere.
pub(super) fn info(settings: &Settings<'_>) -> Value {
    json!({
        "title": "atelier",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "The questions and answers of a shop's product pages",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        "description": format!(
            "Shoppers ask and answer questions about a product, vote answers helpful and report bad ones.\n\n\
             - There are no accounts: nothing needs a key, and `Authorization` is ignored.\n\
             - Unknown parameters and unknown JSON members are ignored.\n\
             - Ids are integers from 1 to 2^53-1, which JavaScript reads exactly.\n\
             - Texts are returned as they were sent: escape them when you put them into a page.\n\
             - A list that is requested after the response to a write shows that write.\n\
             - A question or answer that is sent again, with the same `Idempotency-Key` or soon after, is added once.\n\
             - Errors are one line of text, or problem details (RFC 9457) for a client whose `Accept` names \
             `application/json` or `application/problem+json`.\n\
             - Requests are checked in this order: path (404), method (405), rate (429; a known `Idempotency-Key` passes), \
             `Idempotency-Key` (400), content type and encoding (415), size \
             (413), JSON (400), unknown question or answer (404), fields (422), a key that is taken (422). A request that is no HTTP at all gets \
             400, one whose head is too long 414 or 431, without a body.\n\
             - Every response may be read by pages of {}.",
            match settings.http.cors_origins {
                CorsOrigins::Any => "any origin",
                CorsOrigins::Listed(_) => "the origins that the operator lists",
            }
        ),
    })
}

/// The groups that operations are in.
pub(super) fn tags() -> Value {
    json!([
        {"name": "questions", "description": "What shoppers ask about a product"},
        {"name": "answers", "description": "The answers to them"},
        {"name": "service", "description": "The service itself"},
    ])
}

/// An operation as OpenAPI describes it.
pub(super) fn operation(operation: &Operation, settings: &Settings<'_>) -> Value {
    let about = operation.about;
    let nested = settings.service.max_nested_answers.to_string();
    let mut described = json!({
        "operationId": about.id,
        "tags": [about.tag],
        "summary": about.summary,
        "description": about.description.replace("{max_nested_answers}", &nested),
        "responses": responses::all(operation, &problems(operation, settings), settings),
        "parameters": parameters::of(operation),
        "security": match operation.who {
            Role::Anyone => json!([]),
        },
    });
    if let Some(body) = &about.body {
        described["requestBody"] = bodies::described(body, settings);
    }
    described
}

/// `OPTIONS` on the path of an operation.
pub(super) fn options(first: &Operation, settings: &Settings<'_>) -> Value {
    let mut described = json!({
        "operationId": format!("{}Options", first.about.id),
        "tags": [first.about.tag],
        "summary": "Which methods the path has",
        "description": "Also for preflights of pages of other origins. The path's ids are not checked.",
        "responses": {"204": responses::options(&allow(settings.operations, first.path))},
    });
    // Any segment will do, so the parameters are less strict than those of the other methods.
    let segment = |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let segments: Vec<Value> = first.variables().map(segment).collect();
    if !segments.is_empty() {
        described["parameters"] = json!(segments);
    }
    described
}

/// The problems of an operation.
fn problems(operation: &Operation, settings: &Settings<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(operation.check_ids(&Variables::default()).err());
    problems.extend(examples::too_many(operation, settings));
    if let Some(body) = &operation.about.body {
        problems.extend(examples::bad_submissions(body, settings));
    }
    problems.extend_from_slice(operation.about.problems);
    if operation.purpose != Purpose::Service {
        problems.extend([Problem::Overloaded, Problem::Unavailable]);
    }
    problems
}
