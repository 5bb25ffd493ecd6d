//! The contract, as HTTP: which path and method mean what, how a request is read, how an answer or a failure
//! is written. Start with `routes`, the one table. The rules behind it are `service`'s; no store is named here.
//!
//! It stands on hyper alone: with eight routes and checks in a fixed order, a match over the table is shorter
//! than a framework's set-up.

mod acceptor;
mod access_log;
mod admin;
mod answers;
mod body;
mod caching;
mod client;
mod direct;
mod dispatch;
mod docs;
mod encoded_pages;
mod encoding;
mod error;
mod exposition;
mod extract;
mod first_page;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod health;
mod history;
mod html;
mod http2;
mod idempotency;
mod json_body;
mod lists;
mod metrics;
mod middleware;
mod openapi;
mod process;
mod questions;
mod rate_limits;
mod request_id;
mod roster;
mod routes;
mod server;
mod tls;
#[cfg(feature = "otel")]
mod trace;
mod validators;

pub use access_log::{ACCESS_LOG_TARGET, AccessLog, InvalidAccessLog, LoggedRequests};
pub use admin::{Admin, AdminHandle, ProcessFacts};
pub use client::{InvalidProxy, TrustedProxies};
pub use middleware::{CorsOrigins, InvalidOrigin};
pub use openapi::document as openapi_document;
pub use rate_limits::{InvalidRateLimits, LocalPeers, RateLimits};
pub use server::{HttpSettings, Server, ServerHandle};
pub use tls::TlsFiles;
