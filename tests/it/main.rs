//! Tests that run the service or the program: one module for each suite. What they share is in
//! `support`. The rules that need no server are in `tests/tree`.

mod crash;
mod deploy;
mod files;
mod http;
mod import;
mod manual;
mod observe;
mod output;
mod postgres;
#[path = "../tree/project.rs"]
mod project;
mod settings;
mod store;
mod support;
