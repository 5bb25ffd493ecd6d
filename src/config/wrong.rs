//! A setting that stops the start, as one sentence: where it stands, what was found there, what to write instead.

use std::error::Error as _;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue};

/// A setting that stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongSetting(String);

impl WrongSetting {
    /// What was found at a place, and what to write there.
    pub(super) fn new(place: impl Display, found: impl Display, complaint: &str) -> Self {
        Self(format!("{place} is {found}: {complaint}"))
    }

    /// The same for a value that nobody may read, or where there is none.
    pub(super) fn without_value(place: impl Display, complaint: &str) -> Self {
        Self(format!("{place}: {complaint}"))
    }
}

/// What a reader of values says of a text that it refused; `None` when there was no text, and when the failure is of
/// another kind.
pub(super) fn complaint(error: &clap::Error) -> Option<String> {
    use clap::error::ErrorKind::{InvalidValue, ValueValidation};
    match (error.kind(), error.source()) {
        (ValueValidation, Some(source)) => Some(source.to_string()),
        (InvalidValue, _) => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(values)) if !values.is_empty() => {
                Some(format!("write {}", alternatives(values)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// `a, b or c`.
fn alternatives(values: &[String]) -> String {
    match values {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => values.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_a_sentence() {
        let values = ["pretty", "json", "short"].map(str::to_owned);
        assert_eq!(alternatives(&values), "pretty, json or short");
        assert_eq!(alternatives(&values[..2]), "pretty or json");
        assert_eq!(alternatives(&values[..1]), "pretty");
    }
}
