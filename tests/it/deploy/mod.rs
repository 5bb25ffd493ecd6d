//! Several processes on one PostgreSQL behind nginx, as a shop runs them: real processes, a
//! throw-away server, and nginx with the configuration that is shipped. What one process does is
//! tested by the other suites.
//!
//! `answers` and `processes` are about nginx, `cache` about what it keeps, and `restarts` about
//! upgrades under load. In `outages` the database goes away under load, in `failover` another
//! server takes its place, and in `shortages` it is there but lacks connections, locks or disk. In
//! `listener` processes no longer receive each other's changes, and in `submissions` both get the
//! same question. In `malformed` malformed requests come between good ones.

mod answers;
mod cache;
mod differential;
mod failover;
mod front;
mod listener;
mod malformed;
mod outages;
mod pair;
mod processes;
mod relay;
mod restarts;
mod shoppers;
mod shortages;
mod submissions;
