//! The schemas of requests and responses, with the limits in force. What a text may hold is a
//! pattern as far as patterns go. Deliberately absent: `/status.json` (`figures`).

use serde_json::{Value, json};

use super::figures;
use super::settings::Settings;
use super::shapes::{id, object, reference};
use crate::domain::MAX_ID;
use crate::http::response::allowance::Kind;

/// The names in the `type` member of problem details. A test compares them with those of `problem`.
pub(super) const PROBLEM_NAMES: [&str; 23] = [
    "malformed-request",
    "target-too-long",
    "head-too-large",
    "invalid-product-id",
    "invalid-question-id",
    "invalid-answer-id",
    "unknown-path",
    "wrong-method",
    "invalid-key",
    "key-taken",
    "wrong-content-type",
    "encoded-body",
    "body-too-large",
    "body-too-slow",
    "malformed-body",
    "not-an-object",
    "invalid-fields",
    "unknown-question",
    "unknown-answer",
    "too-many-writes",
    "overloaded",
    "unavailable",
    "not-ready",
];

/// Unicode white space, without what is a control character as well.
const SPACES: &str = r" \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";

/// What else is not seen, of Unicode's first plane: `domain::is_invisible`.
const INVISIBLE: &str = r"\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB";

/// All named shapes.
pub(super) fn all(settings: &Settings<'_>) -> Value {
    let mut all = json!({
        "Id": id(),
        "Votes": {"type": "integer", "format": "int64", "minimum": 0, "maximum": u32::MAX},
        "Date": {
            "type": "string", "format": "date-time", "example": "2018-10-18T00:00:00.000Z",
            "description": "UTC, with three digits of the second's fraction",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        },
        "QuestionList": questions(settings),
        "Question": question(settings),
        "NestedAnswer": answer("id", &json!({"type": "string"})),
        "AnswerList": answers(settings),
        "Answer": answer("answer_id", &object(&json!({"id": reference("Id"), "url": {"type": "string"}}))),
        "NewQuestion": new_question(settings),
        "NewAnswer": new_answer(settings),
        "NewQuestionForm": new_question_form(settings),
        "NewAnswerForm": new_answer_form(settings),
        "QuestionAdded": object(&json!({"question_id": reference("Id")})),
        "AnswerAdded": answer_added(),
        "Problem": problem(settings),
    });
    if settings.http.first_page {
        figures::describe(&mut all, settings);
    }
    all
}

/// An id, as a text of its digits.
fn id_in_digits() -> Value {
    json!({
        "type": "string", "pattern": "^[1-9][0-9]{0,15}$",
        "description": format!("An id, 1 to {MAX_ID}, in decimal digits"),
    })
}

fn questions(settings: &Settings<'_>) -> Value {
    object(&json!({
        "product_id": id_in_digits(),
        "results": {
            "type": "array", "maxItems": settings.service.max_page_size, "items": reference("Question"),
        },
    }))
}

fn question(settings: &Settings<'_>) -> Value {
    object(&json!({
        "question_id": reference("Id"),
        "question_body": {"type": "string"},
        "question_date": reference("Date"),
        "asker_name": {"type": "string"},
        "question_helpfulness": reference("Votes"),
        "reported": {"type": "boolean", "const": false, "description": "Reported questions are hidden"},
        "answers": {
            "type": "object",
            "description": "By their ids, most helpful first",
            "maxProperties": settings.service.max_nested_answers,
            "propertyNames": {"pattern": "^[1-9][0-9]{0,15}$"},
            "additionalProperties": reference("NestedAnswer"),
        },
    }))
}

fn answers(settings: &Settings<'_>) -> Value {
    let max_page_size = settings.service.max_page_size;
    object(&json!({
        "question": id_in_digits(),
        "page": {"description": "The page in force", "type": "integer", "minimum": 1, "maximum": MAX_ID},
        "count": {
            "description": "The page's size in force", "type": "integer", "minimum": 1, "maximum": max_page_size,
        },
        "results": {"type": "array", "maxItems": max_page_size, "items": reference("Answer")},
    }))
}

/// An answer in either list. The two differ in the name of its id and in the form of a photo.
fn answer(id_name: &str, photo: &Value) -> Value {
    object(&json!({
        id_name: reference("Id"),
        "body": {"type": "string"},
        "date": reference("Date"),
        "answerer_name": {"type": "string"},
        "helpfulness": reference("Votes"),
        "photos": {"type": "array", "items": photo},
    }))
}

