//! The HTTP contract, rule by rule: every test talks to a real port of a shop with a real, private store, and
//! is named after the rule that it holds. One file for each route; what concerns all routes is in `paths`,
//! `errors`, `cors`, `caching`, `encodings`, `identity`, `protocols`, `limits`, `rates`, `submissions`, `connections`, `malformed`, `slow`, `health` and
//! `failures`; how the interface describes itself, in `descriptions`, and the service, in `first_page`.

#[path = "../support/every_store.rs"]
mod every_store;
#[path = "../support/mod.rs"]
mod support;

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
