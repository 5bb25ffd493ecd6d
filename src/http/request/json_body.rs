//! Reads a submission in JSON. What is no JSON is 400, JSON that cannot be a submission is 422.
//! Deliberately absent: what the fields may hold (`domain`).

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::domain::{Draft, Field, NotAnArray, NotAnObject};
use crate::http::response::problem::Problem;

/// Reads a JSON object with all that is in it. Of a repeated key the last counts.
pub(crate) fn parse_object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let text = json_text(body)?;
    serde_json::from_str(text).map_err(|_| not_an_object(text))
}

/// A body that is JSON of any kind.
fn json_text(body: &[u8]) -> Result<&str, Problem> {
    let text =
        std::str::from_utf8(body).map_err(|_| Problem::Malformed("the body is not UTF-8".to_owned()))?;
    if text.trim().is_empty() {
        return Err(Problem::Malformed("the body is empty".to_owned()));
    }
    serde_json::from_str::<IgnoredAny>(text)
        .map_err(|error| Problem::Malformed(format!("the body is not JSON: {error}")))?;
    Ok(text)
}

/// Reads a submission; unknown keys are ignored, of a repeated key the last counts, as in
/// JavaScript.
pub(crate) fn parse(body: &[u8]) -> Result<Draft, Problem> {
    let text = json_text(body)?;
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| not_an_object(text))?;
    for value in members.values() {
        if has_lone_surrogate(value.get()) {
            return Err(lone_surrogate());
        }
    }
    let mut draft = Draft::default();
    for (name, value) in members {
        match name.as_str() {
            "photos" => draft.photos = photos(value.get()),
            "characteristics" => draft.characteristics = characteristics(value.get()),
            name => draft.set(name, field(value.get())),
        }
    }
    Ok(draft)
}

fn not_an_object(text: &str) -> Problem {
    if has_lone_surrogate(text) {
        return lone_surrogate();
    }
    Problem::NotAnObject("the body must be a JSON object".to_owned())
}

fn lone_surrogate() -> Problem {
    Problem::NotAnObject("the body holds half of a surrogate pair, which is no character".to_owned())
}

/// Sorts a JSON value that is known to be well-formed.
fn field(value: &str) -> Field {
    match value.as_bytes().first() {
        Some(b'"') => serde_json::from_str(value).map_or(Field::Other("an unreadable text"), Field::Text),
        Some(b'n') | None => Field::Missing,
        Some(b'{') => Field::Other("an object"),
        Some(b'[') => Field::Other("an array"),
        Some(b't') => Field::Flag(true),
        Some(b'f') => Field::Flag(false),
        Some(_) => Field::Number(value.to_owned()),
    }
}

fn photos(value: &str) -> Result<Vec<Field>, NotAnArray> {
    match field(value) {
        Field::Missing => Ok(Vec::new()),
        Field::Other("an array") => {
            let entries: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
            Ok(entries.into_iter().map(|entry| field(entry.get())).collect())
        }
        other => Err(NotAnArray(other.kind())),
    }
}

fn characteristics(value: &str) -> Result<BTreeMap<String, Field>, NotAnObject> {
    match field(value) {
        Field::Missing => Ok(BTreeMap::new()),
        Field::Other("an object") => {
            let entries: BTreeMap<String, &RawValue> = serde_json::from_str(value).unwrap_or_default();
            Ok(entries.into_iter().map(|(key, entry)| (key, field(entry.get()))).collect())
        }
        other => Err(NotAnObject(other.kind())),
    }
}

/// Whether well-formed JSON escapes half of a surrogate pair somewhere. Outside strings there is no
/// backslash.
fn has_lone_surrogate(json: &str) -> bool {
    let bytes = json.as_bytes();
    let mut position = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[position..]) {
        let escape = position + found;
        match unit(bytes, escape) {
            Some(0xD800..=0xDBFF) => {
                if !matches!(unit(bytes, escape + 6), Some(0xDC00..=0xDFFF)) {
                    return true;
                }
                position = escape + 12;
            }
            Some(0xDC00..=0xDFFF) => return true,
            Some(_) => position = escape + 6,
            None => position = escape + 2,
        }
    }
    false
}

/// The UTF-16 unit of the `\uXXXX` at a position, if there is one.
fn unit(bytes: &[u8], position: usize) -> Option<u16> {
    let escape = bytes.get(position..position + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
