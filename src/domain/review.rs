//! Reviews: one product's as a store hands them over, and a new one. Deliberately absent: their
//! layout in memory for requests (`view`).

use super::{
    Body, CharacteristicId, Email, Name, PhotoId, PhotoUrl, ProductId, ReviewId, Span, Summary, Texts,
    Timestamp,
};

/// A number of stars, 1 to 5: a review's rating, or that of a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stars(u8);

/// Why a number is no number of stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an integer between 1 and 5")]
pub struct InvalidStars;

impl Stars {
    /// So many stars.
    pub fn new(number: u64) -> Result<Self, InvalidStars> {
        match u8::try_from(number) {
            Ok(number @ 1..=5) => Ok(Self(number)),
            _ => Err(InvalidStars),
        }
    }

    /// Reads one or more decimal digits.
    pub fn parse(digits: &str) -> Result<Self, InvalidStars> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidStars);
        }
        digits.parse().map_err(|_| InvalidStars).and_then(Self::new)
    }

    /// How many.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// The names that a characteristic may have.
pub const CHARACTERISTICS: [&str; 6] = ["Size", "Width", "Comfort", "Quality", "Length", "Fit"];

/// A visible review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its id.
    pub review_id: ReviewId,
    /// When it was written.
    pub written_at: Timestamp,
    /// Its stars.
    pub rating: Stars,
    /// Whether its author recommends the product.
    pub recommend: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Its heading; may be empty.
    pub summary: Span,
    /// Its text.
    pub body: Span,
    /// The author's name.
    pub name: Span,
    /// What the shop says to it.
    pub response: Option<Span>,
}

/// A photo of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewPhotoRow {
    /// Its id.
    pub photo_id: PhotoId,
    /// The review.
    pub review_id: ReviewId,
    /// Where the picture is.
    pub url: Span,
}

/// A characteristic with the sum of what visible reviews gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharacteristicRow {
    /// Its id.
    pub characteristic_id: CharacteristicId,
    /// Its name, mostly one of [`CHARACTERISTICS`].
    pub name: Span,
    /// All stars together.
    pub stars: u64,
    /// How many reviews rated it.
    pub ratings: u64,
}

/// What a review gave to a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rated {
    /// The characteristic.
    pub characteristic_id: CharacteristicId,
    /// Its stars.
    pub stars: Stars,
}

/// All public rows of one product's reviews, in no particular order. Readers ignore photos whose
/// review is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRows {
    /// The product.
    pub product_id: ProductId,
    /// Its visible reviews.
    pub reviews: Vec<ReviewRow>,
    /// Their photos; others may be among them.
    pub photos: Vec<ReviewPhotoRow>,
    /// The product's characteristics.
    pub characteristics: Vec<CharacteristicRow>,
    /// The texts that the rows' spans point into.
    pub texts: Texts,
}

impl ReviewRows {
    /// A product without reviews.
    pub fn new(product_id: ProductId) -> Self {
        Self {
            product_id,
            reviews: Vec::new(),
            photos: Vec::new(),
            characteristics: Vec::new(),
            texts: Texts::default(),
        }
    }
}

/// What of a product's reviews is shown, and what a store reads for it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewsPart {
    /// The reviews with their photos, without characteristics.
    List,
    /// What the sums need: stars, recommendations and characteristics. Texts are empty, and there
    /// are no photos.
    Sums,
}

/// A checked new review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// The product that it is about.
    pub product_id: ProductId,
    /// Its stars.
    pub rating: Stars,
    /// Whether its author recommends the product.
    pub recommend: bool,
    /// Its heading; may be empty.
    pub summary: Summary,
    /// Its text.
    pub body: Body,
    /// Who writes.
    pub name: Name,
    /// The author's address.
    pub email: Email,
    /// Its photos, in order.
    pub photos: Vec<PhotoUrl>,
    /// What it gives to characteristics, each once. Those that are not the product's are ignored.
    pub rated: Vec<Rated>,
}
