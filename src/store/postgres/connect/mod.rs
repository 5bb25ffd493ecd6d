//! Connects to PostgreSQL: addresses, hosts, TLS, passwords, sessions, and what their failures
//! mean. The statements are deliberately absent: each module has its own.

pub(crate) mod address;
pub(crate) mod connection;
pub(crate) mod failure;
mod password;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod statement;
mod tls;
