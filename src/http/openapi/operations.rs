//! What each operation is called, what it takes and what it answers. The compiler asks for a line here when a route
//! gets a new operation. What a problem says is `error`'s, and becomes a response in `responses`.

use serde_json::{Value, json};

use super::super::routes::Operation;
use super::Settings;
use super::{bodies, examples, id_name, parameters, responses};
use crate::http::response::problem::Problem;

/// Title, version and what holds everywhere.
pub(super) fn info(settings: &Settings<'_>) -> Value {
    json!({
        "title": "atelier",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "The questions and answers of a shop's product pages",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        "description": format!(
            "Shoppers ask and answer questions about a product, vote answers helpful and report bad ones.\n\n\
             - There are no accounts: nothing needs a key, and `Authorization` is ignored.\n\
             - Unknown parameters and unknown JSON members are ignored.\n\
             - Ids are integers from 1 to 2^53-1, which JavaScript reads exactly.\n\
             - Texts are as they were sent: escape them when you put them into a page.\n\
             - A list that is asked for after the answer to a write shows that write.\n\
             - A question or answer that is sent again, with the same `Idempotency-Key` or soon after, is added once.\n\
             - Errors are one line of text, or problem details (RFC 9457) for a client whose `Accept` names \
             `application/json` or `application/problem+json`.\n\
             - Requests are checked in this order: path (404), method (405), rate (429), `Idempotency-Key` (400), content type (415), size \
             (413), JSON (400), unknown question or answer (404), fields (422), a key that is taken (422). A request that is no HTTP at all gets \
             400, one whose head is too long 414 or 431, without a body.\n\
             - Every answer may be read by pages of {}.",
            match settings.http.cors_origins {
                super::super::CorsOrigins::Any => "any origin",
                super::super::CorsOrigins::Listed(_) => "the origins that the operator lists",
            }
        ),
    })
}

/// The groups that operations are in.
pub(super) fn tags() -> Value {
    json!([
        {"name": "questions", "description": "What shoppers ask about a product"},
        {"name": "answers", "description": "What they are told"},
        {"name": "service", "description": "The service itself"},
    ])
}

/// What sets an operation apart.
struct Words {
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    description: String,
}

fn words(operation: Operation, settings: &Settings<'_>) -> Words {
    let nested = settings.service.max_nested_answers;
    let twice =
        "Not conditional: two requests are two votes. A body is ignored. Works on reported rows as well.";
    let hidden = "Reporting twice is the same as once. A body is ignored.";
    let (id, tag, summary, description) = match operation {
        Operation::ListQuestions => (
            "listQuestions",
            "questions",
            "List a product's questions",
            format!(
                "Ordered by helpfulness, then by id, each with at most its {nested} most helpful answers in the same \
                 order. Reported questions and answers are hidden. A product without questions, and a page past the \
                 end, is an empty list."
            ),
        ),
        Operation::AddQuestion => (
            "addQuestion",
            "questions",
            "Ask a question",
            "Any product id in range may be asked about. Lengths count Unicode scalar values after trimming; CR LF \
             and CR become newlines. The e-mail address is kept and never shown."
                .to_owned(),
        ),
        Operation::ListAnswers => (
            "listAnswers",
            "answers",
            "List a question's answers",
            "Ordered by helpfulness, then by id. Reported answers are hidden, and all answers of a reported question. \
             An unknown question, and a page past the end, is an empty list."
                .to_owned(),
        ),
        Operation::AddAnswer => (
            "addAnswer",
            "answers",
            "Answer a question",
            "Blank photos are dropped. In a form, `photos` (or `photos[]`) is repeated. Lengths count Unicode scalar \
             values after trimming; CR LF and CR become newlines. The e-mail address is kept and never shown."
                .to_owned(),
        ),
        Operation::VoteQuestion => {
            ("voteQuestion", "questions", "Vote a question helpful", twice.to_owned())
        }
        Operation::VoteAnswer => ("voteAnswer", "answers", "Vote an answer helpful", twice.to_owned()),
        Operation::ReportQuestion => (
            "reportQuestion",
            "questions",
            "Report a question",
            format!("Hides it and its answers from all lists. {hidden}"),
        ),
        Operation::ReportAnswer => {
            ("reportAnswer", "answers", "Report an answer", format!("Hides it from all lists. {hidden}"))
        }
        Operation::ExplainProblem => (
            "explainProblem",
            "service",
            "Explain a problem",
            "What the member `type` of problem details leads to.".to_owned(),
        ),
        Operation::DescribeApi => (
            "describeApi",
            "service",
            "This document",
            "With the limits and the path prefix of the server that is asked.".to_owned(),
        ),
        Operation::Livez => (
            "livez",
            "service",
            "Whether the process runs",
            "For whoever restarts processes. The store is not asked.".to_owned(),
        ),
        Operation::Readyz => (
            "readyz",
            "service",
            "Whether to send requests here",
            "For whoever shares requests out among processes.".to_owned(),
        ),
        Operation::BrowseApi => {
            ("browseApi", "service", "This document as a page", "Loads nothing from elsewhere.".to_owned())
        }
        Operation::FirstPage => (
            "firstPage",
            "service",
            "What is running, as a page",
            "Version, kind of store, what is in memory, and rates and times of the last minutes. Loads nothing from \
             elsewhere."
                .to_owned(),
        ),
        Operation::Status => (
            "status",
            "service",
            "What is running, in figures",
            "Those of the page at `/`. They are this process's own, and begin when it starts.".to_owned(),
        ),
    };
    Words { id, tag, summary, description }
}

