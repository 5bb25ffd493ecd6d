//! The one table of routes: read it aloud, it is the API. Matching is here too; what an operation does is in
//! `questions` and `answers`.

use http::Method;

use super::request::query::{answer_id, question_id};
use super::response::allowance::Kind;
use super::response::problem::Problem;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    ListQuestions,
    AddQuestion,
    ListAnswers,
    AddAnswer,
    VoteQuestion,
    ReportQuestion,
    VoteAnswer,
    ReportAnswer,
    ExplainProblem,
    DescribeApi,
    BrowseApi,
    Livez,
    Readyz,
    FirstPage,
    Status,
}

impl Operation {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 15] = [
        ListQuestions,
        AddQuestion,
        ListAnswers,
        AddAnswer,
        VoteQuestion,
        ReportQuestion,
        VoteAnswer,
        ReportAnswer,
        ExplainProblem,
        DescribeApi,
        BrowseApi,
        Livez,
        Readyz,
        FirstPage,
        Status,
    ];

    /// What it is called in metrics and logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ListQuestions => "list_questions",
            AddQuestion => "add_question",
            ListAnswers => "list_answers",
            AddAnswer => "add_answer",
            VoteQuestion => "vote_question",
            ReportQuestion => "report_question",
            VoteAnswer => "vote_answer",
            ReportAnswer => "report_answer",
            ExplainProblem => "explain_problem",
            DescribeApi => "describe_api",
            BrowseApi => "browse_api",
            Livez => "livez",
            Readyz => "readyz",
            FirstPage => "first_page",
            Status => "status",
        }
    }

    /// What a write counts as; `None` for what does not write.
    pub(crate) fn counts_as(self) -> Option<Kind> {
        match self {
            AddQuestion => Some(Kind::Questions),
            AddAnswer => Some(Kind::Answers),
            VoteQuestion | VoteAnswer => Some(Kind::Votes),
            ReportQuestion | ReportAnswer => Some(Kind::Reports),
            ListQuestions | ListAnswers | ExplainProblem | DescribeApi | BrowseApi | Livez | Readyz
            | FirstPage | Status => None,
        }
    }

    /// Refuses a path whose id is none.
    ///
    /// # Errors
    /// The problem of this operation's kind of id.
    pub(crate) fn check_id(self, segment: &str) -> Result<(), Problem> {
        match self {
            ListAnswers | AddAnswer | VoteQuestion | ReportQuestion => question_id(segment).map(drop),
            VoteAnswer | ReportAnswer => answer_id(segment).map(drop),
            ListQuestions | AddQuestion | ExplainProblem | DescribeApi | BrowseApi | Livez | Readyz
            | FirstPage | Status => Ok(()),
        }
    }

    /// Whether `--home-page off` makes it disappear.
    pub(crate) fn tells_figures(self) -> bool {
        matches!(self, FirstPage | Status)
    }
}

use Operation::{
    AddAnswer, AddQuestion, BrowseApi, DescribeApi, ExplainProblem, FirstPage, ListAnswers, ListQuestions,
    Livez, Readyz, ReportAnswer, ReportQuestion, Status, VoteAnswer, VoteQuestion,
};

/// A path and what its methods mean.
struct Route {
    /// The whole path, its variable segment written `:name`.
    pattern: &'static str,
    /// The path up to its variable segment, or all of it.
    before: &'static str,
    /// What follows the variable segment, if there is one.
    after: Option<&'static str>,
    get: Option<Operation>,
    post: Option<Operation>,
    put: Option<Operation>,
    /// The methods, for `Allow`.
    allow: &'static str,
}

/// Splits a pattern at its variable segment, written `:name`, of which there is at most one.
const fn route(pattern: &'static str, allow: &'static str) -> Route {
    let bytes = pattern.as_bytes();
    let mut start = 0;
    while start < bytes.len() && bytes[start] != b':' {
        start += 1;
    }
    let (before, rest) = pattern.split_at(start);
    let mut end = 0;
    while end < rest.len() && rest.as_bytes()[end] != b'/' {
        end += 1;
    }
    let after = if rest.is_empty() { None } else { Some(rest.split_at(end).1) };
    Route { pattern, before, after, get: None, post: None, put: None, allow }
}

const fn page(pattern: &'static str, get: Operation) -> Route {
    Route { get: Some(get), ..route(pattern, "GET, HEAD, OPTIONS") }
}

const fn list(pattern: &'static str, get: Operation, post: Operation) -> Route {
    Route { get: Some(get), post: Some(post), ..route(pattern, "GET, HEAD, POST, OPTIONS") }
}

const fn mark(pattern: &'static str, put: Operation) -> Route {
    Route { put: Some(put), ..route(pattern, "PUT, OPTIONS") }
}