/// A text of several lines, which is not blank, or of one, which is seen: no control characters.
fn text(max_chars: usize, lines: bool) -> Value {
    let (blank, controls) = if lines {
        (r"\t\n\r", r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F")
    } else {
        (INVISIBLE, r"\u0000-\u001F\u007F-\u009F")
    };
    let any = format!("[^{controls}]*");
    let first = format!("[^{controls}{SPACES}{blank}]");
    json!({"type": "string", "minLength": 1, "maxLength": max_chars, "pattern": format!("^{any}{first}{any}$")})
}

fn shared_fields(settings: &Settings<'_>) -> Value {
    let limits = &settings.service.submission;
    json!({
        "body": text(limits.body_max_chars, true),
        "name": text(limits.name_max_chars, false),
        "email": {
            "type": "string", "format": "email", "minLength": 1, "maxLength": limits.email_max_chars,
            "description": "Stored and never shown",
        },
    })
}

fn answer_added() -> Value {
    let mut added = object(&json!({"answer_id": reference("Id")}));
    added["properties"]["photos_left_out"] = json!({
        "type": "integer", "minimum": 1,
        "description": "How many photos were left out because they are no addresses. Not there if none were",
    });
    added
}

/// The photos of an answer: addresses, and anything else, which is left out. A long address is
/// refused.
fn photos(settings: &Settings<'_>, kind: &Value, description: &str) -> Value {
    let limits = &settings.service.submission;
    let unseen = format!(r"\u0000-\u001F\u007F-\u009F{SPACES}");
    let pattern = format!(r"^[Hh][Tt][Tt][Pp][Ss]?://[^/\\{unseen}][^{unseen}]*$");
    json!({
        "type": kind, "maxItems": limits.photos_max, "description": description,
        "items": {"anyOf": [
            {
                "type": "string", "format": "uri", "maxLength": limits.photo_url_max_chars, "pattern": pattern,
                "description": "An absolute `http://` or `https://` address",
            },
            {
                "not": {"type": "string", "minLength": limits.photo_url_max_chars + 1, "pattern": pattern},
                "description": "Anything else, which is left out and counted unless it is blank",
            },
        ]},
    })
}

/// The fields of a submission; members that are not named are ignored.
fn submission(mut fields: Value, own_name: &str, own: Value, own_is_required: bool) -> Value {
    fields[own_name] = own;
    let mut required = vec!["body", "email", "name"];
    if own_is_required {
        required.push(own_name);
    }
    json!({"type": "object", "required": required, "properties": fields})
}

fn new_question(settings: &Settings<'_>) -> Value {
    let product_id = json!({"anyOf": [id(), id_in_digits()], "description": "As a number or in digits"});
    submission(shared_fields(settings), "product_id", product_id, true)
}

fn new_question_form(settings: &Settings<'_>) -> Value {
    submission(shared_fields(settings), "product_id", id_in_digits(), true)
}

fn new_answer(settings: &Settings<'_>) -> Value {
    let what = "Entries that are no addresses are left out before the rest is counted";
    submission(shared_fields(settings), "photos", photos(settings, &json!(["array", "null"]), what), false)
}

fn new_answer_form(settings: &Settings<'_>) -> Value {
    let what = "Repeated; those that are no addresses are left out before the rest is counted";
    submission(shared_fields(settings), "photos", photos(settings, &json!(["array", "string"]), what), false)
}

fn problem(settings: &Settings<'_>) -> Value {
    let prefix = &settings.http.path_prefix;
    let types: Vec<String> = PROBLEM_NAMES.iter().map(|name| format!("{prefix}/problems/{name}")).collect();
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "enum": types},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "The whole body for a client that does not ask for JSON"},
            "instance": {"type": "string", "description": "The path of the request"},
            "errors": {
                "type": "array",
                "description": "Every bad field, when the type is invalid-fields",
                "items": {
                    "type": "object", "required": ["detail", "pointer"],
                    "properties": {
                        "detail": {"type": "string"},
                        "pointer": {"type": "string", "description": "A JSON Pointer fragment such as `#/photos/2`"},
                    },
                },
            },
        },
    })
}

/// The writes of a kind that a client may send, in words.
pub(super) fn allowance(kind: Kind, settings: &Settings<'_>) -> Option<String> {
    match settings.http.rate_limits.of(kind) {
        0 => None,
        limit => {
            Some(format!("A client may send {limit} {} an hour. Refused requests are free.", kind.name()))
        }
    }
}
