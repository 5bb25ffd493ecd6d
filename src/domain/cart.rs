//! What shops tell the service besides questions, answers and reviews: what goes into a cart, and
//! what a shopper clicked on. Deliberately absent: where carts are kept (`service`).

use super::SkuId;
use super::draft::{Draft, Field, FieldError, id};

/// Most pieces of a SKU that are put into a cart at once.
pub const MAX_PIECES: u32 = 1_000_000;

/// Something for a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartItem {
    /// What it is.
    pub sku_id: SkuId,
    /// How many pieces of it.
    pub count: u32,
}

impl CartItem {
    /// Checks both fields; on failure names all that are bad.
    pub fn parse(draft: &Draft) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let sku_id = id(&mut errors, draft, "sku_id");
        let count = match draft.field("count") {
            Field::Missing => Some(1),
            Field::Text(digits) | Field::Number(digits) => pieces(digits),
            _ => None,
        };
        if count.is_none() {
            let problem = format!("must be an integer between 1 and {MAX_PIECES}");
            errors.push(FieldError::of("count", &problem));
        }
        match (sku_id, count) {
            (Some(sku_id), Some(count)) => Ok(Self { sku_id, count }),
            _ => Err(errors),
        }
    }
}

fn pieces(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|count| is_number && (1..=MAX_PIECES).contains(count))
}

/// A click of a shopper. It is counted, and what it was is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interaction;

impl Interaction {
    /// The fields that it must have.
    pub const FIELDS: [&str; 3] = ["element", "widget", "time"];

    /// Checks every field; on failure names all that are bad.
    pub fn parse(draft: &Draft) -> Result<Self, Vec<FieldError>> {
        let problem = |name: &&str| match draft.field(name) {
            Field::Text(text) if !text.trim().is_empty() => None,
            Field::Missing | Field::Text(_) => Some(FieldError::of(name, "is required")),
            field => Some(FieldError::of(name, &format!("must be a text, not {}", field.kind()))),
        };
        let errors: Vec<FieldError> = Self::FIELDS.iter().filter_map(problem).collect();
        if errors.is_empty() { Ok(Self) } else { Err(errors) }
    }
}
