//! The facts of an operation, which the table, the counters, the log and the description share.
//! Deliberately absent: what an operation does (`operations`, `pages`), the list of them
//! (`routes`).

use http::Method;

use super::request::caller::Role;
use super::request::query::{answer_id, product_id, question_id, review_id};
use super::response::allowance::Kind;
use super::response::problem::Problem;
use super::services::Part;

/// Most variable segments of a path.
pub(crate) const MAX_VARIABLES: usize = 2;

/// The variable segments of a path as they were sent, in order; empty where there are fewer.
pub(crate) type Variables<'a> = [&'a str; MAX_VARIABLES];

/// An operation: a method on a path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its place in the table, from 0.
    pub(crate) place: usize,
    pub(crate) method: &'static Method,
    /// The path, variable segments written `{question_id}`.
    pub(crate) path: &'static str,
    /// Its name in metrics and logs.
    pub(crate) name: &'static str,
    pub(crate) purpose: Purpose,
    /// What it is a part of.
    pub(crate) part: Part,
    /// How many bytes of the path stand before its first variable segment.
    pub(crate) fixed_bytes: usize,
    /// Who may ask for it.
    pub(crate) who: Role,
    /// Whether it disappears with the page at `/`.
    pub(crate) needs_home_page: bool,
    /// Most bytes of its body, where that is not the setting for all.
    pub(crate) max_body_bytes: Option<usize>,
    /// Whether it disappears where tokens of shoppers do not count.
    pub(crate) needs_identity: bool,
}

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It shows a list to shoppers.
    List,
    /// It writes for a shopper, and counts as this.
    Write(Kind),
    /// It serves a shopper without the store, and counts as nothing.
    Session,
    /// It serves moderators.
    Moderation,
    /// It serves operators and developers.
    Service,
}

impl Operation {
    /// What a write counts as; `None` for what does not write.
    pub(crate) fn counts_as(&self) -> Option<Kind> {
        match self.purpose {
            Purpose::Write(kind) => Some(kind),
            Purpose::List | Purpose::Session | Purpose::Moderation | Purpose::Service => None,
        }
    }

    /// The names of the path's variable segments, in order.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Refuses a path with a segment that is no id.
    ///
    /// # Errors
    /// The problem of the first one.
    pub(crate) fn check_ids(&self, values: &Variables<'_>) -> Result<(), Problem> {
        self.variables().zip(values).try_for_each(|(name, value)| match name {
            "question_id" => question_id(value).map(drop),
            "answer_id" => answer_id(value).map(drop),
            "product_id" => product_id(value).map(drop),
            "review_id" => review_id(value).map(drop),
            _ => Ok(()),
        })
    }
}

/// The methods of an operation's path, for `Allow`.
pub(crate) fn allow(operations: &[&Operation], path: &str) -> String {
    let mut methods: Vec<&str> = Vec::new();
    for operation in operations.iter().filter(|operation| operation.path == path) {
        methods.push(operation.method.as_str());
        if *operation.method == Method::GET {
            methods.push("HEAD");
        }
    }
    methods.push("OPTIONS");
    methods.join(", ")
}
