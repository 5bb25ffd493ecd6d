//! Reads the query string of a request and the ids in its path. Deliberately absent: bodies
//! (`body`).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::domain::{AnswerId, DEFAULT_PAGE_SIZE, Id, Page, ProductId, QuestionId, ReviewId, ReviewOrder};
use crate::http::response::problem::Problem;

/// The parameters of the lists; of a repeated one the first counts, unknown ones are ignored.
#[derive(Debug, Default)]
pub(crate) struct ListQuery<'a> {
    product_id: Option<Cow<'a, str>>,
    page: Option<Cow<'a, str>>,
    count: Option<Cow<'a, str>>,
    sort: Option<Cow<'a, str>>,
}

impl<'a> ListQuery<'a> {
    /// Reads a query string (without its question mark).
    pub(crate) fn parse(query: Option<&'a str>) -> Self {
        let mut parameters = Self::default();
        let mut rest = query;
        while let Some(query) = rest {
            let (pair, next) = split(query, b'&');
            rest = next;
            let (name, value) = split(pair, b'=');
            let value = value.unwrap_or("");
            let place = match decode(name).as_ref() {
                "product_id" => &mut parameters.product_id,
                "page" => &mut parameters.page,
                "count" => &mut parameters.count,
                "sort" => &mut parameters.sort,
                _ => continue,
            };
            if place.is_none() {
                *place = Some(decode(value));
            }
        }
        parameters
    }

    /// The product, which must be there.
    pub(crate) fn product_id(&self) -> Result<ProductId, Problem> {
        let digits = self.product_id.as_deref().unwrap_or("");
        ProductId::parse(digits).map_err(|_| Problem::InvalidProductId)
    }

    /// The order of reviews.
    pub(crate) fn order(&self) -> ReviewOrder {
        ReviewOrder::parse(self.sort.as_deref().unwrap_or(""))
    }

    /// The page in force: defaults for what is missing or no number of at least 1.
    pub(crate) fn page(&self, max_size: u32) -> Page {
        let number = self.page.as_deref().and_then(at_least_one).unwrap_or(1);
        let size = self.count.as_deref().and_then(at_least_one).unwrap_or(DEFAULT_PAGE_SIZE.into());
        Page::new(number, size, max_size)
    }
}

/// Every name and value of a query string (without its question mark), decoded as forms are.
pub(crate) fn parameters(query: Option<&str>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let pairs = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = split(pair, b'=');
        (decode(name), decode(value.unwrap_or("")))
    })
}

/// Splits at the first of an ASCII character. The pieces are a few bytes long, and the standard
/// library's search is made for long ones.
fn split(text: &str, at: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == at) {
        Some(position) => (&text[..position], Some(&text[position + 1..])),
        None => (text, None),
    }
}

/// An id in a path.
pub(crate) fn path_id<I: Id>(segment: &str, problem: Problem) -> Result<I, Problem> {
    I::parse(segment).map_err(|_| problem)
}

/// The id in a question's path.
pub(crate) fn question_id(segment: &str) -> Result<QuestionId, Problem> {
    path_id(segment, Problem::InvalidQuestionId)
}

/// The id in a product's path.
pub(crate) fn product_id(segment: &str) -> Result<ProductId, Problem> {
    path_id(segment, Problem::UnknownProduct)
}

/// The id in a review's path.
pub(crate) fn review_id(segment: &str) -> Result<ReviewId, Problem> {
    path_id(segment, Problem::UnknownReview)
}

/// The id in an answer's path.
pub(crate) fn answer_id(segment: &str) -> Result<AnswerId, Problem> {
    path_id(segment, Problem::InvalidAnswerId)
}

/// Decodes a part of a query string as forms do: `+` is a space, `%XX` a byte. Bytes that are not
/// UTF-8 become U+FFFD, which no parameter accepts.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(text);
    }
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(text).decode_utf8_lossy()
}

/// Reads a decimal number of at least 1, as clients write them: fractions are cut off, exponents
/// count, spaces around are dropped, and too large a number becomes the largest.
fn at_least_one(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        return (number >= 1).then_some(number);
    }
    // Only digits and what notation needs: Rust would read "inf" and "NaN" too.
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least 1, the fraction is to be cut off, and the cast saturates"
    )]
    (number >= 1.0).then_some(number as u64)
}
