//! Reads a submission's body: its type, its encoding, its size, then JSON or a form into a
//! [`Draft`]. The bytes come from `connection`; what the fields may hold is checked in `domain`.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::request::Parts as Head;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::json_body;
use crate::domain::{Draft, Field, NotAnObject};
use crate::http::response::problem::Problem;

/// How long a body may take to arrive.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

const JSON_TYPE: &str = "application/json";
const TEXT_TYPE: &str = "text/plain";

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Form,
}

/// A request's body.
pub(crate) enum Payload {
    /// All of it.
    Whole(Bytes),
    /// It is larger than any may be, and was not read.
    TooLarge,
}

/// Reads a submission. Checks its type, its encoding, its size and its form in this order.
pub(crate) fn read_draft(head: &Head, body: &mut Payload, max_bytes: usize) -> Result<Draft, Problem> {
    let format = format(&head.headers)?;
    let body = take(head, body, max_bytes)?;
    match format {
        Format::Json => json_body::parse(&body),
        Format::Form => parse_form(&body),
    }
}

/// Reads a JSON object that is no submission, with the same checks in the same order.
pub(crate) fn read_object(
    head: &Head,
    body: &mut Payload,
    max_bytes: usize,
) -> Result<Map<String, Value>, Problem> {
    require_type(head, JSON_TYPE)?;
    json_body::parse_object(&take(head, body, max_bytes)?)
}

/// Reads plain text in UTF-8, with the same checks in the same order. It may be empty.
pub(crate) fn read_text(head: &Head, body: &mut Payload, max_bytes: usize) -> Result<String, Problem> {
    require_type(head, TEXT_TYPE)?;
    let bytes = take(head, body, max_bytes)?;
    String::from_utf8(bytes.into()).map_err(|_| Problem::Malformed("the body is not UTF-8".to_owned()))
}

fn require_type(head: &Head, wanted: &'static str) -> Result<(), Problem> {
    let is_it = media_type(&head.headers).eq_ignore_ascii_case(wanted);
    if is_it { Ok(()) } else { Err(Problem::OtherContentType { wanted }) }
}

/// Takes the bytes of a body that is neither compressed nor too large.
fn take(head: &Head, body: &mut Payload, max_bytes: usize) -> Result<Bytes, Problem> {
    refuse_encoding(&head.headers)?;
    match body {
        Payload::Whole(body) if body.len() <= max_bytes => Ok(std::mem::take(body)),
        Payload::Whole(_) | Payload::TooLarge => Err(Problem::BodyTooLarge { max_bytes }),
    }
}

/// The content type without its parameters; empty when there is none.
fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim()
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let media_type = media_type(headers);
    if media_type.eq_ignore_ascii_case(JSON_TYPE) {
        Ok(Format::Json)
    } else if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Format::Form)
    } else {
        Err(Problem::WrongContentType)
    }
}

/// Refuses a body that is compressed: nothing here decompresses it.
fn refuse_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let is_plain = |value: &HeaderValue| {
        let value = value.as_bytes().trim_ascii();
        value.is_empty() || value.eq_ignore_ascii_case(b"identity")
    };
    if values.all(is_plain) { Ok(()) } else { Err(Problem::EncodedBody) }
}

/// Reads `application/x-www-form-urlencoded`. Of a repeated field the first counts; photos are
/// fields named `photos` or `photos[]`, as many as there are, and a characteristic is a field named
/// like `characteristics[14]`.
pub(crate) fn parse_form(body: &[u8]) -> Result<Draft, Problem> {
    let malformed = || Problem::Malformed("the form is not UTF-8".to_owned());
    let body = std::str::from_utf8(body).map_err(|_| malformed())?;
    let mut draft = Draft::default();
    let mut photos = Vec::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().map(String::from).map_err(|_| malformed())
        };
        let value = decode(value)?;
        match decode(name)?.as_str() {
            "photos" | "photos[]" => photos.push(Field::Text(value)),
            "characteristics" if value.trim().is_empty() => {}
            "characteristics" => draft.characteristics = Err(NotAnObject("a text")),
            name => match (characteristic(name), &mut draft.characteristics) {
                (Some(key), Ok(rated)) => {
                    rated.entry(key.to_owned()).or_insert(Field::Text(value));
                }
                (Some(_), Err(_)) => {}
                (None, _) => draft.set(name, Field::Text(value)),
            },
        }
    }
    draft.photos = Ok(photos);
    Ok(draft)
}

/// What is between the brackets of a field's name such as `characteristics[14]`.
fn characteristic(name: &str) -> Option<&str> {
    name.strip_prefix("characteristics[")?.strip_suffix(']')
}
