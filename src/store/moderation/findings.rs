//! What rules noticed, as tables keep it: a JSON list. Which rules there are is not known here.

use serde::{Deserialize, Serialize};

use crate::domain::{Finding, Reason};

/// No findings.
pub(in crate::store) const NO_FINDINGS: &str = "[]";

/// The fields that rules look at.
const FIELDS: [&str; 5] = ["body", "name", "summary", "email", "photos"];

/// A finding as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptFinding<'f> {
    #[serde(borrow)]
    reason: std::borrow::Cow<'f, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    field: Option<std::borrow::Cow<'f, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    matched: Option<std::borrow::Cow<'f, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<(u32, u32)>,
    holds: bool,
}

/// Writes findings.
pub(in crate::store) fn write(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return NO_FINDINGS.to_owned();
    }
    let kept: Vec<_> = findings
        .iter()
        .map(|finding| KeptFinding {
            reason: finding.reason.name().into(),
            field: finding.field.map(Into::into),
            matched: finding.matched.as_deref().map(Into::into),
            at: finding.at,
            holds: finding.holds,
        })
        .collect();
    serde_json::to_string(&kept).expect("texts and numbers become JSON")
}

/// Reads findings. Those whose reason this version does not know are left out.
pub(in crate::store) fn read(text: &str) -> Result<Vec<Finding>, String> {
    if text == NO_FINDINGS {
        return Ok(Vec::new());
    }
    let kept: Vec<KeptFinding<'_>> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let findings = kept.into_iter().filter_map(|kept| {
        Some(Finding {
            reason: Reason::parse(&kept.reason)?,
            field: kept.field.and_then(|name| FIELDS.into_iter().find(|field| *field == name)),
            matched: kept.matched.map(std::borrow::Cow::into_owned),
            at: kept.at,
            holds: kept.holds,
        })
    });
    Ok(findings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_back() {
        let finding = Finding {
            reason: Reason::WordHeld,
            field: Some("body"),
            matched: Some("say \"that\"\n\u{1f600}".to_owned()),
            at: Some((4, 17)),
            holds: true,
        };
        let bare = Finding { reason: Reason::PolicyAll, field: None, matched: None, at: None, holds: false };
        for findings in [vec![], vec![bare.clone()], vec![finding, bare]] {
            assert_eq!(read(&write(&findings)), Ok(findings));
        }
    }

    #[test]
    fn reasons_of_later_versions_are_left_out() {
        let text = r#"[{"reason":"of_tomorrow","holds":true},{"reason":"hook","holds":true}]"#;
        let reasons: Vec<_> = read(text).unwrap().into_iter().map(|finding| finding.reason).collect();
        assert_eq!(reasons, [Reason::Hook]);
        assert!(read("{").is_err());
    }
}
