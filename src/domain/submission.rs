//! A new question, answer or review: the fields as they came are checked, and every bad one is
//! named at once. Deliberately absent: the readers of single fields (`draft`).

use super::draft::{Draft, Field, FieldError, NotAnArray, NotAnObject, flag, id, stars, text};
use super::{
    Body, CharacteristicId, Email, Id as _, Name, NewReview, PhotoUrl, ProductId, Rated, Stars, Summary,
    TextError, visible,
};

/// Most characteristics that a review may name. Products have six at most.
const MAX_CHARACTERISTICS: usize = 100;

/// Longest key of a characteristic that an error shows, in characters.
const MAX_SHOWN_CHARS: usize = 20;

/// How long texts may be. Lengths count Unicode scalar values after trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    /// The text of a question, an answer or a review.
    pub body_max_chars: usize,
    /// The heading of a review, which may be empty.
    pub summary_max_chars: usize,
    /// Name.
    pub name_max_chars: usize,
    /// E-mail address.
    pub email_max_chars: usize,
    /// Photos of an answer or a review.
    pub photos_max: usize,
    /// Address of a photo.
    pub photo_url_max_chars: usize,
}

impl Default for SubmissionLimits {
    fn default() -> Self {
        Self {
            body_max_chars: 1_000,
            summary_max_chars: 60,
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
        let body = body(&mut errors, draft, limits);
        let name = name(&mut errors, draft, limits);
        let email = email(&mut errors, draft, limits);
        let product_id = id(&mut errors, draft, "product_id");
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
        let body = body(&mut errors, draft, limits);
        let name = name(&mut errors, draft, limits);
        let email = email(&mut errors, draft, limits);
        let photos = photos(&mut errors, &draft.photos, limits);
        match (body, name, email, photos) {
            (Some(body), Some(name), Some(email), Some(photos)) => Ok(Self { body, name, email, photos }),
            _ => Err(errors),
        }
    }
}

/// Reads a note that may be missing, of at most `max_chars` characters.
///
/// # Errors
/// What is wrong with it.
pub fn note(draft: &Draft, max_chars: usize) -> Result<String, Vec<FieldError>> {
    let parse = |text: &str| Body::parse(text, max_chars);
    match draft.field("note") {
        Field::Missing => Ok(String::new()),
        Field::Text(note) if note.trim().is_empty() => Ok(String::new()),
        _ => {
            let mut errors = Vec::new();
            let note = text(&mut errors, draft, "note", parse);
            note.map(|note| note.as_str().to_owned()).ok_or(errors)
        }
    }
}

/// The name that the seller's own answers have. Clients lift answers of this name.
pub const SELLER_NAME: &str = "Seller";

impl NewAnswer {
    /// The same for the seller's own answer: its name is [`SELLER_NAME`], and the field is ignored;
    /// the address may be missing.
    pub fn parse_of_seller(mut draft: Draft, limits: &SubmissionLimits) -> Result<Self, Vec<FieldError>> {
        draft.fields.insert("name", Field::Text(SELLER_NAME.to_owned()));
        let limits = &SubmissionLimits { name_max_chars: SELLER_NAME.len(), ..*limits };
        if *draft.field("email") != Field::Missing {
            return Self::parse(&draft, limits);
        }
        let mut errors = Vec::new();
        let body = body(&mut errors, &draft, limits);
        let name = name(&mut errors, &draft, limits);
        let photos = photos(&mut errors, &draft.photos, limits);
        match (body, name, photos) {
            (Some(body), Some(name), Some(photos)) => Ok(Self { body, name, email: Email::none(), photos }),
            _ => Err(errors),
        }
    }
}

impl NewReview {
    /// Checks every field; on failure names all that are bad.
    pub fn parse(draft: &Draft, limits: &SubmissionLimits) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let product_id = id(&mut errors, draft, "product_id");
        let rating = rating(&mut errors, draft);
        let summary = summary(&mut errors, draft, limits);
        let body = body(&mut errors, draft, limits);
        let recommend = flag(&mut errors, draft, "recommend");
        let name = name(&mut errors, draft, limits);
        let email = email(&mut errors, draft, limits);
        let photos = photos(&mut errors, &draft.photos, limits);
        let rated = rated(&mut errors, draft);
        match (product_id, rating, summary, body, recommend, name, email, photos, rated) {
            (
                Some(product_id),
                Some(rating),
                Some(summary),
                Some(body),
                Some(recommend),
                Some(name),
                Some(email),
                Some(photos),
                Some(rated),
            ) => Ok(Self { product_id, rating, recommend, summary, body, name, email, photos, rated }),
            _ => Err(errors),
        }
    }
}

fn body(errors: &mut Vec<FieldError>, draft: &Draft, limits: &SubmissionLimits) -> Option<Body> {
    text(errors, draft, "body", |text| Body::parse(text, limits.body_max_chars))
}

fn name(errors: &mut Vec<FieldError>, draft: &Draft, limits: &SubmissionLimits) -> Option<Name> {
    text(errors, draft, "name", |text| Name::parse(text, limits.name_max_chars))
}

fn email(errors: &mut Vec<FieldError>, draft: &Draft, limits: &SubmissionLimits) -> Option<Email> {
    text(errors, draft, "email", |text| Email::parse(text, limits.email_max_chars))
}

/// A heading that is not there is empty.
fn summary(errors: &mut Vec<FieldError>, draft: &Draft, limits: &SubmissionLimits) -> Option<Summary> {
    let parse = |text: &str| Summary::parse(text, limits.summary_max_chars);
    match draft.field("summary") {
        Field::Missing => parse("").ok(),
        _ => text(errors, draft, "summary", parse),
    }
}

