//! What a moderator decides: the new state, the reason, a note, and which of them must be there.
//! Deliberately absent: the rows that it is for (`store::moderation`).

use super::{Body, FieldError, Reason, State};

/// Longest note and longest legal ground, in characters.
pub const MAX_NOTE_CHARS: usize = 500;

/// A decision without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The state that the rows get: never [`State::Pending`].
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// In the moderator's words.
    pub note: Option<String>,
    /// The law, where the reason is [`Reason::Illegal`].
    pub legal_ground: Option<String>,
}

/// A decision as it was sent or typed. Empty texts count as missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerdictDraft<'d> {
    /// The name of the new state.
    pub to: Option<&'d str>,
    /// The name of the reason.
    pub reason: Option<&'d str>,
    /// In the moderator's words.
    pub note: Option<&'d str>,
    /// The law.
    pub legal_ground: Option<&'d str>,
}

impl Verdict {
    /// Checks a decision. Publishing needs no reason; it is [`Reason::Approved`] then.
    ///
    /// # Errors
    /// Every bad field, with its name and what would be right.
    pub fn parse(draft: VerdictDraft<'_>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let to = keep(&mut errors, to(draft.to));
        let reason = keep(&mut errors, reason(draft.reason, to));
        let note = keep(&mut errors, words("note", draft.note)).flatten();
        let legal_ground = keep(&mut errors, words("legal_ground", draft.legal_ground)).flatten();
        match (reason, &legal_ground) {
            (Some(Reason::Illegal), None) if blank(draft.legal_ground) => {
                errors.push(FieldError::of("legal_ground", "is required with the reason illegal"));
            }
            (Some(reason), Some(_)) if reason != Reason::Illegal => {
                errors.push(FieldError::of("legal_ground", "belongs to the reason illegal alone"));
            }
            _ => {}
        }
        match (to, reason) {
            (Some(to), Some(reason)) if errors.is_empty() => Ok(Self { to, reason, note, legal_ground }),
            _ => Err(errors),
        }
    }
}

fn keep<T>(errors: &mut Vec<FieldError>, read: Result<T, FieldError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

fn to(name: Option<&str>) -> Result<State, FieldError> {
    let state = name.and_then(State::parse).filter(|state| *state != State::Pending);
    state.ok_or_else(|| FieldError::of("to", "must be published, rejected or hidden"))
}

fn reason(name: Option<&str>, to: Option<State>) -> Result<Reason, FieldError> {
    if blank(name) {
        return match to {
            Some(State::Published) => Ok(Reason::Approved),
            // What is wrong is `to`.
            None => Ok(Reason::Other),
            Some(_) => Err(FieldError::of("reason", "is required to reject or hide")),
        };
    }
    let reason = name.and_then(Reason::parse);
    let fits = |reason: &Reason| {
        reason.is_of_people() || (*reason == Reason::Approved && to == Some(State::Published))
    };
    reason.filter(fits).ok_or_else(|| {
        let names: Vec<&str> = Reason::of_people().map(Reason::name).collect();
        FieldError::of("reason", &format!("must be one of {}", names.join(", ")))
    })
}

fn words(name: &str, text: Option<&str>) -> Result<Option<String>, FieldError> {
    match text {
        Some(text) if !blank(Some(text)) => Body::parse(text, MAX_NOTE_CHARS)
            .map(|body| Some(body.as_str().to_owned()))
            .map_err(|error| FieldError::of(name, &error.to_string())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(draft: VerdictDraft<'_>) -> Vec<String> {
        Verdict::parse(draft).unwrap_err().into_iter().map(|error| error.detail).collect()
    }

    #[test]
    fn a_decision_has_all_that_it_needs() {
        let draft = VerdictDraft { to: Some("rejected"), reason: Some("spam"), ..VerdictDraft::default() };
        let verdict = Verdict::parse(VerdictDraft { note: Some(" Again.\r\n"), ..draft }).unwrap();
        assert_eq!((verdict.reason, verdict.note.as_deref()), (Reason::Spam, Some("Again.")));
        let publish = VerdictDraft { to: Some("published"), ..VerdictDraft::default() };
        assert_eq!(Verdict::parse(publish).map(|verdict| verdict.reason), Ok(Reason::Approved));
        let illegal = VerdictDraft { reason: Some("illegal"), legal_ground: Some("§ 185 StGB"), ..draft };
        assert!(Verdict::parse(illegal).is_ok());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let long = "x".repeat(501);
        let hide = VerdictDraft { to: Some("hidden"), ..VerdictDraft::default() };
        for (draft, expected) in [
            (VerdictDraft::default(), "to must be published, rejected or hidden"),
            (VerdictDraft { to: Some("pending"), ..hide }, "to must be published, rejected or hidden"),
            (hide, "reason is required to reject or hide"),
            (VerdictDraft { reason: Some(" "), ..hide }, "reason is required to reject or hide"),
            (
                VerdictDraft { reason: Some("illegal"), ..hide },
                "legal_ground is required with the reason illegal",
            ),
            (
                VerdictDraft { reason: Some("spam"), legal_ground: Some("a law"), ..hide },
                "legal_ground belongs to the reason illegal alone",
            ),
            (
                VerdictDraft { reason: Some("spam"), note: Some(&long), ..hide },
                "note must have 1 to 500 characters; it has 501",
            ),
        ] {
            assert_eq!(details(draft), [expected]);
        }
        let of_the_system = details(VerdictDraft { reason: Some("policy_all"), ..hide });
        assert!(of_the_system[0].starts_with("reason must be one of offensive, harassment,"));
        assert!(details(VerdictDraft { reason: Some("approved"), ..hide })[0].starts_with("reason must"));
    }
}
