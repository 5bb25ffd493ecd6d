//! Parts of schemas: ids, references and objects. Deliberately absent: the schemas (`schemas`).

use serde_json::{Value, json};

use crate::domain::MAX_ID;

/// An id, as a number.
pub(super) fn id() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_ID})
}

/// Where a named shape is.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object that always has these members and no others.
pub(super) fn object(members: &Value) -> Value {
    let required: Vec<&String> = members.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    json!({"type": "object", "required": required, "properties": members, "additionalProperties": false})
}
