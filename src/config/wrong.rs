//! A setting that stops the start, as one sentence: where it stands, what was found there, what to
//! write instead.

use std::error::Error as _;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue};

/// A setting that stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongSetting(String);

impl WrongSetting {
    /// A place, what was found there, and what to write instead.
    pub(super) fn new(place: impl Display, found: impl Display, complaint: &str) -> Self {
        Self(format!("{place} is {}: {complaint}", without_secret(&found.to_string())))
    }

    /// The same without the value, which is secret or missing.
    pub(super) fn without_value(place: impl Display, complaint: &str) -> Self {
        Self(format!("{place}: {complaint}"))
    }
}

/// A text that is shown to the operator, without what may be a password in an address.
pub(super) fn without_secret(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!("{}***{}", &text[..start + 3], &text[end..]),
        _ => text.to_owned(),
    }
}

/// What a reader of values says of a text that it refused; `None` when there was no text, and when
/// the failure is of another kind.
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
