//! What the documents tell people to type. `commands` reads every block and `options` what is named in passing; `requests`
//! sends what curl is told to send; `migration` and `drills` carry whole documents out, as they are written, in a `session`, and `front` what a document does to nginx' files.

mod blocks;
#[path = "../support/certificate.rs"]
mod certificate;
#[path = "../support/client.rs"]
#[expect(dead_code, reason = "the contract's tests use the rest")]
mod client;
#[path = "../support/cluster.rs"]
mod cluster;
mod commands;
mod drills;
#[path = "../support/exchange.rs"]
mod exchange;
mod front;
mod migration;
mod options;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "other suites use the rest")]
mod program;
#[path = "../support/project.rs"]
mod project;
mod requests;
mod session;
mod shell;
#[path = "../support/tree.rs"]
mod tree;
