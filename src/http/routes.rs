//! The one table of routes: read it aloud, it is the API. A row has every fact of an operation.
//! Deliberately absent: the words that describe an operation (`openapi`).

use std::pin::Pin;

use http::Method;

use super::app::App;
use super::call::Call;
use super::operation::{MAX_VARIABLES, Operation, Purpose, Variables};
use super::operations::moderation::words::WORDS_MAX_BYTES;
use super::operations::moderation::{decisions, items, queue, try_text, words};
use super::operations::{
    answers, cart, description, health, interactions, problems, products, questions, reviews,
};
use super::pages::{demo, docs, first_page};
use super::request::caller::Role;
use super::request::identity::IdentityMode;
use super::request::query::ListQuery;
use super::response::allowance::Kind;
use super::response::problem::Problem;
use super::response::reply::Reply;
use super::services::Part;
use super::settings::HttpSettings;
use super::watch::metrics::MAX_OPERATIONS;
use crate::view::ListTag;

/// A reply that is being made.
pub(crate) type Replying<'a> = Pin<Box<dyn Future<Output = Result<Reply, Problem>> + Send + 'a>>;

/// Carries an operation out.
type Run = for<'a> fn(Call<'a>) -> Replying<'a>;

/// Appends a list to the output if its product is in memory.
type FromMemory = fn(&App, &ListQuery<'_>, &Variables<'_>, &mut Vec<u8>) -> Option<ListTag>;

/// An operation and what carries it out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) operation: Operation,
    pub(crate) run: Run,
    /// The short way past `dispatch`, for lists that are the same for everybody.
    pub(crate) from_memory: Option<FromMemory>,
}

/// Makes a row from a method, a path, a name, what it is for and what carries it out.
macro_rules! row {
    ($method:ident $path:literal, $name:literal, $purpose:expr, $run:expr) => {
        Row {
            operation: Operation {
                place: 0,
                method: &Method::$method,
                path: $path,
                name: $name,
                purpose: $purpose,
                part: part_of($path),
                fixed_bytes: fixed_bytes($path),
                who: Role::Anyone,
                needs_home_page: false,
                max_body_bytes: None,
                needs_identity: false,
            },
            run: |call| Box::pin($run(call)),
            from_memory: None,
        }
    };
}

use Purpose::{List, Moderation, Service, Session, Write};

const OPERATIONS: usize = 54;

// Each operation has counters of its own.
const _: () = assert!(OPERATIONS <= MAX_OPERATIONS);

