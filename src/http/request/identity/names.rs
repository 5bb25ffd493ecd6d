//! Names that only the seller may have, such as "Seller". Deliberately absent: words in texts,
//! which are `service::policy`'s.

use std::fmt;
use std::str::FromStr;

use crate::domain::is_invisible;

/// Most reserved names.
const MAX_NAMES: usize = 100;

/// Longest reserved name, in characters.
const MAX_NAME_CHARS: usize = 60;

/// Names that only the seller may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReservedNames {
    /// As they were written.
    written: Vec<String>,
    /// As they are compared.
    compared: Vec<String>,
}

/// Why a text is no list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write off, or at most {MAX_NAMES} names of at most {MAX_NAME_CHARS} characters, separated by commas, such as Seller,Support"
)]
pub struct InvalidReservedNames;

impl FromStr for ReservedNames {
    type Err = InvalidReservedNames;

    fn from_str(text: &str) -> Result<Self, InvalidReservedNames> {
        if text.trim() == "off" {
            return Ok(Self::default());
        }
        let written: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let compared: Vec<String> = written.iter().map(|name| comparable(name)).collect();
        let is_short = |name: &String| name.chars().count() <= MAX_NAME_CHARS;
        if written.len() > MAX_NAMES || !written.iter().all(is_short) || compared.iter().any(String::is_empty)
        {
            return Err(InvalidReservedNames);
        }
        Ok(Self { written, compared })
    }
}

impl ReservedNames {
    /// Whether a name is one of them, in any case, and with any spaces and invisible characters.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.compared.is_empty() && self.compared.contains(&comparable(name))
    }
}

/// A name as people see it, without spaces and capitals.
fn comparable(name: &str) -> String {
    let seen = name.chars().filter(|character| !character.is_whitespace() && !is_invisible(*character));
    seen.flat_map(char::to_lowercase).collect()
}

impl fmt::Display for ReservedNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.written.is_empty() {
            return formatter.write_str("off");
        }
        formatter.write_str(&self.written.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_they_look() {
        let names: ReservedNames = "Seller, Customer Service".parse().expect("names");
        for taken in ["Seller", "seller", " SELLER ", "Sell\u{200B}er", "customer  service"] {
            assert!(names.has(taken), "{taken}");
        }
        assert!(!names.has("Sellers") && !names.has("Ann"));
        assert_eq!(names.to_string(), "Seller,Customer Service");
        let none: ReservedNames = "off".parse().expect("no names");
        assert!(!none.has("Seller") && none.to_string() == "off");
        for bad in ["", "a,", ",", &"a".repeat(61)] {
            assert_eq!(bad.parse::<ReservedNames>(), Err(InvalidReservedNames), "{bad}");
        }
    }
}
