//! What the policy would do with a text, and why. Deliberately absent: the policy
//! (`service::policy`).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{failed, json};
use crate::domain::{Body, FieldError, Id as _, Name, ProductId, Sender, SubmissionLimits, Summary};
use crate::http::call::Call;
use crate::http::operations::submissions::check_name;
use crate::http::request::body::read_object;
use crate::http::response::moderation::ShownFinding;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::service::{FoundWord, Post, PostKind, Tried, Verdict};

/// What would become of a text.
#[derive(Debug, Serialize)]
struct Shown {
    /// `published`, `pending` or `refused`.
    outcome: &'static str,
    findings: Vec<ShownFinding>,
    /// The entries of the lists that were found.
    words: Vec<ShownWord>,
    /// Whether the hook would be asked. It was not, and the outcome is the one without its opinion.
    asks_hook: bool,
}

/// An entry of a list in a text. `from` and `to` count characters.
#[derive(Debug, Serialize)]
struct ShownWord {
    field: &'static str,
    entry: String,
    matched: String,
    from: u32,
    to: u32,
}

/// A text to try. What is missing is empty.
#[derive(Debug, PartialEq, Eq)]
struct Draft {
    kind: PostKind,
    product_id: Option<ProductId>,
    text: String,
    summary: String,
    name: String,
}

/// `POST /moderation/try`
pub(crate) async fn try_text(call: Call<'_>) -> Result<Reply, Problem> {
    let Call { app, head, body, .. } = call;
    let body = read_object(head, body, app.settings.max_body_bytes)?;
    let limits = &app.service.settings().submission;
    let draft = Draft::parse(&body, limits).map_err(Problem::InvalidFields)?;
    // As with a post: a name that breaks a limit, or is the seller's, is no matter of the policy.
    check_name(&app.settings.identity, &draft.name).map_err(|error| Problem::InvalidFields(vec![error]))?;
    let post = Post {
        kind: draft.kind,
        product_id: draft.product_id,
        question_id: None,
        body: &draft.text,
        summary: &draft.summary,
        name: &draft.name,
        email: "",
        photos: &[],
    };
    let tried = app.service.try_text(post, &Sender::default()).await.map_err(failed)?;
    json(&Shown::new(tried))
}

impl Shown {
    fn new(Tried { verdict, findings, words, asks_hook }: Tried) -> Self {
        let shown = |FoundWord { field, word }: FoundWord| ShownWord {
            field,
            entry: word.entry,
            matched: word.matched,
            from: word.from,
            to: word.to,
        };
        Self {
            outcome: match verdict {
                Verdict::Published => "published",
                Verdict::Pending => "pending",
                Verdict::Refused => "refused",
            },
            findings: findings.into_iter().map(ShownFinding::new).collect(),
            words: words.into_iter().map(shown).collect(),
            asks_hook,
        }
    }
}

impl Draft {
    /// Reads the members of a body. Unknown ones are ignored.
    fn parse(body: &Map<String, Value>, limits: &SubmissionLimits) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let kind = body.get("kind").and_then(Value::as_str).and_then(PostKind::parse);
        if kind.is_none() {
            errors.push(FieldError::of("kind", "must be question, answer or review"));
        }
        let product_id = match body.get("product_id") {
            None | Some(Value::Null) => None,
            Some(id) => {
                let id = id.as_u64().and_then(|id| ProductId::new(id).ok());
                if id.is_none() {
                    errors.push(FieldError::of("product_id", "must be an integer from 1 to 2^53-1"));
                }
                id
            }
        };
        let mut text = |name: &str, check: &dyn Fn(&str) -> Result<String, String>| match body.get(name) {
            None | Some(Value::Null) if name != "text" => String::new(),
            None | Some(Value::Null) => {
                errors.push(FieldError::of(name, "is required"));
                String::new()
            }
            Some(Value::String(text)) => check(text).unwrap_or_else(|problem| {
                errors.push(FieldError::of(name, &problem));
                String::new()
            }),
            Some(_) => {
                errors.push(FieldError::of(name, "must be a text"));
                String::new()
            }
        };
        let told = |error: crate::domain::TextError| error.to_string();
        let (body_max, summary_max, name_max) =
            (limits.body_max_chars, limits.summary_max_chars, limits.name_max_chars);
        let draft = Self {
            text: text("text", &|text| {
                Body::parse(text, body_max).map(|body| body.as_str().to_owned()).map_err(told)
            }),
            summary: text("summary", &|text| {
                Summary::parse(text, summary_max).map(|text| text.as_str().to_owned()).map_err(told)
            }),
            name: text("name", &|text| {
                Name::parse(text, name_max).map(|name| name.as_str().to_owned()).map_err(told)
            }),
            kind: kind.unwrap_or(PostKind::Question),
            product_id,
        };
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bad_members_are_named() {
        let refused = |body: Value| {
            let parsed = Draft::parse(body.as_object().unwrap(), &SubmissionLimits::default());
            parsed.unwrap_err().into_iter().map(|error| error.detail).collect::<Vec<_>>()
        };
        assert_eq!(refused(json!({})), ["kind must be question, answer or review", "text is required"]);
        let wrong = json!({"kind": "review", "text": 7, "product_id": "5", "name": " "});
        assert_eq!(
            refused(wrong),
            [
                "product_id must be an integer from 1 to 2^53-1",
                "text must be a text",
                "name must have 1 to 60 characters; it is empty",
            ]
        );
        let good = json!({"kind": "review", "text": " Fine. ", "name": null, "nobody": "knows"});
        let good = Draft::parse(good.as_object().unwrap(), &SubmissionLimits::default()).unwrap();
        assert_eq!((good.kind, good.text.as_str(), good.name.as_str()), (PostKind::Review, "Fine.", ""));
    }
}
