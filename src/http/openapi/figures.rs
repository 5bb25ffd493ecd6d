//! The schema of `/status.json`, member by member. Deliberately absent: the figures themselves
//! (`first_page::Status`).

use serde_json::{Value, json};

use super::settings::Settings;
use super::shapes::{object, reference};
use crate::http::watch::history::{MAX_STEPS, STEP};

/// Adds the shapes to those that have names.
pub(super) fn describe(schemas: &mut Value, settings: &Settings<'_>) {
    // One more, for what leads to no operation.
    schemas["Status"] = status(settings.operations.len() + 1);
    schemas["Series"] = series();
    schemas["RouteFigures"] = route();
}

fn count(what: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": what})
}

/// A time within which a share of requests had its response.
fn time(what: &str) -> Value {
    json!({"type": ["number", "null"], "exclusiveMinimum": 0, "description": what})
}

/// A number for each step.
fn steps(item: &Value, what: &str) -> Value {
    json!({"type": "array", "maxItems": MAX_STEPS, "items": item, "description": what})
}

fn status(routes: usize) -> Value {
    object(&json!({
        "version": {"type": "string"},
        "store": {"type": "string", "description": "The kind of store", "example": "SQLite"},
        "state": {
            "type": "string", "description": "`ready`, or why `/readyz` says that it is not", "example": "ready",
        },
        "receives_changes": {
            "type": "boolean",
            "description": "Whether changes by other processes are received; always true with SQLite",
        },
        "uptime_s": count("Seconds since the start"),
        "connections": object(&json!({
            "open": count("Open connections"),
            "max": count("Most open connections"),
        })),
        "memory": object(&json!({
            "products": count("Products in memory"),
            "questions": count("Their questions, hidden ones left out"),
            "answers": count("Their answers, hidden ones left out"),
            "bytes": count("Bytes of memory that they use"),
            "max_bytes": count("Most bytes of memory that they may use"),
        })),
        "last_minutes": object(&json!({
            "step_s": {"type": "integer", "const": STEP.as_secs(), "description": "Seconds of a step"},
            "lists": reference("Series"),
            "writes": reference("Series"),
        })),
        "routes": {
            "type": "array",
            "description": "Requests since the start. The last entry, `none`, has those without an operation",
            "minItems": routes, "maxItems": routes,
            "items": reference("RouteFigures"),
        },
    }))
}

fn series() -> Value {
    let rate = json!({"type": "number", "minimum": 0});
    let each = json!({"type": ["number", "null"], "exclusiveMinimum": 0});
    object(&json!({
        "answered": count("Requests in all steps"),
        "failed": count("Those with a status of 500 or more"),
        "p50_s": time("Half of all took at most so many seconds, 5 if more; a bound of the histogram"),
        "p99_s": time("99 % of all took at most so many seconds, 5 if more; a bound of the histogram"),
        "per_second": steps(&rate, "Requests per second in each step, the latest last"),
        "each_p50_s": steps(&each, "The same as `p50_s` of each step"),
        "each_p99_s": steps(&each, "The same as `p99_s` of each step"),
    }))
}

fn route() -> Value {
    object(&json!({
        "route": {"type": "string", "description": "Its name in metrics", "example": "list_questions"},
        "method": {"type": ["string", "null"], "example": "GET"},
        "path": {"type": ["string", "null"], "example": "/qa/questions/{question_id}/answers"},
        "answered": count("Requests that had a response of any status"),
        "refused": count("Those with a status of 400 to 499"),
        "failed": count("Those with a status of 500 or more"),
        "p50_s": time("Half of them took at most so many seconds, 5 if more; a bound of the histogram"),
        "p99_s": time("99 % of them took at most so many seconds, 5 if more; a bound of the histogram"),
    }))
}
