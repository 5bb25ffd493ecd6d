//! What shoppers do with a question, an answer or a review that is there: votes, votes taken back,
//! reports, appeals. Deliberately absent: the rules (`service`).

use serde_json::Value;

use crate::domain::{Reason, Sender, Target, note};
use crate::http::app::App;
use crate::http::call::Call;
use crate::http::request::body::{Payload, read_draft};
use crate::http::request::identity::IdentityMode;
use crate::http::response::problem::Problem;
use crate::http::response::reply::Reply;
use crate::service::{MAX_NOTE_CHARS, ServiceError, VotePolicy};

/// Counts a vote. `unknown` says that there is no such row.
pub(crate) async fn vote(call: Call<'_>, target: Target, unknown: Problem) -> Result<Reply, Problem> {
    let service = &call.app.service;
    let identity = call.app.settings.identity.mode;
    let voted = if identity == IdentityMode::Off && service.settings().moderation.votes == VotePolicy::Open {
        service.vote(target).await
    } else {
        let sender = call.sender()?;
        // In a box, so that most votes need no room for it.
        Box::pin(vote_from(call.app, target, &sender)).await
    };
    done(voted, unknown)
}

/// Counts a vote of this sender.
///
/// # Errors
/// [`ServiceError::IdentityNeeded`] also where nobody writes without an identity.
pub(crate) async fn vote_from(app: &App, target: Target, sender: &Sender) -> Result<(), ServiceError> {
    if app.settings.identity.mode == IdentityMode::Required && sender.identity.is_none() {
        return Err(ServiceError::IdentityNeeded);
    }
    app.service.vote_from(target, sender).await
}

/// Takes a vote back.
pub(crate) async fn take_vote_back(
    call: Call<'_>,
    target: Target,
    unknown: Problem,
) -> Result<Reply, Problem> {
    let sender = call.sender()?;
    done(call.app.service.take_vote_back(target, &sender).await, unknown)
}

/// Reports a row. A body that has no reason and no note is ignored, as any other body is.
pub(crate) async fn report(call: Call<'_>, target: Target, unknown: Problem) -> Result<Reply, Problem> {
    let sender = call.sender()?;
    let (reason, note) = match &*call.body {
        Payload::Whole(body) if body.len() <= call.app.settings.max_body_bytes => why(body),
        Payload::Whole(_) | Payload::TooLarge => (None, None),
    };
    let reported = call.app.service.report_from(target, &sender, reason, note).await;
    done(reported.map(drop), unknown)
}

/// The reason and the note of a report, as far as there are any. A longer note is cut.
fn why(body: &[u8]) -> (Option<Reason>, Option<String>) {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return (None, None) };
    let text = |name| members.get(name).and_then(Value::as_str);
    let reason = text("reason").and_then(Reason::parse).filter(|reason| reason.is_of_people());
    let is_shown = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    let note: Option<String> =
        text("note").map(|note| note.trim().chars().filter(is_shown).take(MAX_NOTE_CHARS).collect());
    (reason, note.filter(|note| !note.is_empty()))
}

/// Asks for another look at a decision. The body may have a note.
pub(crate) async fn appeal(mut call: Call<'_>, target: Target, unknown: Problem) -> Result<Reply, Problem> {
    let sender = call.sender()?;
    if sender.identity.is_none() {
        return Err(Problem::IdentityRequired);
    }
    let note = read_note(&mut call)?;
    done(call.app.service.appeal(target, &sender, note).await, unknown)
}

/// The note in the body; empty without a body.
fn read_note(call: &mut Call<'_>) -> Result<String, Problem> {
    if matches!(&*call.body, Payload::Whole(body) if body.is_empty()) {
        return Ok(String::new());
    }
    let draft = read_draft(call.head, call.body, call.app.settings.max_body_bytes)?;
    note(&draft, MAX_NOTE_CHARS).map_err(Problem::InvalidFields)
}

fn done(done: Result<(), ServiceError>, unknown: Problem) -> Result<Reply, Problem> {
    done.map(|()| Reply::Done).map_err(|error| Problem::from_service(error, unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_why_if_it_likes() {
        let some = |text: &str| Some(text.to_owned());
        for (body, expected) in [
            ("", (None, None)),
            ("{", (None, None)),
            ("[]", (None, None)),
            ("{}", (None, None)),
            (r#"{"reason":"spam"}"#, (Some(Reason::Spam), None)),
            (r#"{"reason":"spam","note":" look\u0000 "}"#, (Some(Reason::Spam), some("look"))),
            (r#"{"reason":"policy_all","note":""}"#, (None, None)),
            (r#"{"reason":"?","note":5}"#, (None, None)),
            (r#"{"reason":["spam"],"note":"x"}"#, (None, some("x"))),
        ] {
            assert_eq!(why(body.as_bytes()), expected, "{body}");
        }
        let long = format!(r#"{{"note":"{}"}}"#, "ä".repeat(501));
        assert_eq!(why(long.as_bytes()).1.map(|note| note.chars().count()), Some(500));
    }
}