/// An operation as OpenAPI describes it.
pub(super) fn operation(operation: Operation, settings: &Settings<'_>) -> Value {
    let Words { id, tag, summary, description } = words(operation, settings);
    let mut described = json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": responses::all(operation, &problems(operation, settings), settings),
    });
    let parameters = parameters::of(operation);
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    if let Some(body) = bodies::of(operation, settings) {
        described["requestBody"] = body;
    }
    described
}

/// `OPTIONS` on the path of an operation.
pub(super) fn options(first: Operation, allow: &str) -> Value {
    let (id, tag) = match first {
        Operation::ListQuestions | Operation::AddQuestion => ("questions", "questions"),
        Operation::ListAnswers | Operation::AddAnswer => ("answers", "answers"),
        Operation::VoteQuestion => ("questionVotes", "questions"),
        Operation::ReportQuestion => ("questionReports", "questions"),
        Operation::VoteAnswer => ("answerVotes", "answers"),
        Operation::ReportAnswer => ("answerReports", "answers"),
        Operation::ExplainProblem => ("problems", "service"),
        Operation::DescribeApi => ("api", "service"),
        Operation::BrowseApi => ("docs", "service"),
        Operation::Livez => ("livez", "service"),
        Operation::Readyz => ("readyz", "service"),
        Operation::FirstPage => ("firstPage", "service"),
        Operation::Status => ("status", "service"),
    };
    let mut described = json!({
        "operationId": format!("{id}Options"),
        "tags": [tag],
        "summary": "Which methods the path has",
        "description": "Also answers the preflights of pages of other origins. The path's id is not looked at.",
        "responses": {"204": responses::options(allow)},
    });
    // Any segment will do, so the parameter is less strict than that of the other methods.
    let segment = match first {
        Operation::ExplainProblem => Some("name"),
        _ if first.check_id("").is_err() => Some(id_name(first)),
        _ => None,
    };
    if let Some(name) = segment {
        described["parameters"] =
            json!([{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]);
    }
    described
}

/// What an operation may come to, other than success.
fn problems(operation: Operation, settings: &Settings<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(operation.check_id("").err());
    problems.extend(examples::too_many(operation, settings));
    match operation {
        Operation::ListQuestions => problems.push(Problem::InvalidProductId),
        Operation::AddQuestion | Operation::AddAnswer => {
            problems.extend(examples::bad_submissions(operation, settings));
        }
        Operation::ExplainProblem => problems.push(Problem::UnknownPath),
        Operation::Readyz => problems.push(Problem::NotReady("the store cannot be reached")),
        _ => {}
    }
    match operation {
        Operation::AddAnswer | Operation::VoteQuestion | Operation::ReportQuestion => {
            problems.push(Problem::UnknownQuestion);
        }
        Operation::VoteAnswer | Operation::ReportAnswer => problems.push(Problem::UnknownAnswer),
        _ => {}
    }
    let reads = matches!(operation, Operation::ListQuestions | Operation::ListAnswers);
    if reads || operation.counts_as().is_some() {
        problems.extend([Problem::Overloaded, Problem::Unavailable]);
    }
    problems
}
