//! Examples of problems, made by the code that checks requests. Deliberately absent: examples of
//! lists (`lists`).

use serde_json::Value;

use super::described::Settings;
use super::moderation;
use crate::domain::{
    CartItem, Draft, Field, FieldError, Interaction, NewAnswer, NewQuestion, NewReview, note,
};
use crate::http::operation::{Operation, Purpose, Variables};
use crate::http::request::identity::IdentityMode;
use crate::http::request::json_body;
use crate::http::response::allowance::{Kind, TooMany};
use crate::http::response::problem::Problem;
use crate::service::{MAX_NOTE_CHARS, Refusal, Scope};

/// Problems that some operations name as their own. All others follow from the table.
const NAMED: [Problem; 13] = [
    Problem::InvalidProductId,
    Problem::UnknownProduct,
    Problem::UnknownReview,
    Problem::UnknownQuestion,
    Problem::UnknownAnswer,
    Problem::UnknownPath,
    Problem::NotReady("the store cannot be reached"),
    Problem::IdentityRequired,
    Problem::NotTheAuthor,
    Problem::NothingToAppeal,
    Problem::AppealedBefore,
    Problem::WrongKey { is_sent: true },
    Problem::ScopeMissing(Scope::AnswerAsSeller),
];

/// The problems of an operation, which names these as its own.
pub(super) fn problems(operation: &Operation, own: &Value, settings: &Settings<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(operation.check_ids(&Variables::default()).err());
    if let Some(kind) = operation.counts_as() {
        let limit = settings.http.rate_limits.of(kind);
        problems.extend((limit > 0).then(|| Problem::TooMany(TooMany::at_once(kind, limit))));
    }
    if let Some(missing) = missing_fields(operation, settings) {
        problems.extend(bad_submissions(operation, missing, settings));
    }
    problems.extend(moderation::problems(operation, settings));
    let identity = settings.http.identity.mode;
    if let (Some(kind), true) = (operation.counts_as(), identity != IdentityMode::Off) {
        problems.push(Problem::BadIdentity("has expired".to_owned()));
        if identity == IdentityMode::Required && kind != Kind::Reports {
            problems.push(Problem::IdentityRequired);
        }
        problems.extend((kind == Kind::Votes).then_some(Problem::OwnRow));
    }
    if let Some(scope) = operation.who.scope() {
        problems.extend([Problem::WrongKey { is_sent: true }, Problem::ScopeMissing(scope)]);
    }
    let is_own = |problem: &&Problem| own.as_array().is_some_and(|own| own.contains(&problem.name().into()));
    let others: Vec<Problem> =
        NAMED.iter().filter(is_own).filter(|problem| !problems.contains(problem)).cloned().collect();
    problems.extend(others);
    if matches!(operation.purpose, Purpose::List | Purpose::Write(_) | Purpose::Moderation) {
        problems.extend([Problem::Overloaded, Problem::Unavailable]);
    }
    problems
}

/// What an operation says to a body without any field; `None` when it reads no body.
fn missing_fields(operation: &Operation, settings: &Settings<'_>) -> Option<Vec<FieldError>> {
    let (draft, limits) = (Draft::default(), &settings.service.submission);
    match (operation.purpose, operation.name) {
        (Purpose::Write(Kind::Questions), _) => NewQuestion::parse(&draft, limits).err(),
        (Purpose::Write(Kind::Answers), _) => NewAnswer::parse(&draft, limits).err(),
        (Purpose::Write(Kind::Reviews), _) => NewReview::parse(&draft, limits).err(),
        (_, "appeal_question" | "appeal_answer" | "appeal_review") => {
            let mut draft = Draft::default();
            draft.set("note", Field::Flag(true));
            note(&draft, MAX_NOTE_CHARS).err()
        }
        (_, "add_to_cart") => CartItem::parse(&draft).err(),
        (_, "add_interaction") => Interaction::parse(&draft).err(),
        _ => None,
    }
}

/// A text with a word that a shop does not allow.
fn refused_text() -> Problem {
    Problem::RefusedText(Box::new(Refusal { field: "body", matched: "Darn".to_owned(), from: 0, to: 4 }))
}

/// What may be wrong with a body.
fn bad_submissions(operation: &Operation, missing: Vec<FieldError>, settings: &Settings<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let takes_a_key =
        matches!(operation.purpose, Purpose::Write(Kind::Questions | Kind::Answers | Kind::Reviews));
    if takes_a_key {
        problems.extend([Problem::InvalidKey, Problem::KeyTaken, refused_text()]);
    }
    problems.extend([
        Problem::WrongContentType,
        Problem::EncodedBody,
        Problem::BodyTooLarge { max_bytes: settings.http.max_body_bytes },
        Problem::BodyTooSlow,
    ]);
    problems.extend(["", "[]"].iter().filter_map(|body| json_body::parse(body.as_bytes()).err()));
    problems.push(Problem::InvalidFields(missing));
    problems
}
