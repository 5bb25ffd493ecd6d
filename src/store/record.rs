//! Rows of any kind in one form, hidden ones and e-mail addresses included, as loads take them and
//! dumps give them: a value of 64 bits for each column of the kind's definition, and one text
//! buffer. Deliberately absent: what the kinds are (`domain::kind`).

use super::HIDDEN_STATE;
use crate::domain::{Column, Id as _, Kind, ProductId, Span, Texts, Timestamp};

/// Most columns of a kind.
pub const MAX_COLUMNS: usize = 16;

/// What stands for a missing price or text. No price and no span is as large.
pub const NOTHING: u64 = u64::MAX;

/// What a column that says whether rows are hidden has for a hidden one. Of reviews it is a state,
/// and there are others that hide them as well; 0 is a public row everywhere.
pub fn hidden_value(column: &Column) -> u64 {
    if column.name == "state" { HIDDEN_STATE } else { 1 }
}

/// Rows of one kind with their texts.
#[derive(Debug, Clone)]
pub struct RowBatch {
    kind: Kind,
    /// For each row its product, then its values in the order of the kind's columns.
    values: Vec<u64>,
    /// The texts that spans among the values point into.
    pub texts: Texts,
}

/// A row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct RecordRow<'a> {
    values: &'a [u64],
    texts: &'a Texts,
}

impl RowBatch {
    /// A batch without rows.
    pub fn new(kind: Kind) -> Self {
        Self { kind, values: Vec::new(), texts: Texts::default() }
    }

    /// The kind of its rows.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.width()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds a row: one value for each column. Texts among them were kept in `texts` before.
    pub fn push(&mut self, product_id: ProductId, values: &[u64]) {
        debug_assert_eq!(values.len() + 1, self.width(), "a value for each column");
        self.values.push(product_id.get());
        self.values.extend_from_slice(values);
    }

    /// Adds a row of another batch of the same kind, with its texts.
    pub fn copy(&mut self, row: RecordRow<'_>) {
        self.values.push(row.values[0]);
        for (column, &value) in self.kind.definition().columns.iter().zip(&row.values[1..]) {
            let is_text = column.holds.is_text() && value != NOTHING;
            let value = if is_text {
                self.texts.keep(row.texts.get(Span::from_bits(value))).to_bits()
            } else {
                value
            };
            self.values.push(value);
        }
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = RecordRow<'_>> {
        self.values.chunks_exact(self.width()).map(|values| RecordRow { values, texts: &self.texts })
    }

    /// Takes all rows, and leaves an empty batch with room for as many texts and rows.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Self {
            kind: self.kind,
            values: Vec::with_capacity(self.values.len()),
            texts: Texts::with_capacity(self.texts.bytes()),
        };
        std::mem::replace(self, empty)
    }

    fn width(&self) -> usize {
        self.kind.definition().columns.len() + 1
    }
}

impl<'a> RecordRow<'a> {
    /// Its product.
    ///
    /// # Panics
    /// Never: batches take products only.
    pub fn product_id(self) -> ProductId {
        ProductId::new(self.values[0]).expect("batches take products only")
    }

    /// The value of a column as it is kept: a number, the bits of a time or of a span, or
    /// [`NOTHING`].
    pub fn value(self, column: usize) -> u64 {
        self.values[column + 1]
    }

    /// The time of a column that holds one.
    pub fn time(self, column: usize) -> Timestamp {
        Timestamp::nearest(self.value(column).cast_signed())
    }

    /// The text of a column that holds one.
    pub fn text(self, column: usize) -> &'a str {
        self.texts.get(Span::from_bits(self.value(column)))
    }

    /// The text of a column, or `None` when it is missing.
    pub fn optional_text(self, column: usize) -> Option<&'a str> {
        (self.value(column) != NOTHING).then(|| self.text(column))
    }
}
