//! A new question or answer: the fields as they came, and the same checked. Every bad field is
//! named at once. Deliberately absent: how JSON and forms become [`Field`]s.

use super::ids::Id;
use super::{Body, Email, Name, PhotoUrl, ProductId, TextError, is_photo_address};

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
    /// Something else, named for the error message: "an array", "an object", "a boolean".
    Other(&'static str),
}

/// The fields of a submission as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// `body`.
    pub body: Field,
    /// `name`.
    pub name: Field,
    /// `email`.
    pub email: Field,
    /// `product_id`, of a question.
    pub product_id: Field,
    /// `photos`, of an answer, or what stands in the array's place.
    pub photos: Result<Vec<Field>, NotAnArray>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            body: Field::Missing,
            name: Field::Missing,
            email: Field::Missing,
            product_id: Field::Missing,
            photos: Ok(Vec::new()),
        }
    }
}

impl Draft {
    /// How many photos are left out: those that are no [photo's address](is_photo_address), blank
    /// ones not counted.
    pub fn photos_left_out(&self) -> usize {
        let is_left_out = |photo: &&Field| match photo {
            Field::Missing => false,
            Field::Text(text) => !text.trim().is_empty() && !is_photo_address(text),
            Field::Number(_) | Field::Other(_) => true,
        };
        self.photos.as_ref().map_or(0, |photos| photos.iter().filter(is_left_out).count())
    }
}

/// What stands where an array of photos should be: "a text", "an object".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnArray(pub &'static str);

/// A bad field, in the terms of RFC 9457's `errors` member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: a JSON Pointer fragment such as `#/body` or `#/photos/2`.
    pub pointer: String,
    /// What is wrong, beginning with the field's name.
    pub detail: String,
}

/// How long texts may be. Lengths count Unicode scalar values after trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    /// Question and answer text.
    pub body_max_chars: usize,
    /// Name.
    pub name_max_chars: usize,
    /// E-mail address.
    pub email_max_chars: usize,
    /// Photos of an answer.
    pub photos_max: usize,
    /// Address of a photo.
    pub photo_url_max_chars: usize,
}

impl Default for SubmissionLimits {
    fn default() -> Self {
        Self {
            body_max_chars: 1_000,
            name_max_chars: 60,
            email_max_chars: 254,
            photos_max: 5,
            photo_url_max_chars: 2_000,
        }
    }
}

/// A checked new question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuestion {
    /// The product that the question is about.
    pub product_id: ProductId,
    /// Its text.
    pub body: Body,
    /// Who asks.
    pub name: Name,
    /// The asker's address.
    pub email: Email,
}

/// A checked new answer. The question that it answers is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// Its text.
    pub body: Body,
    /// Who answers.
    pub name: Name,
    /// The answerer's address.
    pub email: Email,
    /// Its photos, in order.
    pub photos: Vec<PhotoUrl>,
}

impl NewQuestion {
    /// Checks every field; on failure names all that are bad.
    pub fn parse(draft: &Draft, limits: &SubmissionLimits) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let body = text(&mut errors, "body", &draft.body, |text| Body::parse(text, limits.body_max_chars));
        let name = text(&mut errors, "name", &draft.name, |text| Name::parse(text, limits.name_max_chars));
        let email =
            text(&mut errors, "email", &draft.email, |text| Email::parse(text, limits.email_max_chars));
        let product_id = product_id(&mut errors, &draft.product_id);
        match (body, name, email, product_id) {
            (Some(body), Some(name), Some(email), Some(product_id)) => {
                Ok(Self { product_id, body, name, email })
            }
            _ => Err(errors),
        }
    }
}

impl NewAnswer {
    /// Checks every field; on failure names all that are bad.
    pub fn parse(draft: &Draft, limits: &SubmissionLimits) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let body = text(&mut errors, "body", &draft.body, |text| Body::parse(text, limits.body_max_chars));
        let name = text(&mut errors, "name", &draft.name, |text| Name::parse(text, limits.name_max_chars));
        let email =
            text(&mut errors, "email", &draft.email, |text| Email::parse(text, limits.email_max_chars));
        let photos = photos(&mut errors, &draft.photos, limits);
        match (body, name, email, photos) {
            (Some(body), Some(name), Some(email), Some(photos)) => Ok(Self { body, name, email, photos }),
            _ => Err(errors),
        }
    }
}

fn text<T>(
    errors: &mut Vec<FieldError>,
    name: &str,
    field: &Field,
    parse: impl Fn(&str) -> Result<T, TextError>,
) -> Option<T> {
    let problem = match field {
        Field::Text(text) => match parse(text) {
            Ok(value) => return Some(value),
            Err(error) => error.to_string(),
        },
        Field::Missing => "is required".to_owned(),
        Field::Number(_) => "must be a text, not a number".to_owned(),
        Field::Other(kind) => format!("must be a text, not {kind}"),
    };
    errors.push(FieldError { pointer: format!("#/{name}"), detail: format!("{name} {problem}") });
    None
}

fn product_id(errors: &mut Vec<FieldError>, field: &Field) -> Option<ProductId> {
    let problem = match field {
        Field::Text(digits) | Field::Number(digits) => match ProductId::parse(digits) {
            Ok(product_id) => return Some(product_id),
            Err(error) => error.to_string(),
        },
        Field::Missing => "is required".to_owned(),
        Field::Other(kind) => format!("must be an integer, not {kind}"),
    };
    errors.push(FieldError { pointer: "#/product_id".to_owned(), detail: format!("product_id {problem}") });
    None
}

/// Entries that are no photo's address are left out before the rest is counted. Positions in errors
/// are those of the array that was sent.
fn photos(
    errors: &mut Vec<FieldError>,
    field: &Result<Vec<Field>, NotAnArray>,
    limits: &SubmissionLimits,
) -> Option<Vec<PhotoUrl>> {
    let bad_before = errors.len();
    let entries = match field {
        Ok(entries) => entries.as_slice(),
        Err(NotAnArray(kind)) => {
            let detail = format!("photos must be an array of URLs, not {kind}");
            errors.push(FieldError { pointer: "#/photos".to_owned(), detail });
            &[]
        }
    };
    let mut photos = Vec::new();
    let mut present = 0;
    for (position, entry) in entries.iter().enumerate() {
        let Field::Text(text) = entry else { continue };
        match PhotoUrl::parse(text, limits.photo_url_max_chars) {
            Err(TextError::NotAPhotoUrl) => continue,
            Ok(url) => photos.push(url),
            Err(error) => errors.push(FieldError {
                pointer: format!("#/photos/{position}"),
                detail: format!("photos[{position}] {error}"),
            }),
        }
        present += 1;
    }
    if present > limits.photos_max {
        let detail = format!("photos must have at most {} entries; it has {present}", limits.photos_max);
        errors.push(FieldError { pointer: "#/photos".to_owned(), detail });
    }
    (errors.len() == bad_before).then_some(photos)
}
