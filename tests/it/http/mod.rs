//! The HTTP contract, rule by rule: every test talks to a real port of a shop with a real, private
//! store, and is named after the rule that it tests. What a store must do is tested in
//! `tests/it/store`.
//!
//! There is one file for each route. Rules for all routes are in `paths`, `errors`, `cors`,
//! `caching`, `encodings`, `identity`, `protocols`, `limits`, `rates`, `submissions`,
//! `connections`, `malformed`, `slow`, `health` and `failures`. How the interface describes itself
//! is in `descriptions`, and the page at `/` in `first_page`.

mod add_answer;
mod add_question;
mod caching;
mod connections;
mod cors;
mod descriptions;
mod drafts;
mod encodings;
mod errors;
mod failures;
mod first_page;
mod health;
mod identity;
mod limits;
mod list_answers;
mod list_questions;
mod malformed;
mod pages;
mod paths;
mod photos;
mod protocols;
mod rates;
mod report;
mod secure;
mod slow;
mod submissions;
mod texts;
mod vote;
