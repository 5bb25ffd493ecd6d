//! The one table of routes: read it aloud, it is the API. Matching is here too; what an operation does is in
//! `questions` and `answers`.

use http::Method;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    ListQuestions,
    AddQuestion,
    ListAnswers,
    AddAnswer,
    VoteQuestion,
    ReportQuestion,
    VoteAnswer,
    ReportAnswer,
    ExplainProblem,
}

use Operation::{
    AddAnswer, AddQuestion, ExplainProblem, ListAnswers, ListQuestions, ReportAnswer, ReportQuestion,
    VoteAnswer, VoteQuestion,
};

/// A path and what its methods mean. `:name` stands for one segment.
struct Route {
    path: &'static str,
    get: Option<Operation>,
    post: Option<Operation>,
    put: Option<Operation>,
    /// The methods, for `Allow`.
    allow: &'static str,
}

const fn page(path: &'static str, get: Operation) -> Route {
    Route { path, get: Some(get), post: None, put: None, allow: "GET, HEAD, OPTIONS" }
}

const fn list(path: &'static str, get: Operation, post: Operation) -> Route {
    Route { path, get: Some(get), post: Some(post), put: None, allow: "GET, HEAD, POST, OPTIONS" }
}

const fn mark(path: &'static str, put: Operation) -> Route {
    Route { path, get: None, post: None, put: Some(put), allow: "PUT, OPTIONS" }
}

const ROUTES: [Route; 7] = [
    list("/qa/questions", ListQuestions, AddQuestion),
    list("/qa/questions/:question_id/answers", ListAnswers, AddAnswer),
    mark("/qa/questions/:question_id/helpful", VoteQuestion),
    mark("/qa/questions/:question_id/report", ReportQuestion),
    mark("/qa/answers/:answer_id/helpful", VoteAnswer),
    mark("/qa/answers/:answer_id/report", ReportAnswer),
    page("/problems/:name", ExplainProblem),
];

/// Where a request leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    /// An operation, with the path's variable segment, empty where there is none.
    Operation(Operation, &'a str),
    /// A known path asked about with `OPTIONS`.
    Options { allow: &'static str },
    /// A known path with another method. `operation` is one of its own, to check the path's id first.
    WrongMethod { operation: Option<Operation>, segment: &'a str, allow: &'static str },
    /// An unknown path.
    UnknownPath,
}

/// Finds the route of a path (without prefix and query; one trailing slash is dropped) and method.
pub(super) fn find<'a>(method: &Method, path: &'a str) -> Destination<'a> {
    let path = match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => path,
    };
    let found =
        ROUTES.iter().find_map(|route| variable_segment(route.path, path).map(|segment| (route, segment)));
    let Some((route, segment)) = found else { return Destination::UnknownPath };
    let operation = match *method {
        Method::GET | Method::HEAD => route.get,
        Method::POST => route.post,
        Method::PUT => route.put,
        Method::OPTIONS => return Destination::Options { allow: route.allow },
        _ => None,
    };
    match operation {
        Some(operation) => Destination::Operation(operation, segment),
        None => Destination::WrongMethod { operation: route.get.or(route.put), segment, allow: route.allow },
    }
}

/// The segment that stands for the pattern's variable, empty if it has none; `None` when the path does not
/// match. A pattern has at most one variable.
fn variable_segment<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, rest)) = pattern.split_once(':') else {
        return (pattern == path).then_some("");
    };
    let after = rest.find('/').map_or("", |slash| &rest[slash..]);
    let segment = path.strip_prefix(before)?.strip_suffix(after)?;
    (!segment.contains('/')).then_some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_with_and_without_a_trailing_slash() {
        for (method, path, operation, segment) in [
            (Method::GET, "/qa/questions", ListQuestions, ""),
            (Method::HEAD, "/qa/questions", ListQuestions, ""),
            (Method::POST, "/qa/questions", AddQuestion, ""),
            (Method::GET, "/qa/questions/7/answers", ListAnswers, "7"),
            (Method::POST, "/qa/questions/7/answers", AddAnswer, "7"),
            (Method::PUT, "/qa/questions/7/helpful", VoteQuestion, "7"),
            (Method::PUT, "/qa/questions/7/report", ReportQuestion, "7"),
            (Method::PUT, "/qa/answers/x/helpful", VoteAnswer, "x"),
            (Method::PUT, "/qa/answers//report", ReportAnswer, ""),
        ] {
            let expected = Destination::Operation(operation, segment);
            assert_eq!(find(&method, path), expected, "{method} {path}");
            assert_eq!(find(&method, &format!("{path}/")), expected, "{method} {path}/");
        }
    }

    #[test]
    fn other_paths_and_methods_are_not() {
        for path in
            ["", "/", "/qa", "/qa/question", "/qa/questions/7", "/qa/questions/7/8/answers", "/QA/questions"]
        {
            assert_eq!(find(&Method::GET, path), Destination::UnknownPath, "{path}");
        }
        for (method, path) in [(Method::DELETE, "/qa/questions"), (Method::GET, "/qa/answers/7/report")] {
            assert!(matches!(find(&method, path), Destination::WrongMethod { .. }), "{method} {path}");
        }
        let allow = "PUT, OPTIONS";
        assert_eq!(find(&Method::OPTIONS, "/qa/answers/7/report"), Destination::Options { allow });
    }
}
