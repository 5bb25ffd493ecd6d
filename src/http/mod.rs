//! The contract, as HTTP: which path and method mean what, how a request is read, how an answer or
//! a failure is written. Start with `routes`, the one table. The rules behind it are `service`'s;
//! no store is named here.
//!
//! It stands on hyper alone: with two dozen routes and checks in a fixed order, a match over the
//! table is shorter than a framework's set-up.

mod app;
mod call;
mod connection;
mod dispatch;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod openapi;
mod operation;
mod operations;
mod pages;
mod request;
mod response;
mod routes;
mod services;
mod settings;
mod watch;

pub use connection::admin::{Admin, AdminHandle};
pub use connection::server::{Server, ServerHandle};
pub use request::client::{InvalidProxy, TrustedProxies};
pub use request::identity::{
    IdentityKeys, IdentityMode, IdentitySettings, InvalidIdentityKeys, InvalidReservedNames, ReservedNames,
};
pub use request::rate_limits::{InvalidRateLimits, LocalPeers, RateLimits};
pub use response::cors::{CorsOrigins, InvalidOrigin};
pub use services::{InvalidServices, Services};
pub use settings::{HttpSettings, TlsFiles};
pub use watch::access_log::{ACCESS_LOG_TARGET, AccessLog, LoggedRequests};
pub use watch::process::ProcessFacts;

/// What moderation knows, as the JSON of the routes.
pub(crate) mod moderation {
    pub(crate) use super::response::moderation::{ShownDecision, ShownItem, ShownOutcome};
}

/// Writes the OpenAPI document of a server with these settings, as readable JSON.
pub fn openapi_document(http: &HttpSettings, service: &crate::service::ServiceSettings) -> String {
    openapi::document(http, service, &routes::served(http, false))
}
