//! What is sent with a new question or answer: the same fields as JSON and as a form, each with an example that a test
//! sends through the code that reads it.

use serde_json::{Value, json};

use super::super::routes::Operation;
use super::{Settings, schemas};

/// The body of an operation that has one.
pub(super) fn of(operation: Operation, settings: &Settings<'_>) -> Option<Value> {
    let (json_schema, form_schema, example) = match operation {
        Operation::AddQuestion => ("NewQuestion", "NewQuestionForm", question_example()),
        Operation::AddAnswer => ("NewAnswer", "NewAnswerForm", answer_example()),
        _ => return None,
    };
    let mut form_example = example.clone();
    if let Some(product_id) = form_example.get_mut("product_id") {
        *product_id = json!(product_id.to_string());
    }
    Some(json!({
        "required": true,
        "description": format!("At most {} bytes.", settings.http.max_body_bytes),
        "content": {
            "application/json": {"schema": schemas::reference(json_schema), "example": example},
            "application/x-www-form-urlencoded": {
                "schema": schemas::reference(form_schema),
                "example": form_example,
                "encoding": {"photos": {"style": "form", "explode": true}},
            },
        },
    }))
}

pub(super) fn question_example() -> Value {
    json!({
        "product_id": 5,
        "body": "Does it come in pale pink?",
        "name": "Grace",
        "email": "grace@example.com",
    })
}

pub(super) fn answer_example() -> Value {
    json!({
        "body": "Pale pink, like the rest.",
        "name": "Ada",
        "email": "ada@example.com",
        "photos": ["https://example.com/pale-pink.jpg"],
    })
}
