//! Which of its services a process serves: the catalogue, questions and answers, reviews. What it
//! leaves out has unknown paths. Deliberately absent: which operation belongs to which service
//! (`routes`).

use std::fmt;
use std::str::FromStr;

/// A group of operations that a process serves or leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The catalogue, carts and interactions.
    Products,
    /// Questions and answers.
    Questions,
    /// Reviews.
    Reviews,
    /// What moderators do about questions, answers and reviews.
    Moderation,
    /// The demo shop.
    Demo,
    /// What every process serves.
    Everywhere,
}

/// The services of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Services {
    /// The catalogue, carts and interactions.
    pub products: bool,
    /// Questions and answers.
    pub questions: bool,
    /// Reviews.
    pub reviews: bool,
}

/// Why a text names no services.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write products, qa or reviews, or several of them separated by commas, such as products,qa,reviews")]
pub struct InvalidServices;

impl Services {
    /// All of them.
    pub const ALL: Self = Self { products: true, questions: true, reviews: true };

    /// Whether a part is among what is served.
    pub(crate) fn serve(self, part: Part) -> bool {
        match part {
            Part::Products => self.products,
            Part::Questions => self.questions,
            Part::Reviews => self.reviews,
            Part::Moderation => self.questions || self.reviews,
            // Whether it is there is a setting of its own.
            Part::Demo | Part::Everywhere => true,
        }
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromStr for Services {
    type Err = InvalidServices;

    fn from_str(text: &str) -> Result<Self, InvalidServices> {
        let mut services = Self { products: false, questions: false, reviews: false };
        for name in text.split(',') {
            match name.trim() {
                "products" => services.products = true,
                "qa" => services.questions = true,
                "reviews" => services.reviews = true,
                _ => return Err(InvalidServices),
            }
        }
        Ok(services)
    }
}

impl fmt::Display for Services {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [(self.products, "products"), (self.questions, "qa"), (self.reviews, "reviews")];
        let named: Vec<&str> =
            all.iter().filter(|(is_served, _)| *is_served).map(|(_, name)| *name).collect();
        formatter.write_str(&named.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_named_exactly() {
        let only_reviews = Services { products: false, questions: false, reviews: true };
        assert_eq!("reviews".parse(), Ok(only_reviews));
        assert_eq!("qa, reviews,products".parse(), Ok(Services::ALL));
        assert_eq!(Services::ALL.to_string().parse(), Ok(Services::ALL));
        for bad in ["", "all", "products,", "questions", "QA", "products qa"] {
            assert_eq!(bad.parse::<Services>(), Err(InvalidServices), "{bad}");
        }
    }
}