static TABLE: [Row; OPERATIONS] = numbered([
    row!(GET "/qa/questions", "list_questions", List, questions::list)
        .or_from_memory(questions::list_from_memory),
    row!(GET "/qa/questions/{question_id}/answers", "list_answers", List, answers::list)
        .or_from_memory(answers::list_from_memory),
    row!(GET "/reviews", "list_reviews", List, reviews::list).or_from_memory(reviews::list_from_memory),
    row!(GET "/reviews/meta", "show_review_sums", List, reviews::sums)
        .or_from_memory(reviews::sums_from_memory),
    row!(GET "/products/{product_id}", "show_product", List, products::show)
        .or_from_memory(products::show_from_memory),
    row!(GET "/products/{product_id}/styles", "list_styles", List, products::styles)
        .or_from_memory(products::styles_from_memory),
    row!(GET "/products/{product_id}/related", "list_related", List, products::related)
        .or_from_memory(products::related_from_memory),
    row!(GET "/products", "list_products", List, products::list),
    row!(PUT "/qa/questions/{question_id}/helpful", "vote_question", Write(Kind::Votes), questions::vote),
    row!(PUT "/qa/answers/{answer_id}/helpful", "vote_answer", Write(Kind::Votes), answers::vote),
    row!(PUT "/reviews/{review_id}/helpful", "vote_review", Write(Kind::Votes), reviews::vote),
    row!(POST "/qa/questions", "add_question", Write(Kind::Questions), questions::add),
    row!(POST "/qa/questions/{question_id}/answers", "add_answer", Write(Kind::Answers), answers::add),
    row!(POST "/reviews", "add_review", Write(Kind::Reviews), reviews::add),
    row!(PUT "/qa/questions/{question_id}/report", "report_question", Write(Kind::Reports), questions::report),
    row!(PUT "/qa/answers/{answer_id}/report", "report_answer", Write(Kind::Reports), answers::report),
    row!(PUT "/reviews/{review_id}/report", "report_review", Write(Kind::Reports), reviews::report),
    row!(DELETE "/qa/questions/{question_id}/helpful", "take_back_question_vote", Write(Kind::Votes), questions::take_vote_back).for_identified(),
    row!(DELETE "/qa/answers/{answer_id}/helpful", "take_back_answer_vote", Write(Kind::Votes), answers::take_vote_back).for_identified(),
    row!(DELETE "/reviews/{review_id}/helpful", "take_back_review_vote", Write(Kind::Votes), reviews::take_vote_back).for_identified(),
    row!(POST "/qa/questions/{question_id}/appeal", "appeal_question", Write(Kind::Reports), questions::appeal).for_identified(),
    row!(POST "/qa/answers/{answer_id}/appeal", "appeal_answer", Write(Kind::Reports), answers::appeal).for_identified(),
    row!(POST "/reviews/{review_id}/appeal", "appeal_review", Write(Kind::Reports), reviews::appeal).for_identified(),
    row!(GET "/cart", "show_cart", Session, cart::show),
    row!(POST "/cart", "add_to_cart", Session, cart::add),
    row!(POST "/interactions", "add_interaction", Session, interactions::add),
    row!(GET "/moderation/queue", "list_queue", Moderation, queue::list).only_for(Role::Moderator),
    row!(GET "/moderation/counts", "count_queue", Moderation, queue::counts).only_for(Role::Moderator),
    row!(GET "/moderation/items/{kind}/{id}", "show_item", Moderation, items::show).only_for(Role::Moderator),
    row!(PUT "/moderation/items/{kind}/{id}/claim", "claim_item", Moderation, items::claim)
        .only_for(Role::Moderator),
    row!(DELETE "/moderation/items/{kind}/{id}/claim", "unclaim_item", Moderation, items::unclaim)
        .only_for(Role::Moderator),
    row!(PUT "/moderation/items/{kind}/{id}/featured", "feature_item", Moderation, items::feature)
        .only_for(Role::Moderator),
    row!(DELETE "/moderation/items/{kind}/{id}/featured", "unfeature_item", Moderation, items::unfeature)
        .only_for(Role::Moderator),
    row!(GET "/moderation/decisions", "list_decisions", Moderation, decisions::list)
        .only_for(Role::Moderator),
    row!(POST "/moderation/decisions", "decide", Moderation, decisions::decide).only_for(Role::Moderator),
    row!(POST "/moderation/decisions/{decision_id}/undo", "undo_decision", Moderation, decisions::undo)
        .only_for(Role::Moderator),
    row!(POST "/moderation/try", "try_text", Moderation, try_text::try_text).only_for(Role::Moderator),
    row!(GET "/moderation/words/{list}", "show_words", Moderation, words::show).only_for(Role::Administrator),
    row!(PUT "/moderation/words/{list}", "replace_words", Moderation, words::replace)
        .only_for(Role::Administrator)
        .with_body_of(WORDS_MAX_BYTES),
    row!(GET "/problems/{name}", "explain_problem", Service, problems::explain),
    row!(GET "/openapi.json", "describe_api", Service, description::describe),
    row!(GET "/docs", "browse_api", Service, docs::browse),
    row!(GET "/livez", "livez", Service, health::is_alive),
    row!(GET "/readyz", "readyz", Service, health::is_ready),
    row!(GET "/", "first_page", Service, first_page::page).with_home_page(),
    row!(GET "/status.json", "status", Service, first_page::status).with_home_page(),
    row!(GET "/demo", "demo_shop", Service, demo::shop),
    row!(GET "/demo/products/{product_id}", "demo_product", Service, demo::product),
    row!(GET "/demo/pictures/{picture}", "demo_picture", Service, demo::picture),
    row!(POST "/demo/products/{product_id}/questions", "demo_ask", Write(Kind::Questions), demo::ask),
    row!(POST "/demo/products/{product_id}/questions/{question_id}", "demo_answer", Write(Kind::Answers), demo::answer),
    row!(POST "/demo/products/{product_id}/reviews", "demo_review", Write(Kind::Reviews), demo::review),
    row!(POST "/demo/products/{product_id}/votes/{row}", "demo_vote", Write(Kind::Votes), demo::vote),
    row!(POST "/demo/products/{product_id}/reports/{row}", "demo_report", Write(Kind::Reports), demo::report),
]);

impl Row {
    const fn or_from_memory(self, from_memory: FromMemory) -> Self {
        Self { from_memory: Some(from_memory), ..self }
    }

    /// Its body may have so many bytes, and the setting for the others does not count.
    const fn with_body_of(self, max_bytes: usize) -> Self {
        Self { operation: Operation { max_body_bytes: Some(max_bytes), ..self.operation }, ..self }
    }

    /// Only holders of keys with the role's scope may ask, and nothing may keep the responses.
    const fn only_for(self, who: Role) -> Self {
        Self { operation: Operation { who, ..self.operation }, ..self }
    }

    /// It is there only where tokens of shoppers count.
    const fn for_identified(self) -> Self {
        Self { operation: Operation { needs_identity: true, ..self.operation }, ..self }
    }

    const fn with_home_page(self) -> Self {
        Self { operation: Operation { needs_home_page: true, ..self.operation }, ..self }
    }
}

