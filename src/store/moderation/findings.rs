//! What rules noticed about a row, as the column `findings` of `moderation_items` has it: a JSON
//! array of objects with `reason`, `holds` and, where they are known, `field`, `matched`, `from`,
//! `to`. What rules there are is not known here.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::{Finding, Reason};

/// The fields in which rules look.
const FIELDS: [&str; 5] = ["body", "name", "summary", "email", "photos"];

/// A finding as it is written.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    field: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    matched: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    holds: bool,
}

/// The text of findings.
pub(crate) fn write_findings(findings: &[Finding]) -> String {
    let written: Vec<_> = findings
        .iter()
        .map(|finding| Written {
            reason: finding.reason.name().into(),
            field: finding.field.map(Cow::Borrowed),
            matched: finding.matched.as_deref().map(Cow::Borrowed),
            from: finding.at.map(|(from, _)| from),
            to: finding.at.map(|(_, to)| to),
            holds: finding.holds,
        })
        .collect();
    serde_json::to_string(&written).expect("texts, numbers and flags are JSON")
}

/// The findings of a text.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn read_findings(text: &str) -> Result<Vec<Finding>, String> {
    let written: Vec<Written<'_>> =
        serde_json::from_str(text).map_err(|error| format!("they are no list of findings: {error}"))?;
    written.into_iter().map(read_one).collect()
}

fn read_one(written: Written<'_>) -> Result<Finding, String> {
    let Written { reason, field, matched, from, to, holds } = written;
    let reason = Reason::parse(&reason).ok_or_else(|| format!("there is no reason {reason:?}"))?;
    let field = field.map(|field| {
        let known = FIELDS.into_iter().find(|known| *known == field);
        known.ok_or_else(|| format!("there is no field {field:?}"))
    });
    Ok(Finding {
        reason,
        field: field.transpose()?,
        matched: matched.map(Cow::into_owned),
        at: from.zip(to),
        holds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let findings = vec![
            Finding {
                reason: Reason::WordHeld,
                field: Some("body"),
                matched: Some("a \"word\"\nof two lines".to_owned()),
                at: Some((3, 9)),
                holds: true,
            },
            Finding { reason: Reason::TooFast, field: None, matched: None, at: None, holds: false },
        ];
        let text = write_findings(&findings);
        assert_eq!(
            text,
            r#"[{"reason":"word_held","field":"body","matched":"a \"word\"\nof two lines","from":3,"to":9,"holds":true},{"reason":"too_fast","holds":false}]"#
        );
        assert_eq!(read_findings(&text), Ok(findings));
        assert_eq!(write_findings(&[]), "[]");
    }

    #[test]
    fn fields_of_the_policy_are_known() {
        for field in FIELDS {
            let finding =
                Finding { reason: Reason::Links, field: Some(field), matched: None, at: None, holds: true };
            assert_eq!(read_findings(&write_findings(std::slice::from_ref(&finding))), Ok(vec![finding]));
        }
    }

    #[test]
    fn anything_else_is_damage() {
        for text in [
            "",
            "{}",
            "[1]",
            r#"[{"reason":"no such","holds":true}]"#,
            r#"[{"reason":"links","field":"x","holds":true}]"#,
        ] {
            assert!(read_findings(text).is_err(), "{text}");
        }
    }
}
