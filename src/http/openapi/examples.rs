//! Examples of problems, made by the code that checks requests. Deliberately absent: examples of
//! lists (`lists`).

use serde_json::Value;

use super::template::Settings;
use crate::domain::{Draft, NewAnswer, NewQuestion};
use crate::http::operation::{Operation, Purpose, Variables};
use crate::http::request::json_body;
use crate::http::response::allowance::{Kind, TooMany};
use crate::http::response::problem::Problem;

/// Problems that some operations name as their own. All others follow from the table.
const NAMED: [Problem; 5] = [
    Problem::InvalidProductId,
    Problem::UnknownQuestion,
    Problem::UnknownAnswer,
    Problem::UnknownPath,
    Problem::NotReady("the store cannot be reached"),
];

/// The problems of an operation, which names these as its own.
pub(super) fn problems(operation: &Operation, own: &Value, settings: &Settings<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(operation.check_ids(&Variables::default()).err());
    if let Some(kind) = operation.counts_as() {
        let limit = settings.http.rate_limits.of(kind);
        problems.extend((limit > 0).then(|| Problem::TooMany(TooMany::at_once(kind, limit))));
        problems.extend(bad_submissions(kind, settings));
    }
    let is_own = |problem: &&Problem| own.as_array().is_some_and(|own| own.contains(&problem.name().into()));
    problems.extend(NAMED.iter().filter(is_own).cloned());
    if operation.purpose != Purpose::Service {
        problems.extend([Problem::Overloaded, Problem::Unavailable]);
    }
    problems
}

/// What may be wrong with the body of a write of this kind.
fn bad_submissions(kind: Kind, settings: &Settings<'_>) -> Vec<Problem> {
    let (draft, limits) = (Draft::default(), &settings.service.submission);
    let missing = match kind {
        Kind::Questions => NewQuestion::parse(&draft, limits).err(),
        Kind::Answers => NewAnswer::parse(&draft, limits).err(),
        Kind::Votes | Kind::Reports | Kind::Refused => return Vec::new(),
    };
    let mut problems = vec![
        Problem::InvalidKey,
        Problem::KeyTaken,
        Problem::WrongContentType,
        Problem::EncodedBody,
        Problem::BodyTooLarge { max_bytes: settings.http.max_body_bytes },
        Problem::BodyTooSlow,
    ];
    problems.extend(["", "[]"].iter().filter_map(|body| json_body::parse(body.as_bytes()).err()));
    problems.extend(missing.map(Problem::InvalidFields));
    problems
}
