//! Valid submissions, and helpers that change one member of them.

use serde_json::{Value, json};

use crate::support::{EMAIL, Shop};

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The routes of a shop with ids that need not exist.
pub(crate) const ROUTES: [(&str, &str); 20] = [
    ("GET", "/qa/questions"),
    ("POST", "/qa/questions"),
    ("GET", "/qa/questions/1/answers"),
    ("POST", "/qa/questions/1/answers"),
    ("PUT", "/qa/questions/1/helpful"),
    ("PUT", "/qa/questions/1/report"),
    ("PUT", "/qa/answers/1/helpful"),
    ("PUT", "/qa/answers/1/report"),
    ("GET", "/products"),
    ("GET", "/products/1"),
    ("GET", "/products/1/styles"),
    ("GET", "/products/1/related"),
    ("GET", "/reviews"),
    ("GET", "/reviews/meta"),
    ("POST", "/reviews"),
    ("PUT", "/reviews/1/helpful"),
    ("PUT", "/reviews/1/report"),
    ("GET", "/cart"),
    ("POST", "/cart"),
    ("POST", "/interactions"),
];

/// A good question about product 5.
pub(crate) fn question_draft() -> Value {
    json!({"body": "Does it run?", "name": "ann", "email": EMAIL, "product_id": 5})
}

/// A good review of product 1.
pub(crate) fn review_draft() -> Value {
    json!({
        "product_id": 1, "rating": 3, "summary": "So so", "body": "It runs.", "recommend": true, "name": "ann",
        "email": EMAIL, "photos": [], "characteristics": {},
    })
}

/// A good answer.
pub(crate) fn answer_draft() -> Value {
    json!({"body": "Like a clock.", "name": "bob", "email": EMAIL, "photos": []})
}

/// The draft with one member set.
pub(crate) fn with(mut draft: Value, key: &str, value: impl Into<Value>) -> Value {
    draft[key] = value.into();
    draft
}

/// The draft with one member left out.
pub(crate) fn without(mut draft: Value, key: &str) -> Value {
    draft.as_object_mut().expect("a draft is an object").remove(key);
    draft
}

/// A JSON draft of exactly this many bytes: a member that nobody knows fills it up.
pub(crate) fn of_bytes(draft: Value, bytes: usize) -> String {
    let short = with(draft.clone(), "padding", "").to_string().len();
    with(draft, "padding", "x".repeat(bytes - short)).to_string()
}

/// Posts a draft that must be refused. Returns the refused fields as JSON Pointers.
pub(crate) fn refused_fields(shop: &Shop, path: &str, draft: &Value) -> Vec<String> {
    let response = shop.request("POST", path).accept("application/json").json(draft).send();
    assert_eq!(response.status, 422, "{draft}: {response:?}");
    let errors = response.json()["errors"].as_array().expect("bad fields are listed").clone();
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
}
