//! Bodies of requests: the same fields as JSON and as a form, each with an example that a test
//! parses. Deliberately absent: the examples, which stand next to their operations.

use serde_json::{Value, json};

use super::settings::Settings;
use super::shapes;
use crate::http::operation::BodyAbout;

/// A body as OpenAPI describes it.
pub(super) fn described(body: &BodyAbout, settings: &Settings<'_>) -> Value {
    let example = (body.example)();
    let mut form_example = example.clone();
    if let Some(product_id) = form_example.get_mut("product_id") {
        *product_id = json!(product_id.to_string());
    }
    json!({
        "required": true,
        "description": format!("At most {} bytes.", settings.http.max_body_bytes),
        "content": {
            "application/json": {"schema": shapes::reference(body.schema), "example": example},
            "application/x-www-form-urlencoded": {
                "schema": shapes::reference(&format!("{}Form", body.schema)),
                "example": form_example,
                "encoding": {"photos": {"style": "form", "explode": true}},
            },
        },
    })
}
