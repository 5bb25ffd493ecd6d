//! The HTTP contract, rule by rule: every test talks to a real port of a shop with a real, private
//! store, and is named after the rule that it tests. What a store must do is tested in
//! `tests/it/store`.
//!
//! There is one file for each route. Rules for all routes are in `paths`, `errors`, `cors`,
//! `caching`, `encodings`, `identity`, `protocols`, `limits`, `rates`, `submissions`,
//! `connections`, `malformed`, `slow`, `health` and `failures`; keys are in `keys`, tokens of
//! shoppers in `tokens`, `one_vote` and `own_rows`. How the
//! interface describes itself is in `descriptions`, and the page at `/` in `first_page`. `services`
//! is about processes that leave a part out.

mod add_answer;
mod add_question;
mod add_review;
mod caching;
mod cart;
mod connections;
mod cors;
mod demo;
mod descriptions;
mod drafts;
mod encodings;
mod errors;
mod failures;
mod first_page;
mod health;
mod identity;
mod keys;
mod limits;
mod list_answers;
mod list_questions;
mod list_reviews;
mod malformed;
mod moderation;
mod one_vote;
mod own_rows;
mod pages;
mod paths;
mod photos;
mod policy;
mod products;
mod protocols;
mod rates;
mod report;
mod review_sums;
mod secure;
mod services;
mod slow;
mod submissions;
mod texts;
mod tokens;
mod vote;