static ROUTES: [Route; 13] = [
    list("/qa/questions", ListQuestions, AddQuestion),
    list("/qa/questions/:question_id/answers", ListAnswers, AddAnswer),
    mark("/qa/questions/:question_id/helpful", VoteQuestion),
    mark("/qa/questions/:question_id/report", ReportQuestion),
    mark("/qa/answers/:answer_id/helpful", VoteAnswer),
    mark("/qa/answers/:answer_id/report", ReportAnswer),
    page("/problems/:name", ExplainProblem),
    page("/openapi.json", DescribeApi),
    page("/docs", BrowseApi),
    page("/livez", Livez),
    page("/readyz", Readyz),
    // Its one slash is a trailing one, which makes no difference.
    Route { before: "", ..page("/", FirstPage) },
    page("/status.json", Status),
];

/// Where a request leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination<'a> {
    /// An operation, with the path's variable segment, empty where there is none.
    Operation(Operation, &'a str),
    /// A known path asked about with `OPTIONS`.
    Options { operation: Option<Operation>, allow: &'static str },
    /// A known path with another method. `operation` is one of its own, to check the path's id first.
    WrongMethod { operation: Option<Operation>, segment: &'a str, allow: &'static str },
    /// An unknown path.
    UnknownPath,
}

/// Finds the route of a path (without prefix and query; one trailing slash is dropped) and method.
pub(crate) fn find<'a>(method: &Method, path: &'a str) -> Destination<'a> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let found = ROUTES.iter().find_map(|route| Some((route, route.variable_segment(path)?)));
    let Some((route, segment)) = found else { return Destination::UnknownPath };
    let operation = match *method {
        Method::GET | Method::HEAD => route.get,
        Method::POST => route.post,
        Method::PUT => route.put,
        Method::OPTIONS => {
            return Destination::Options { operation: route.get.or(route.put), allow: route.allow };
        }
        _ => None,
    };
    match operation {
        Some(operation) => Destination::Operation(operation, segment),
        None => Destination::WrongMethod { operation: route.get.or(route.put), segment, allow: route.allow },
    }
}

/// A row of the table, for whoever describes it.
#[derive(Debug)]
pub(crate) struct Described {
    /// The path, its variable segment written `:name`.
    pub(crate) pattern: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) operations: Vec<(Method, Operation)>,
}

/// All rows of the table. `HEAD` goes with `GET`, and `OPTIONS` with every path.
pub(crate) fn described() -> impl Iterator<Item = Described> {
    ROUTES.iter().map(|route| {
        let methods = [(Method::GET, route.get), (Method::POST, route.post), (Method::PUT, route.put)];
        let operations = methods.into_iter().filter_map(|(method, operation)| Some((method, operation?)));
        Described { pattern: route.pattern, allow: route.allow, operations: operations.collect() }
    })
}

impl Route {
    /// The path's variable segment, empty if it has none; `None` when the path is another.
    fn variable_segment<'a>(&self, path: &'a str) -> Option<&'a str> {
        let Some(after) = self.after else {
            return (self.before == path).then_some("");
        };
        let segment = path.strip_prefix(self.before)?.strip_suffix(after)?;
        (!segment.contains('/')).then_some(segment)
    }
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
            (Method::GET, "/livez", Livez, ""),
            (Method::HEAD, "/readyz", Readyz, ""),
            (Method::GET, "/status.json", Status, ""),
        ] {
            let expected = Destination::Operation(operation, segment);
            assert_eq!(find(&method, path), expected, "{method} {path}");
            assert_eq!(find(&method, &format!("{path}/")), expected, "{method} {path}/");
        }
    }

    #[test]
    fn operations_are_numbered_in_their_order() {
        for (place, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation as usize, place, "{operation:?}");
        }
    }

    #[test]
    fn other_paths_and_methods_are_not() {
        for path in
            ["//", "/qa", "/qa/question", "/qa/questions/7", "/qa/questions/7/8/answers", "/QA/questions"]
        {
            assert_eq!(find(&Method::GET, path), Destination::UnknownPath, "{path}");
        }
        for (method, path) in [(Method::DELETE, "/qa/questions"), (Method::GET, "/qa/answers/7/report")] {
            assert!(matches!(find(&method, path), Destination::WrongMethod { .. }), "{method} {path}");
        }
        let (operation, allow) = (Some(ReportAnswer), "PUT, OPTIONS");
        assert_eq!(find(&Method::OPTIONS, "/qa/answers/7/report"), Destination::Options { operation, allow });
    }

    #[test]
    fn the_first_page_is_where_the_prefix_ends() {
        for path in ["", "/"] {
            assert_eq!(find(&Method::GET, path), Destination::Operation(FirstPage, ""), "{path:?}");
        }
        let wrong =
            Destination::WrongMethod { operation: Some(FirstPage), segment: "", allow: "GET, HEAD, OPTIONS" };
        assert_eq!(find(&Method::PUT, "/"), wrong);
    }
}
