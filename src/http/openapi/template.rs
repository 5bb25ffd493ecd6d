//! The words and shapes of the document, which are data (`document.json`, `operations.json`), with
//! the settings in force filled in. Deliberately absent: what follows from the table of operations.

use serde_json::{Map, Value, json};

use super::described::Settings;
use super::{lists, moderation};
use crate::domain::{DEFAULT_PAGE_SIZE, MAX_ID, MAX_PIECES, Reason};
use crate::http::response::caching;
use crate::http::response::cors::{self, CorsOrigins};
use crate::http::response::encoding::Encoding;
use crate::http::response::problem;
use crate::http::watch::history::{MAX_STEPS, STEP};

const DOCUMENT: &str = include_str!("document.json");
const OPERATIONS: &str = include_str!("operations.json");

/// The document without its paths, and its operations by name.
pub(super) fn filled(settings: &Settings<'_>) -> (Value, Value) {
    let read = |text| serde_json::from_str(text).expect("a test reads it");
    let mut values = values(settings);
    let mut document: Value = read(DOCUMENT);
    // Parts hold texts, and the rest holds parts.
    for section in ["texts", "parts"] {
        let Value::Object(section) = fill(document[section].take(), &values) else { continue };
        values.extend(section);
    }
    let document = fill(document, &values);
    (document, fill(read(OPERATIONS), &values))
}

/// Puts values in the places that name them: `{{name}}` alone becomes the value, and within a text
/// the value's text.
fn fill(template: Value, values: &Map<String, Value>) -> Value {
    match template {
        Value::String(text) => fill_text(text, values),
        Value::Array(entries) => entries.into_iter().map(|entry| fill(entry, values)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, fill(member, values))).collect()
        }
        other => other,
    }
}

fn fill_text(mut text: String, values: &Map<String, Value>) -> Value {
    if let Some(value) = text.strip_prefix("{{").and_then(|name| values.get(name.strip_suffix("}}")?)) {
        return value.clone();
    }
    if !text.contains("{{") {
        return text.into();
    }
    for (name, value) in values {
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = text.replace(&format!("{{{{{name}}}}}"), &written);
    }
    text.into()
}

/// The values, by the names that the templates use.
fn values(settings: &Settings<'_>) -> Map<String, Value> {
    let Settings { http, service, operations } = settings;
    let (limits, prefix) = (&service.submission, &http.path_prefix);
    let problem_names: Vec<&str> = problem::kinds().map(|kind| kind.name.as_str()).collect();
    let problem_type = |name: &&str| format!("{prefix}/problems/{name}");
    let readers = match http.cors_origins {
        CorsOrigins::Any => "any origin",
        CorsOrigins::Listed(_) => "the origins that the operator lists",
    };
    let values = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "url": if prefix.is_empty() { "/" } else { prefix.as_str() },
        "readers": readers,
        "max_id": MAX_ID,
        "default_page_size": DEFAULT_PAGE_SIZE,
        "max_page_size": service.max_page_size,
        "max_nested_answers": service.max_nested_answers,
        "max_body_bytes": http.max_body_bytes,
        "body_max_chars": limits.body_max_chars,
        "summary_max_chars": limits.summary_max_chars,
        "max_pieces": MAX_PIECES,
        "campus": service.campus,
        "name_max_chars": limits.name_max_chars,
        "email_max_chars": limits.email_max_chars,
        "photos_max": limits.photos_max,
        "photo_url_max_chars": limits.photo_url_max_chars,
        "too_long_photo_url_chars": limits.photo_url_max_chars + 1,
        // One more, for what leads to no operation.
        "routes": operations.len() + 1,
        "step_s": STEP.as_secs(),
        "max_steps": MAX_STEPS,
        "problem_types": problem_names.iter().map(problem_type).collect::<Vec<String>>(),
        "problem_names": problem_names,
        "reasons": Reason::ALL.iter().filter(|reason| reason.is_of_people()).map(|reason| reason.name()).collect::<Vec<_>>(),
        "exposed_headers": cors::EXPOSED,
        "encodings": Encoding::ALL.map(Encoding::name),
        "lists_kept": caching::of_lists(http.shared_cache_s).to_str().unwrap_or_default(),
        "question_list": lists::question_list(service),
        "answer_list": lists::answer_list(service),
    });
    let (Value::Object(mut values), Value::Object(of_moderators)) = (values, moderation::values()) else {
        return Map::new();
    };
    values.extend(of_moderators);
    values
}
