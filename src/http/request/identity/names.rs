//! Names that only the seller may have, such as "Seller". They are compared as the words of the
//! shop's lists are, which `service::policy` knows. Deliberately absent: those lists.

use std::fmt;
use std::str::FromStr;

use crate::domain::is_invisible;
use crate::service::words::WordLists;

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
    /// Whether a name is one of them as people see it: in any case, with any spaces and invisible
    /// characters, and with letters of other scripts that look the same.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.compared.is_empty() && self.compared.contains(&comparable(name))
    }
}

/// A name as people see it, without spaces and capitals. Names that have no letter at all stay as
/// they are written.
fn comparable(name: &str) -> String {
    let has_space = |character: &char| character.is_whitespace() || is_invisible(*character);
    let seen: String = WordLists::normalized(name).chars().filter(|seen| !has_space(seen)).collect();
    if !seen.is_empty() {
        return seen;
    }
    name.chars().filter(|character| !has_space(character)).collect()
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
        let alike =
            ["\u{405}\u{435}ll\u{435}r", "S\u{e9}ller", "\u{ff33}\u{ff45}\u{ff4c}\u{ff4c}\u{ff45}\u{ff52}"];
        let spelled = ["Seller", "seller", " SELLER ", "Sell\u{200B}er", "customer  service", "S.e.l.l.e.r"];
        for taken in spelled.into_iter().chain(alike) {
            assert!(names.has(taken), "{taken}");
        }
        assert!(!names.has("Sellers") && !names.has("Ann") && !names.has("Seiler") && !names.has("***"));
        let signs: ReservedNames = "***".parse().expect("names");
        assert!(signs.has("* **") && !signs.has("!") && !signs.has("Ann"));
        assert_eq!(names.to_string(), "Seller,Customer Service");
        let none: ReservedNames = "off".parse().expect("no names");
        assert!(!none.has("Seller") && none.to_string() == "off");
        for bad in ["", "a,", ",", &"a".repeat(61)] {
            assert_eq!(bad.parse::<ReservedNames>(), Err(InvalidReservedNames), "{bad}");
        }
    }
}
