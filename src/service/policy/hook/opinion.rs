//! What the hook says about a text. Deliberately absent: what becomes of the text (`lane`).

use serde::Deserialize;

use crate::domain::State;
use crate::store::moderation::MAX_NOTE_CHARS;

/// What the hook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opinion {
    /// Nothing.
    None,
    /// The state that the text gets, and why, in the hook's words.
    Give(State, Option<String>),
}

#[derive(Deserialize)]
struct Response {
    state: Option<String>,
    reason: Option<String>,
}

impl Opinion {
    /// Reads a response: 204 and `{}` are no opinion.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(status: u16, body: &[u8]) -> Result<Self, String> {
        match status {
            204 => return Ok(Self::None),
            200..=299 => {}
            status => return Err(format!("it responds {status}")),
        }
        let wrong = |error: serde_json::Error| format!("its response is no opinion: {error}");
        let Response { state, reason } = serde_json::from_slice(body).map_err(wrong)?;
        let Some(state) = state else { return Ok(Self::None) };
        match State::parse(&state) {
            Some(state @ (State::Published | State::Pending | State::Rejected)) => {
                let shown = |reason: &String| !reason.trim().is_empty();
                let reason = reason.filter(shown).map(|reason| note(&reason));
                Ok(Self::Give(state, reason))
            }
            _ => Err("its response has a state that is not published, pending or rejected".to_owned()),
        }
    }
}

/// The note of a decision: the hook's reason, cut to its length and without control characters.
fn note(reason: &str) -> String {
    let is_shown = |character: &char| !character.is_control();
    reason.trim().chars().filter(is_shown).take(MAX_NOTE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_are_read() {
        let read = |status, body: &str| Opinion::read(status, body.as_bytes());
        assert_eq!(read(204, ""), Ok(Opinion::None));
        assert_eq!(read(200, "{}"), Ok(Opinion::None));
        assert_eq!(read(200, r#"{"state":null,"more":[1]}"#), Ok(Opinion::None));
        assert_eq!(read(201, r#"{"state":"published"}"#), Ok(Opinion::Give(State::Published, None)));
        assert_eq!(
            read(200, r#"{"state":"rejected","reason":"spam"}"#),
            Ok(Opinion::Give(State::Rejected, Some("spam".to_owned())))
        );
        let long = format!(r#"{{"state":"pending","reason":"{}"}}"#, "\u{e9}\\n".repeat(600));
        let Ok(Opinion::Give(State::Pending, Some(note))) = read(200, &long) else { panic!("an opinion") };
        assert_eq!(note, "\u{e9}".repeat(500));
        for (status, body) in [
            (200, ""),
            (200, "no"),
            (200, "[]"),
            (200, r#"{"state":"hidden"}"#),
            (200, r#"{"state":1}"#),
            (302, "{}"),
            (500, "{}"),
        ] {
            assert!(read(status, body).is_err(), "{status} {body}");
        }
    }
}
