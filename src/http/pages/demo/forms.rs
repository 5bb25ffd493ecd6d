//! The forms of the demo shop: reading what was sent, and what is wrong with it, field by field.
//! Deliberately absent: what fields may hold (`domain`), how they look (`page`).

use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use http::request::Parts as Head;

use crate::domain::{Draft, Field, FieldError};
use crate::http::request::body::{Payload, read_draft};
use crate::http::response::problem::Problem;

/// Which form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Question,
    /// An answer to this question.
    Answer(u64),
    Review,
}

/// A form that came back, because something is wrong with it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) form: Form,
    draft: Draft,
    errors: Vec<FieldError>,
}

impl Refused {
    pub(super) fn new(form: Form, draft: Draft, errors: Vec<FieldError>) -> Self {
        Self { form, draft, errors }
    }

    /// What was typed into a field.
    pub(super) fn value(&self, name: &str) -> &str {
        let rated = name.strip_prefix("characteristics[").and_then(|name| name.strip_suffix(']'));
        let field = match (rated, &self.draft.characteristics) {
            (Some(key), Ok(characteristics)) => characteristics.get(key),
            (Some(_), Err(_)) => None,
            (None, _) => Some(self.draft.field(name)),
        };
        match field {
            Some(Field::Text(text) | Field::Number(text)) => text,
            _ => "",
        }
    }

    /// The token that came with it.
    pub(super) fn identity(&self) -> Option<&str> {
        Some(self.value("identity")).filter(|token| !token.is_empty())
    }

    /// What is wrong with a field, in a sentence that begins with its label.
    pub(super) fn error(&self, name: &str, label: &str) -> Option<String> {
        let error = self.errors.iter().find(|error| error.pointer == format!("#/{name}"))?;
        let rest = error.detail.strip_prefix(name).unwrap_or(&error.detail);
        Some(format!("{label}{rest}."))
    }
}

/// Reads a form.
pub(super) fn read(head: &Head, body: &mut Payload, max_bytes: usize) -> Result<Draft, Problem> {
    read_draft(head, body, max_bytes)
}

/// Whether a browser says that a page of another site sends this. Other programs say nothing.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let (Some(origin), Some(host)) = (headers.get(ORIGIN), headers.get(HOST)) else { return false };
    let host_of_origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    host_of_origin.is_none_or(|(_, name)| name.as_bytes() != host.as_bytes())
}