/// The part that a path belongs to, by its first segment.
const fn part_of(path: &str) -> Part {
    match path.as_bytes() {
        [b'/', b'q', b'a', ..] => Part::Questions,
        [b'/', b'r', b'e', b'v', b'i', b'e', b'w', b's', ..] => Part::Reviews,
        [b'/', b'p', b'r', b'o', b'd', b'u', b'c', b't', b's', ..] | b"/cart" | b"/interactions" => {
            Part::Products
        }
        [b'/', b'm', b'o', b'd', b'e', b'r', b'a', b't', b'i', b'o', b'n', ..] => Part::Moderation,
        [b'/', b'd', b'e', b'm', b'o', ..] => Part::Demo,
        _ => Part::Everywhere,
    }
}

/// How many bytes of a path stand before its first variable segment.
const fn fixed_bytes(path: &str) -> usize {
    let path = path.as_bytes();
    let mut bytes = 0;
    while bytes < path.len() && path[bytes] != b'{' {
        bytes += 1;
    }
    bytes
}

/// Numbers the rows in their order.
const fn numbered<const COUNT: usize>(mut rows: [Row; COUNT]) -> [Row; COUNT] {
    let mut place = 0;
    while place < COUNT {
        rows[place].operation.place = place;
        place += 1;
    }
    rows
}

/// Where a request leads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Destination<'a> {
    /// An operation, with the path's variable segments.
    Found(&'static Row, Variables<'a>),
    /// A known path with `OPTIONS`, and one of its operations.
    Options(&'static Operation),
    /// A known path with another method, and one of its operations, to check the path's ids first.
    WrongMethod(&'static Operation, Variables<'a>),
    UnknownPath,
}

/// All operations, in the order of the table.
pub(crate) fn operations() -> Vec<&'static Operation> {
    TABLE.iter().map(|row| &row.operation).collect()
}

/// The operations of a server with these settings, and those of the demo shop if it is there.
pub(crate) fn served(settings: &HttpSettings, demo: bool) -> Vec<&'static Operation> {
    let is_there = |operation: &&Operation| {
        settings.services.serve(operation.part)
            && (demo || operation.part != Part::Demo)
            && (settings.identity.mode != IdentityMode::Off || !operation.needs_identity)
    };
    operations().into_iter().filter(is_there).collect()
}

/// Finds the row of a path (without prefix and query; one trailing slash is dropped) and method.
pub(crate) fn find<'a>(method: &Method, path: &'a str) -> Destination<'a> {
    let asked = if *method == Method::HEAD { &Method::GET } else { method };
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut another = None;
    for row in &TABLE {
        let Operation { path: pattern, fixed_bytes, .. } = row.operation;
        // Most rows are passed over here. The page at `/` has no byte before the slash at its end.
        if fixed_bytes > 1 && !path.as_bytes().starts_with(&pattern.as_bytes()[..fixed_bytes]) {
            continue;
        }
        let Some(variables) = variables(pattern, path) else { continue };
        if row.operation.method == asked {
            return Destination::Found(row, variables);
        }
        another = another.or(Some((&row.operation, variables)));
    }
    match another {
        None => Destination::UnknownPath,
        Some((operation, _)) if *method == Method::OPTIONS => Destination::Options(operation),
        Some((operation, variables)) => Destination::WrongMethod(operation, variables),
    }
}

/// The variable segments of a path without a trailing slash; `None` when the pattern is of another
/// path.
fn variables<'a>(pattern: &str, path: &'a str) -> Option<Variables<'a>> {
    let mut values = [""; MAX_VARIABLES];
    let (mut pattern, mut path) = (pattern.strip_suffix('/').unwrap_or(pattern), path);
    for value in &mut values {
        let Some((before, rest)) = pattern.split_once('{') else { break };
        path = path.strip_prefix(before)?;
        let end = path.find('/').unwrap_or(path.len());
        (*value, path) = path.split_at(end);
        pattern = rest.split_once('}').map_or("", |(_, after)| after);
    }
    (pattern == path).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_several_variables() {
        for (path, expected) in
            [("/a/1/b/2", Some(["1", "2"])), ("/a/1/b/", Some(["1", ""])), ("/a/1/b", None)]
        {
            assert_eq!(variables("/a/{x}/b/{y}", path), expected, "{path}");
        }
        assert_eq!(variables("/a/{x}/b/{y}", "/a/1/b/2/3"), None);
    }

    #[test]
    fn rows_are_numbered_and_their_names_differ() {
        let operations = operations();
        for (place, operation) in operations.iter().enumerate() {
            assert_eq!(operation.place, place, "{}", operation.name);
            assert!(operation.variables().count() <= MAX_VARIABLES, "{}", operation.path);
            assert_eq!(operations.iter().filter(|other| other.name == operation.name).count(), 1);
        }
    }
}
