//! The fields of a submission as they came, and the readers of single fields, which say what is
//! wrong with one. Deliberately absent: which submission has which fields (`submission`, `cart`),
//! and how JSON and forms become [`Field`]s.

use std::collections::BTreeMap;

use super::ids::Id;
use super::{Stars, TextError, is_photo_address};

/// The names of the fields that some submission has, other than photos and characteristics.
pub const FIELDS: [&str; 17] = [
    "body",
    "count",
    "element",
    "email",
    "identity",
    "name",
    "note",
    "open_ms",
    "opened_at",
    "product_id",
    "rating",
    "recommend",
    "sku_id",
    "summary",
    "time",
    "website",
    "widget",
];

/// A field as a client sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field {
    /// Not there, or `null`.
    #[default]
    Missing,
    /// A text.
    Text(String),
    /// A number, in the client's own notation.
    Number(String),
    /// A boolean.
    Flag(bool),
    /// Something else, named for the error message: "an array", "an object".
    Other(&'static str),
}

/// What stands for a field that is not there.
const MISSING: &Field = &Field::Missing;

impl Field {
    /// What it is, for the message that it should be something else.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Flag(_) => "a boolean",
            Self::Other(kind) => kind,
        }
    }
}

/// The fields of a submission as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Those that are there, by their names in [`FIELDS`].
    pub(super) fields: BTreeMap<&'static str, Field>,
    /// `photos`, of an answer or a review, or what stands in the array's place.
    pub photos: Result<Vec<Field>, NotAnArray>,
    /// `characteristics`, of a review, in the order of their keys, or what stands in the object's
    /// place.
    pub characteristics: Result<BTreeMap<String, Field>, NotAnObject>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { fields: BTreeMap::new(), photos: Ok(Vec::new()), characteristics: Ok(BTreeMap::new()) }
    }
}

impl Draft {
    /// A field by its name in [`FIELDS`].
    pub fn field(&self, name: &str) -> &Field {
        self.fields.get(name).unwrap_or(MISSING)
    }

    /// Sets a field, if some submission has one of this name and it is not set yet.
    pub fn set(&mut self, name: &str, field: Field) {
        if let Some(name) = FIELDS.into_iter().find(|known| *known == name) {
            self.fields.entry(name).or_insert(field);
        }
    }

    /// Sets a field, also one that is set already.
    pub fn replace(&mut self, name: &str, field: Field) {
        if let Some(name) = FIELDS.into_iter().find(|known| *known == name) {
            self.fields.insert(name, field);
        }
    }

    /// How many photos are left out: those that are no [photo's address](is_photo_address), blank
    /// ones not counted.
    pub fn photos_left_out(&self) -> usize {
        let is_left_out = |photo: &&Field| match photo {
            Field::Missing => false,
            Field::Text(text) => !text.trim().is_empty() && !is_photo_address(text),
            Field::Number(_) | Field::Flag(_) | Field::Other(_) => true,
        };
        self.photos.as_ref().map_or(0, |photos| photos.iter().filter(is_left_out).count())
    }
}

/// What stands where an array of photos should be: "a text", "an object".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnArray(pub &'static str);

/// What stands where an object of characteristics should be: "a text", "an array".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnObject(pub &'static str);

/// A bad field, in the terms of RFC 9457's `errors` member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: a JSON Pointer fragment such as `#/body` or `#/photos/2`.
    pub pointer: String,
    /// What is wrong, beginning with the field's name.
    pub detail: String,
}

impl FieldError {
    /// A field on the first level with what is wrong about it.
    pub fn of(name: &str, problem: &str) -> Self {
        Self { pointer: format!("#/{name}"), detail: format!("{name} {problem}") }
    }
}

/// Reads a text that must be there.
pub(super) fn text<T>(
    errors: &mut Vec<FieldError>,
    draft: &Draft,
    name: &str,
    parse: impl Fn(&str) -> Result<T, TextError>,
) -> Option<T> {
    let problem = match draft.field(name) {
        Field::Text(text) => match parse(text) {
            Ok(value) => return Some(value),
            Err(error) => error.to_string(),
        },
        Field::Missing => "is required".to_owned(),
        field => format!("must be a text, not {}", field.kind()),
    };
    errors.push(FieldError::of(name, &problem));
    None
}

/// Reads an id that must be there: a number, or a text of digits.
pub(super) fn id<I: Id>(errors: &mut Vec<FieldError>, draft: &Draft, name: &str) -> Option<I> {
    let problem = match draft.field(name) {
        Field::Text(digits) | Field::Number(digits) => match I::parse(digits) {
            Ok(id) => return Some(id),
            Err(error) => error.to_string(),
        },
        Field::Missing => "is required".to_owned(),
        field => format!("must be an integer, not {}", field.kind()),
    };
    errors.push(FieldError::of(name, &problem));
    None
}

/// Reads stars: a number, or a text of digits.
///
/// # Errors
/// What is wrong, in words that fit behind the field's name.
pub(super) fn stars(field: &Field) -> Result<Stars, String> {
    match field {
        Field::Text(digits) | Field::Number(digits) => {
            Stars::parse(digits).map_err(|error| error.to_string())
        }
        Field::Missing => Err("is required".to_owned()),
        field => Err(format!("must be an integer, not {}", field.kind())),
    }
}

/// Reads a boolean that must be there: also "true" and "false" in any case, 1 and 0.
pub(super) fn flag(errors: &mut Vec<FieldError>, draft: &Draft, name: &str) -> Option<bool> {
    let problem = match draft.field(name) {
        Field::Flag(flag) => return Some(*flag),
        Field::Number(text) | Field::Text(text) if text == "1" => return Some(true),
        Field::Number(text) | Field::Text(text) if text == "0" => return Some(false),
        Field::Text(text) if text.eq_ignore_ascii_case("true") => return Some(true),
        Field::Text(text) if text.eq_ignore_ascii_case("false") => return Some(false),
        Field::Missing => "is required",
        _ => "must be true or false",
    };
    errors.push(FieldError::of(name, problem));
    None
}
