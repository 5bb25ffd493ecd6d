//! Several processes on one PostgreSQL behind nginx, as a shop runs them: real processes, a throw-away server, and
//! nginx with the configuration that is shipped. `answers` and `processes` are about nginx, `cache` about what it
//! keeps, `restarts` about upgrades under load, `outages` about a
//! database that goes away under load, `failover` about another server that takes its place, `shortages` about one
//! that is there and cannot do what it is asked, `listener` about processes that no longer hear of each other, `submissions`
//! about the same question sent to both, `malformed` about requests that are no HTTP among good ones.

mod answers;
mod cache;
#[path = "../support/client.rs"]
#[expect(dead_code, reason = "the contract's tests use the rest")]
mod client;
#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/control.rs"]
#[expect(dead_code, reason = "other suites use the rest")]
mod control;
#[path = "../support/exchange.rs"]
mod exchange;
mod failover;
mod front;
#[path = "../support/ledger.rs"]
#[expect(dead_code, reason = "tests of backups use the rest")]
mod ledger;
mod listener;
mod malformed;
mod outages;
mod pair;
mod processes;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "other suites use the rest")]
mod program;
mod relay;
mod restarts;
mod shoppers;
mod shortages;
mod submissions;
