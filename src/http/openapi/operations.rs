//! An operation as OpenAPI describes it: its own words, and what follows from its row in the table.
//! Deliberately absent: the words (`operations.json`).

use serde_json::{Value, json};

use super::described::Settings;
use super::{examples, responses};
use crate::http::operation::Operation;
use crate::http::request::caller::Role;
use crate::http::request::identity::IdentityMode;

/// An operation as OpenAPI describes it.
pub(super) fn operation(operation: &Operation, own: &Value, settings: &Settings<'_>) -> Value {
    let mut described = own.clone();
    let problems = examples::problems(operation, &described["problems"].take(), settings);
    described["responses"] = responses::all(operation, described["responses"].take(), &problems, settings);
    // Without words of its own, nothing that a client sends as its name matters.
    if described["security"].is_null() {
        described["security"] = match operation.who {
            Role::Anyone => json!([]),
            Role::Moderator | Role::Administrator => json!([{"key": []}]),
        };
    }
    if operation.counts_as().is_some() && settings.http.identity.mode != IdentityMode::Off {
        let token = json!({"$ref": "#/components/parameters/Atelier-Identity"});
        described["parameters"].as_array_mut().into_iter().for_each(|all| all.push(token.clone()));
    }
    if let Some(members) = described.as_object_mut() {
        members.remove("problems");
    }
    described
}

/// `OPTIONS` on the path of an operation, which has these methods.
pub(super) fn options(first: &Operation, own: &Value, allow: &str) -> Value {
    let mut described = json!({
        "operationId": format!("{}Options", own["operationId"].as_str().unwrap_or_default()),
        "tags": own["tags"],
        "summary": "Which methods the path has",
        "description": "Also for preflights of pages of other origins. The path's ids are not checked.",
        "responses": {"204": responses::options(allow)},
    });
    // Any segment will do, so the parameters are less strict than those of the other methods.
    let segment = |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let segments: Vec<Value> = first.variables().map(segment).collect();
    if !segments.is_empty() {
        described["parameters"] = json!(segments);
    }
    described
}
