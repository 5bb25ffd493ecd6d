//! What the definition of a kind of row says: its set, file, table, parent and columns. The
//! definitions themselves are in `definitions`.

use std::fmt;

/// Rows that are imported together: all of a set or nothing. Nothing is checked across sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Products with what belongs to them.
    Catalogue,
    /// Reviews with what belongs to them.
    Reviews,
    /// Questions with their answers.
    Questions,
}

/// A kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Products.
    Product,
    /// Styles of products.
    Style,
    /// Features of products.
    Feature,
    /// Photos of styles.
    StylePhoto,
    /// Sizes of styles.
    Sku,
    /// Products that are related to a product.
    Related,
    /// Characteristics of products that reviews rate.
    Characteristic,
    /// Reviews of products.
    Review,
    /// Photos of reviews.
    ReviewPhoto,
    /// What reviews give to characteristics.
    Rating,
    /// The sums of visible ratings, kept up by every write. They come from no file.
    CharacteristicSum,
    /// Questions about products.
    Question,
    /// Answers to questions.
    Answer,
    /// Photos of answers.
    Photo,
}

/// What a column holds, and so how it is checked, stored and written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The product's id. It leads every key, and stores do not keep it a second time.
    Product,
    /// The row's own id, unique among its kind.
    OwnId,
    /// The id of a row of the parent's kind.
    Parent,
    /// The id of a row of this other kind of the same product.
    Other(Kind),
    /// An id that may lead nowhere, 0 included.
    Reference,
    /// The row's number in its load, from 1: the order of the file.
    Position,
    /// A number of 32 bits.
    Count,
    /// A number of 53 bits.
    Sum,
    /// Yes or no.
    Flag,
    /// Whether the row is hidden from public lists.
    Hidden,
    /// One to five stars.
    Stars,
    /// A time.
    Time,
    /// A price.
    Price,
    /// A price, or none.
    OptionalPrice,
    /// A text, which may be empty.
    Text,
    /// A text, or none.
    OptionalText,
    /// The address of a photo. A row without one is left out and spoils nothing.
    PhotoUrl,
}

impl Holds {
    /// Whether values are texts, or missing ones.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::OptionalText | Self::PhotoUrl)
    }
}

/// A column of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in both stores.
    pub name: &'static str,
    /// Its name in the file; `None` when it is in no file.
    pub csv: Option<&'static str>,
    /// What it holds.
    pub holds: Holds,
}

/// The definition of a kind.
#[derive(Debug)]
pub struct Definition {
    /// The kind.
    pub kind: Kind,
    /// Its set.
    pub set: Set,
    /// What one row is called in messages.
    pub noun: &'static str,
    /// The table in both stores.
    pub table: &'static str,
    /// The usual name of the file, then others under which it occurs; none when no file has it.
    pub files: &'static [&'static str],
    /// The kind of the row that it belongs to; `None` when that is the product itself.
    pub parent: Option<Kind>,
    /// The columns, in the order of the file.
    pub columns: &'static [Column],
}

impl Set {
    /// All sets, in the order in which a load takes them.
    pub const ALL: [Self; 3] = [Self::Catalogue, Self::Reviews, Self::Questions];

    /// Its name, as commands take it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Reviews => "reviews",
            Self::Questions => "questions",
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
