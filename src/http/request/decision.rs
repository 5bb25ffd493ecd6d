//! Reads the body of a decision: the rows that it is for, and what is decided. Deliberately absent:
//! carrying it out (`operations::moderation`).

use serde_json::{Map, Value};

use crate::domain::{FieldError, MAX_ID, Target, Verdict, VerdictDraft};
use crate::service::moderation::MAX_DECIDED_ITEMS;

/// A decision as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DecisionRequest {
    pub(crate) items: Vec<(Target, Option<u64>)>,
    pub(crate) verdict: Verdict,
    pub(crate) dry_run: bool,
}

impl DecisionRequest {
    /// Reads the members of a body. Unknown ones are ignored.
    ///
    /// # Errors
    /// Every bad member.
    pub(crate) fn parse(body: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let items = items(body.get("items"), &mut errors);
        let dry_run = match body.get("dry_run") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(dry_run)) => *dry_run,
            Some(_) => {
                errors.push(FieldError::of("dry_run", "must be true or false"));
                false
            }
        };
        let mut text = |name: &str| match body.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.as_str()),
            Some(_) => {
                errors.push(FieldError::of(name, "must be a text"));
                None
            }
        };
        let draft = VerdictDraft {
            to: text("to"),
            reason: text("reason"),
            note: text("note"),
            legal_ground: text("legal_ground"),
        };
        match Verdict::parse(draft) {
            Ok(verdict) if errors.is_empty() => Ok(Self { items, verdict, dry_run }),
            Ok(_) => Err(errors),
            Err(others) => {
                // A member that is no text is wrong once.
                let is_new = |error: &FieldError| errors.iter().all(|known| known.pointer != error.pointer);
                let others: Vec<FieldError> = others.into_iter().filter(is_new).collect();
                errors.extend(others);
                Err(errors)
            }
        }
    }
}

/// Reads the rows of a decision.
fn items(value: Option<&Value>, errors: &mut Vec<FieldError>) -> Vec<(Target, Option<u64>)> {
    let rows = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=MAX_DECIDED_ITEMS).contains(&rows.len()) {
        let problem = format!("must be an array of 1 to {MAX_DECIDED_ITEMS} items");
        errors.push(FieldError::of("items", &problem));
        return Vec::new();
    }
    let mut items: Vec<(Target, Option<u64>)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        match item(row) {
            Ok((target, _)) if items.iter().any(|(other, _)| *other == target) => {
                errors.push(item_error(place, "", "is the same as an earlier one"));
            }
            Ok(item) => items.push(item),
            Err((member, problem)) => errors.push(item_error(place, member, problem)),
        }
    }
    items
}

fn item_error(place: usize, member: &str, problem: &str) -> FieldError {
    let (slash, dot) = if member.is_empty() { ("", "") } else { ("/", ".") };
    FieldError {
        pointer: format!("#/items/{place}{slash}{member}"),
        detail: format!("items[{place}]{dot}{member} {problem}"),
    }
}

fn item(row: &Value) -> Result<(Target, Option<u64>), (&'static str, &'static str)> {
    let kind = row["kind"].as_str().filter(|kind| Target::KINDS.contains(kind));
    let kind = kind.ok_or(("kind", "must be question, answer or review"))?;
    let target = row["id"].as_u64().and_then(|id| Target::of(kind, id));
    let target = target.ok_or(("id", "must be an integer from 1 to 2^53-1"))?;
    let revision = match &row["revision"] {
        Value::Null => None,
        number => Some(
            number
                .as_u64()
                .filter(|revision| *revision <= MAX_ID)
                .ok_or(("revision", "must be the item's revision, a whole number up to 2^53-1"))?,
        ),
    };
    Ok((target, revision))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: Value) -> Vec<String> {
        let body = body.as_object().unwrap().clone();
        DecisionRequest::parse(&body).unwrap_err().into_iter().map(|error| error.detail).collect()
    }

    #[test]
    fn bad_members_are_named() {
        let good = json!([{"kind": "answer", "id": 5}]);
        for (body, expected) in [
            (json!({"to": "published"}), "items must be an array of 1 to 100 items"),
            (json!({"to": "published", "items": []}), "items must be an array of 1 to 100 items"),
            (json!({"to": 1, "items": good}), "to must be a text"),
            (json!({"to": "published", "items": good, "dry_run": "yes"}), "dry_run must be true or false"),
            (
                json!({"to": "published", "items": [{"kind": "photo", "id": 1}]}),
                "items[0].kind must be question, answer or review",
            ),
            (
                json!({"to": "published", "items": [{"kind": "answer", "id": "1"}]}),
                "items[0].id must be an integer from 1 to 2^53-1",
            ),
            (json!({"to": "published", "items": [7]}), "items[0].kind must be question, answer or review"),
            (
                json!({"to": "published", "items": [{"kind": "answer", "id": 1, "revision": -1}]}),
                "items[0].revision must be the item's revision, a whole number up to 2^53-1",
            ),
            (
                json!({"to": "published", "items": [{"kind": "answer", "id": 1}, {"kind": "answer", "id": 1}]}),
                "items[1] is the same as an earlier one",
            ),
            (json!({"to": "hidden", "items": good}), "reason is required to reject or hide"),
        ] {
            assert_eq!(refused(body), [expected]);
        }
        let many: Vec<Value> = (1..=101).map(|id| json!({"kind": "review", "id": id})).collect();
        assert_eq!(refused(json!({"to": "published", "items": many})).len(), 1);
    }

    #[test]
    fn a_good_body_is_read() {
        let body = json!({
            "items": [{"kind": "review", "id": 7, "revision": 2}, {"kind": "question", "id": 7}],
            "to": "rejected", "reason": "spam", "note": null, "dry_run": true, "nobody": "knows",
        });
        let request = DecisionRequest::parse(body.as_object().unwrap()).unwrap();
        let revisions: Vec<_> = request.items.iter().map(|(_, revision)| *revision).collect();
        assert_eq!((revisions, request.dry_run), (vec![Some(2), None], true));
    }
}
