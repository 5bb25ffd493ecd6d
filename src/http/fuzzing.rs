//! The readers of requests against models that are slow and plain: for `crate::fuzzing`.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a target says that something is wrong")]

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

pub use super::connection::direct::fuzzing::head;
use super::operation::Operation;
use super::request::body::parse_form;
use super::request::client::TrustedProxies;
use super::request::query::ListQuery;
use super::response::problem::Problem;
use super::routes::{Destination, find, operations};
use crate::domain::{
    CartItem, Draft, FIELDS, Field, FieldError, Id, Interaction, MAX_ID, NewAnswer, NewQuestion, NewReview,
    ProductId, SubmissionLimits,
};

/// A query string is read like a form, the first of a repeated parameter counts, and every page is
/// in range.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = ListQuery::parse(Some(&text));
    let first = form_urlencoded::parse(text.as_bytes()).find(|(name, _)| name == "product_id");
    let digits = first.map_or(Cow::Borrowed(""), |(_, value)| value);
    assert_eq!(read.product_id().map(Id::get).ok(), number_of(&digits), "{text:?}");
    let page = read.page(1_000);
    assert!((1..=MAX_ID).contains(&page.number()) && (1..=1_000).contains(&page.size()), "{text:?}");
}

/// An id, read without a thought of speed.
fn number_of(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let significant = digits.trim_start_matches('0');
    let number = if all_digits && significant.len() < 20 { significant.parse().ok()? } else { 0 };
    (1..=MAX_ID).contains(&number).then_some(number)
}

/// A path is found when it has the segments of a pattern, and then with the right segments.
pub fn path(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let segments: Vec<&str> = text.strip_suffix('/').unwrap_or(&text).split('/').collect();
    let operations = operations();
    let matching = |operation: &Operation| -> Option<Vec<&str>> {
        let path = operation.path.strip_suffix('/').unwrap_or(operation.path);
        let pattern: Vec<&str> = path.split('/').collect();
        let fits = |(pattern, segment): (&&str, &&str)| pattern.starts_with('{') || pattern == segment;
        (pattern.len() == segments.len() && pattern.iter().zip(&segments).all(fits)).then(|| {
            let variables = pattern.iter().zip(&segments).filter(|(pattern, _)| pattern.starts_with('{'));
            variables.map(|(_, segment)| *segment).collect()
        })
    };
    let here: Vec<_> =
        operations.iter().filter_map(|operation| Some((operation, matching(operation)?))).collect();
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS, Method::DELETE] {
        let asked = if method == Method::HEAD { Method::GET } else { method.clone() };
        let expected = here.iter().find(|(operation, _)| *operation.method == asked);
        match (find(&method, &text), expected) {
            (Destination::UnknownPath, None) => assert!(here.is_empty(), "{method} {text:?}"),
            (Destination::Found(row, variables), Some((operation, expected))) => {
                assert_eq!(
                    (row.operation.name, &variables[..expected.len()]),
                    (operation.name, &expected[..])
                );
            }
            (Destination::Options(operation), None) if method == Method::OPTIONS => {
                assert!(here.iter().any(|(other, _)| other.name == operation.name), "{text:?}");
            }
            (Destination::WrongMethod(operation, _), None) => {
                assert!(here.iter().any(|(other, _)| other.name == operation.name), "{method} {text:?}");
            }
            (found, expected) => panic!("{method} {text:?}: {found:?}, not {expected:?}"),
        }
    }
}

/// JSON is read as `serde_json` reads it into a value, where that can; the rest is refused or read
/// by its own rules.
pub fn json_body(bytes: &[u8]) {
    let read = crate::http::request::json_body::parse(bytes);
    let value: Result<Value, _> = serde_json::from_slice(bytes);
    match (&read, &value) {
        (Ok(draft), Ok(Value::Object(members))) => {
            for name in FIELDS {
                assert_same(draft.field(name), members.get(name));
            }
            match (&draft.characteristics, members.get("characteristics")) {
                (Ok(fields), Some(Value::Object(entries))) => {
                    assert_eq!(fields.len(), entries.len());
                    for (key, field) in fields {
                        assert_same(field, entries.get(key));
                    }
                }
                (Ok(fields), None | Some(Value::Null)) => assert!(fields.is_empty()),
                (Err(_), Some(Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_))) => {}
                (rated, value) => panic!("{rated:?} of {value:?}"),
            }
            match (&draft.photos, members.get("photos")) {
                (Ok(fields), Some(Value::Array(entries))) => {
                    assert_eq!(fields.len(), entries.len());
                    fields.iter().zip(entries).for_each(|(field, entry)| assert_same(field, Some(entry)));
                }
                (Ok(fields), None | Some(Value::Null)) => assert_eq!(fields, &[]),
                (Err(_), Some(Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_))) => {}
                (photos, value) => panic!("{photos:?} of {value:?}"),
            }
        }
        (Err(Problem::NotAnObject(_)), Ok(value)) => assert!(!value.is_object(), "{value}"),
        // Numbers out of range, repeated members of any kind and depth are no matter here.
        (Ok(_) | Err(Problem::NotAnObject(_) | Problem::Malformed(_)), Err(_)) => {}
        (read, value) => panic!("{read:?} of {value:?}"),
    }
    if let Ok(draft) = read {
        submission(&draft);
    }
}

