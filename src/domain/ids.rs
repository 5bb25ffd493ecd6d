//! Ids of products, questions, reviews and all other rows: integers in 1..2^53-1, so that a
//! JavaScript client reads every one of them exactly. Making new ids is the store's work, not this
//! file's.

use std::fmt;

/// The largest id, 2^53-1: the largest integer that a JavaScript number holds exactly.
pub const MAX_ID: u64 = (1 << 53) - 1;

/// The largest id that a question, answer or photo of an import may have: new ones get larger ids,
/// and 2^32 are left.
pub const MAX_IMPORTED_ID: u64 = MAX_ID - (1 << 32);

/// Why a text or number is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an integer between 1 and {MAX_ID}, written in decimal digits")]
pub struct InvalidId;

/// What all kinds of id have in common.
pub trait Id: Copy + Ord + fmt::Display {
    /// Takes a number in 1..=[`MAX_ID`].
    fn new(number: u64) -> Result<Self, InvalidId>;

    /// The number itself.
    fn get(self) -> u64;

    /// Reads one or more ASCII digits; leading zeros are dropped; signs, spaces, fractions and
    /// exponents are refused.
    fn parse(digits: &str) -> Result<Self, InvalidId> {
        let digits = digits.as_bytes();
        if digits.is_empty() {
            return Err(InvalidId);
        }
        let mut number: u64 = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return Err(InvalidId);
            }
            // `MAX_ID * 10 + 9` fits in 64 bits, so the sum is checked after each digit without
            // overflow.
            number = number * 10 + u64::from(digit - b'0');
            if number > MAX_ID {
                return Err(InvalidId);
            }
        }
        Self::new(number)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl Id for $name {
            fn new(number: u64) -> Result<Self, InvalidId> {
                if (1..=MAX_ID).contains(&number) { Ok(Self(number)) } else { Err(InvalidId) }
            }

            fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

id! {
    /// A product of the shop. Questions and reviews take every id in range, also of products that
    /// the catalogue does not have.
    ProductId
}
id! {
    /// A question about a product.
    QuestionId
}
id! {
    /// An answer to a question.
    AnswerId
}
id! {
    /// A photo of an answer, of a review or of a style. Each of the three counts on its own.
    PhotoId
}
id! {
    /// A style of a product, such as a colour.
    StyleId
}
id! {
    /// A size of a style that can be bought ("stock keeping unit").
    SkuId
}
id! {
    /// A review of a product.
    ReviewId
}
id! {
    /// A characteristic that a product's reviewers rate, such as its fit.
    CharacteristicId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_with_leading_zeros_are_an_id() {
        assert_eq!(ProductId::parse("0007").map(Id::get), Ok(7));
        assert_eq!(ProductId::parse("9007199254740991").map(Id::get), Ok(MAX_ID));
        assert_eq!(ProductId::parse(&format!("{}5", "0".repeat(400))).map(Id::get), Ok(5));
    }

    #[test]
    fn anything_else_is_not() {
        for text in ["", "0", "000", "-1", "+1", " 1", "1 ", "1.0", "1e3", "abc", "９", "9007199254740992"] {
            assert_eq!(ProductId::parse(text), Err(InvalidId), "{text:?}");
        }
        assert_eq!(ProductId::parse(&"9".repeat(400)), Err(InvalidId));
    }
}
