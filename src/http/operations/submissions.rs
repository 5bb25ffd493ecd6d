//! What new questions, answers and reviews have in common: who sends them, what a token says in the
//! place of their fields, and the reply that names the new row. Deliberately absent: reading their
//! bodies (`request::body`), and what becomes of them (`service`).

use crate::domain::{
    AuthorRole, Draft, Email, Field, FieldError, FormSignals, Id, Name, Sender, State, Timestamp,
};
use crate::http::app::App;
use crate::http::request::identity::{IdentityMode, IdentitySettings};
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::service::Added;

/// The field of a body that has the token where no header has it.
const IDENTITY: &str = "identity";

/// A field that people do not see and leave empty.
const TRAP: &str = "website";

/// How long the form was open, in milliseconds, as a script measured it.
const OPEN_MS: &str = "open_ms";

/// When the server wrote the form, in milliseconds since 1970.
pub(crate) const OPENED_AT: &str = "opened_at";

/// The longest time that a form is open, in milliseconds: a day. Anything else is no time.
const MAX_OPEN_MS: u64 = 86_400_000;

/// Takes from a body what it says about its sender: the token, if no header had one, and how a form
/// was filled in. Then puts what the token says in the place of the fields. Returns what is wrong
/// with the name that is left, if it is reserved.
///
/// # Errors
/// [`Problem::BadIdentity`], or [`Problem::IdentityRequired`] where nobody else posts.
pub(crate) fn complete(
    app: &App,
    sender: &mut Sender,
    draft: &mut Draft,
) -> Result<Option<FieldError>, Problem> {
    let settings = &app.settings.identity;
    sender.form = form_signals(draft, app.service.now());
    if sender.identity.is_none() && settings.mode != IdentityMode::Off {
        let limits = &app.service.settings().submission;
        sender.identity = match draft.field(IDENTITY) {
            Field::Missing => None,
            Field::Text(token) => settings.of_field(token, limits, app.service.now())?,
            _ => settings.of_field("?", limits, app.service.now())?,
        };
    }
    if settings.mode == IdentityMode::Required && sender.identity.is_none() && sender.seller_key.is_none() {
        return Err(Problem::IdentityRequired);
    }
    let mut is_trusted = sender.seller_key.is_some();
    if let Some(identity) = &sender.identity {
        is_trusted |= identity.role == AuthorRole::Seller;
        let own = [
            ("name", identity.name.as_ref().map(Name::as_str)),
            ("email", identity.email.as_ref().map(Email::as_str)),
        ];
        for (field, text) in own {
            if let Some(text) = text {
                draft.replace(field, Field::Text(text.to_owned()));
            }
        }
    }
    match draft.field("name") {
        Field::Text(name) if !is_trusted => Ok(check_name(settings, name).err()),
        _ => Ok(None),
    }
}

/// Whether somebody who is not the seller may have this name.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_name(settings: &IdentitySettings, name: &str) -> Result<(), FieldError> {
    if settings.reserved_names.has(name) {
        return Err(FieldError::of("name", "is reserved for the seller"));
    }
    Ok(())
}

/// What is parsed, unless it or its name was refused.
///
/// # Errors
/// All fields that are wrong.
pub(crate) fn with_name<T>(
    parsed: Result<T, Vec<FieldError>>,
    reserved: Option<FieldError>,
) -> Result<T, Vec<FieldError>> {
    match (parsed, reserved) {
        (parsed, None) => parsed,
        (Ok(_), Some(reserved)) => Err(vec![reserved]),
        (Err(mut errors), Some(reserved)) => {
            errors.push(reserved);
            Err(errors)
        }
    }
}

fn form_signals(draft: &Draft, now: Timestamp) -> FormSignals {
    let number = |name| match draft.field(name) {
        Field::Text(digits) | Field::Number(digits) => digits.trim().parse::<u64>().ok(),
        _ => None,
    };
    let since = |opened_at: u64| u64::try_from(now.milliseconds()).ok()?.checked_sub(opened_at);
    let open_ms = number(OPEN_MS).or_else(|| number(OPENED_AT).and_then(since));
    FormSignals {
        is_trapped: !matches!(draft.field(TRAP), Field::Missing)
            && !matches!(draft.field(TRAP), Field::Text(text) if text.is_empty()),
        open_ms: open_ms.filter(|open_ms| *open_ms <= MAX_OPEN_MS),
    }
}

/// The reply to a new row: its id under this key, how many of its photos were left out if there
/// were any, its state if it is not public, and the list that shows it as its place.
pub(crate) fn created<I: Id>(
    key: &str,
    Added { id, is_new, state }: Added<I>,
    photos_left_out: usize,
    location: String,
) -> Reply {
    let left_out = match photos_left_out {
        0 => String::new(),
        number => format!(",\"photos_left_out\":{number}"),
    };
    let state = match state {
        State::Published => String::new(),
        state => format!(",\"state\":\"{state}\""),
    };
    Reply::Created { json: format!("{{\"{key}\":{id}{left_out}{state}}}"), location, is_new }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_tell_how_they_were_filled_in() {
        let now = Timestamp::nearest(1_000_000);
        let signals = |fields: &[(&str, &str)]| {
            let mut draft = Draft::default();
            for (name, text) in fields {
                draft.set(name, Field::Text((*text).to_owned()));
            }
            form_signals(&draft, now)
        };
        assert_eq!(signals(&[]), FormSignals::default());
        assert_eq!(signals(&[("website", "")]), FormSignals::default());
        assert!(signals(&[("website", "https://a.test")]).is_trapped);
        assert_eq!(signals(&[("opened_at", "998500")]).open_ms, Some(1_500));
        assert_eq!(signals(&[("open_ms", "20"), ("opened_at", "1")]).open_ms, Some(20));
        for strange in ["", "-1", "1.5", "soon", "1000001", "86400001"] {
            let late = signals(&[("opened_at", strange)]).open_ms;
            assert!(late.is_none() || strange == "86400001", "{strange}");
            assert!(signals(&[("open_ms", strange)]).open_ms.is_none() || strange == "1000001", "{strange}");
        }
    }

    #[test]
    fn a_row_that_waits_says_so() {
        use crate::domain::QuestionId;
        let id = QuestionId::new(7).expect("an id");
        let json = |state, left_out| match created(
            "question_id",
            Added { id, is_new: true, state },
            left_out,
            String::new(),
        ) {
            Reply::Created { json, .. } => json,
            _ => String::new(),
        };
        assert_eq!(json(State::Published, 0), r#"{"question_id":7}"#);
        assert_eq!(json(State::Pending, 2), r#"{"question_id":7,"photos_left_out":2,"state":"pending"}"#);
    }
}
