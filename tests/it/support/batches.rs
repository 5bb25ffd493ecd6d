//! Rows of any kind for a load, written as plain values. Which values a test needs is its own.

use atelier::domain::{Id as _, Kind, ProductId, Timestamp};
use atelier::store::{Counts, NOTHING, RowBatch};

/// The value of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Number(u64),
    Text(&'a str),
    /// A missing price or text.
    Nothing,
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Number(flag.into())
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Number(time.milliseconds().cast_unsigned())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// Adds a row: one value for each column of the batch's kind.
pub(crate) fn add(batch: &mut RowBatch, product: u64, values: &[Value<'_>]) {
    let values: Vec<u64> = values
        .iter()
        .map(|value| match value {
            Value::Number(number) => *number,
            Value::Text(text) => batch.texts.keep(text).to_bits(),
            Value::Nothing => NOTHING,
        })
        .collect();
    batch.push(ProductId::new(product).expect("a product id"), &values);
}

/// So many rows, and no other ones.
pub(crate) fn counts(questions: u64, answers: u64, photos: u64) -> Counts {
    Counts::from([(Kind::Question, questions), (Kind::Answer, answers), (Kind::Photo, photos)])
}