fn rating(errors: &mut Vec<FieldError>, draft: &Draft) -> Option<Stars> {
    let read = stars(draft.field("rating"));
    read.map_err(|problem| errors.push(FieldError::of("rating", &problem))).ok()
}

/// What the review gives to characteristics, in the order of their ids. One with `null` is not
/// rated. Of keys that are the same id, the first counts.
fn rated(errors: &mut Vec<FieldError>, draft: &Draft) -> Option<Vec<Rated>> {
    let bad_before = errors.len();
    let entries = match &draft.characteristics {
        Ok(entries) if entries.len() <= MAX_CHARACTERISTICS => entries,
        Ok(entries) => {
            let problem =
                format!("must have at most {MAX_CHARACTERISTICS} entries; it has {}", entries.len());
            errors.push(FieldError::of("characteristics", &problem));
            return None;
        }
        Err(NotAnObject(kind)) => {
            let problem = format!("must be an object of ids with 1 to 5, not {kind}");
            errors.push(FieldError::of("characteristics", &problem));
            return None;
        }
    };
    let mut rated: Vec<Rated> = Vec::new();
    for (key, field) in entries {
        let detail = match (CharacteristicId::parse(key), field) {
            (Ok(_), Field::Missing) => continue,
            (Ok(characteristic_id), field) => match stars(field) {
                Ok(stars) => {
                    rated.push(Rated { characteristic_id, stars });
                    continue;
                }
                Err(problem) => format!("characteristics[{key}] {problem}"),
            },
            (Err(error), _) => format!("characteristics: the key \"{}\" {error}", shown(key)),
        };
        errors.push(FieldError { pointer: format!("#/characteristics/{}", escaped(key)), detail });
    }
    rated.sort_by_key(|rated| rated.characteristic_id);
    rated.dedup_by_key(|rated| rated.characteristic_id);
    (errors.len() == bad_before).then_some(rated)
}

/// The beginning of a key for a message, invisible characters written out.
fn shown(key: &str) -> String {
    let beginning: String = key.chars().take(MAX_SHOWN_CHARS).collect();
    let rest = if beginning.len() < key.len() { "…" } else { "" };
    visible(&beginning) + rest
}

/// A key as a segment of a JSON Pointer in a fragment (RFC 6901, sections 3 and 6).
fn escaped(key: &str) -> String {
    let mut segment = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'~' => segment.push_str("~0"),
            b'/' => segment.push_str("~1"),
            byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => segment.push(byte.into()),
            byte => {
                const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";
                let digits = [byte >> 4, byte & 15].map(|digit| char::from(HEXADECIMAL[usize::from(digit)]));
                segment.push('%');
                segment.extend(digits);
            }
        }
    }
    segment
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
            errors.push(FieldError::of("photos", &format!("must be an array of URLs, not {kind}")));
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
        let problem = format!("must have at most {} entries; it has {present}", limits.photos_max);
        errors.push(FieldError::of("photos", &problem));
    }
    (errors.len() == bad_before).then_some(photos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated_of(entries: &[(&str, Field)]) -> Result<Vec<(u64, u8)>, Vec<String>> {
        let entries = entries.iter().map(|(key, field)| ((*key).to_owned(), field.clone()));
        let draft = Draft { characteristics: Ok(entries.collect()), ..Draft::default() };
        let mut errors = Vec::new();
        let rated = rated(&mut errors, &draft);
        let pairs = |rated: &Rated| (rated.characteristic_id.get(), rated.stars.get());
        rated
            .map(|rated| rated.iter().map(pairs).collect())
            .ok_or_else(|| errors.into_iter().map(|error| error.pointer).collect())
    }

    #[test]
    fn characteristics_are_rated_by_their_ids() {
        let (five, text) = (Field::Number("5".to_owned()), Field::Text("2".to_owned()));
        let entries =
            [("9", five.clone()), ("14", text.clone()), ("100", Field::Missing), ("014", five.clone())];
        // The keys come in the order of texts.
        assert_eq!(rated_of(&entries), Ok(vec![(9, 5), (14, 5)]));
        for (key, field, pointer) in [
            ("14", Field::Number("6".to_owned()), "14"),
            ("14", Field::Flag(true), "14"),
            ("Fit", five.clone(), "Fit"),
            ("a/~ é", five.clone(), "a~1~0%20%C3%A9"),
            ("0", five.clone(), "0"),
            ("x", Field::Missing, "x"),
        ] {
            let expected = Err(vec![format!("#/characteristics/{pointer}")]);
            assert_eq!(rated_of(&[(key, field), ("7", text.clone())]), expected, "{key}");
        }
        let many: Vec<(String, Field)> = (1..=101).map(|id| (id.to_string(), five.clone())).collect();
        let many: Vec<(&str, Field)> =
            many.iter().map(|(key, field)| (key.as_str(), field.clone())).collect();
        assert_eq!(rated_of(&many), Err(vec!["#/characteristics".to_owned()]));
        assert_eq!(rated_of(&many[..100]).map(|rated| rated.len()), Ok(100));
    }

    #[test]
    fn long_and_invisible_keys_are_shown_short() {
        assert_eq!(shown("abc"), "abc");
        assert_eq!(shown(&"é".repeat(21)), format!("{}…", "é".repeat(20)));
        assert_eq!(shown("a\u{1}"), "a\\u{1}");
    }
}
