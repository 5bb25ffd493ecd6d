//! The rules of the project's own files, which need no server to be checked: source, tests,
//! documents, packaging and what is built in. Whether the documents' commands work is tested by
//! `tests/it/manual`.

mod circles;
mod dependencies;
mod documents;
mod layers;
mod package;
mod project;
mod source;
mod suites;