fn assert_same(field: &Field, value: Option<&Value>) {
    match (field, value) {
        (Field::Missing, None | Some(Value::Null))
        | (Field::Number(_), Some(Value::Number(_)))
        | (Field::Other(_), Some(Value::Array(_) | Value::Object(_))) => {}
        (Field::Flag(flag), Some(Value::Bool(expected))) => assert_eq!(flag, expected),
        (Field::Text(text), Some(Value::String(expected))) => assert_eq!(text, expected),
        (field, value) => panic!("{field:?} of {value:?}"),
    }
}

/// A form is read as any reader of forms does, as long as all of it is UTF-8.
pub fn form_body(bytes: &[u8]) {
    let Ok(draft) = parse_form(bytes) else { return };
    let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(bytes).collect();
    for name in FIELDS {
        let first = pairs.iter().find(|(found, _)| found == name);
        let expected = first.map_or(Field::Missing, |(_, value)| Field::Text(value.to_string()));
        assert_eq!(*draft.field(name), expected, "{name}");
    }
    if let Ok(rated) = &draft.characteristics {
        for (key, field) in rated {
            let name = format!("characteristics[{key}]");
            let first = pairs.iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_string());
            assert_eq!(Some(field), first.map(Field::Text).as_ref(), "{name}");
        }
    }
    let photos = pairs.iter().filter(|(name, _)| matches!(name.as_ref(), "photos" | "photos[]"));
    let photos = photos.map(|(_, value)| Field::Text(value.to_string())).collect();
    assert_eq!(draft.photos, Ok(photos));
    submission(&draft);
}

/// What comes of a draft is within its limits, or at least one field is named.
fn submission(draft: &Draft) {
    let limits = SubmissionLimits::default();
    match NewQuestion::parse(draft, &limits) {
        Ok(question) => {
            text(question.body.as_str(), limits.body_max_chars, "\n\t");
            text(question.name.as_str(), limits.name_max_chars, "");
            text(question.email.as_str(), limits.email_max_chars, "");
            let (Field::Text(digits) | Field::Number(digits)) = draft.field("product_id") else {
                panic!("{:?}", draft.field("product_id"))
            };
            assert_eq!(ProductId::parse(digits), Ok(question.product_id));
        }
        Err(errors) => named(&errors),
    }
    match NewAnswer::parse(draft, &limits) {
        Ok(answer) => {
            assert!(answer.photos.len() <= limits.photos_max);
            for photo in &answer.photos {
                text(photo.as_str(), limits.photo_url_max_chars, "");
                assert!(!photo.as_str().contains(char::is_whitespace));
                assert!(photo.as_str().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")));
            }
        }
        Err(errors) => named(&errors),
    }
    match NewReview::parse(draft, &limits) {
        Ok(review) => {
            assert!(review.summary.as_str().chars().count() <= limits.summary_max_chars);
            let ids: Vec<u64> = review.rated.iter().map(|rated| rated.characteristic_id.get()).collect();
            assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
        }
        Err(errors) => named(&errors),
    }
    if let Err(errors) = CartItem::parse(draft) {
        named(&errors);
    }
    if let Err(errors) = Interaction::parse(draft) {
        named(&errors);
    }
}

fn text(text: &str, max_chars: usize, controls: &str) {
    assert!((1..=max_chars).contains(&text.chars().count()), "{text:?}");
    assert_eq!(text.trim(), text);
    assert!(text.chars().all(|sign| !sign.is_control() || controls.contains(sign)), "{text:?}");
}

fn named(errors: &[FieldError]) {
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|error| error.pointer.starts_with("#/") && !error.detail.is_empty()));
}

/// Any value of `Forwarded` and `X-Forwarded-For` gives a client. A peer that is no proxy is its
/// own client.
pub fn forwarded(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let trusted: TrustedProxies = "127.0.0.1, 10.0.0.0/8, fd00::/8".parse().expect("networks");
    let (proxy, stranger) = ([127, 0, 0, 1].into(), [192, 0, 2, 7].into());
    for name in ["forwarded", "x-forwarded-for"] {
        let headers = HeaderMap::from_iter([(http::HeaderName::from_static(name), value.clone())]);
        let _ = (trusted.client(proxy, &headers), trusted.hides_clients(stranger, &headers));
        assert_eq!(trusted.client(stranger, &headers), crate::http::request::client::Client::of(stranger));
    }
}
