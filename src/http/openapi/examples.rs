//! Examples of problems, made by the code that checks requests. Deliberately absent: examples of
//! lists, which stand next to their operations.

use super::settings::Settings;
use crate::http::operation::{BodyAbout, Operation};
use crate::http::request::json_body;
use crate::http::response::allowance::TooMany;
use crate::http::response::problem::Problem;

/// The problem of a client that has used up its allowance; `None` when nothing limits it.
pub(super) fn too_many(operation: &Operation, settings: &Settings<'_>) -> Option<Problem> {
    let kind = operation.counts_as()?;
    let limit = settings.http.rate_limits.of(kind);
    (limit > 0).then(|| Problem::TooMany(TooMany::at_once(kind, limit)))
}

/// What may be wrong with a body.
pub(super) fn bad_submissions(body: &BodyAbout, settings: &Settings<'_>) -> Vec<Problem> {
    let max_bytes = settings.http.max_body_bytes;
    let mut problems = vec![
        Problem::InvalidKey,
        Problem::KeyTaken,
        Problem::WrongContentType,
        Problem::EncodedBody,
        Problem::BodyTooLarge { max_bytes },
        Problem::BodyTooSlow,
    ];
    problems.extend(["", "[]"].iter().filter_map(|body| json_body::parse(body.as_bytes()).err()));
    problems.extend((body.missing)(&settings.service.submission).err().map(Problem::InvalidFields));
    problems
}
